"""What is known of the gates of one root: measured, or recalled where nothing that matters has changed."""

import os
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from aether_lint import __version__
from aether_lint.config.settings import Config
from aether_lint.scopes.cache import Cache, state_of
from aether_lint.scopes.evidence import Evidence, marks_of
from aether_lint.scopes.observations import Survey
from aether_lint.scopes.text_scan import FileSwitches, kept_switches
from aether_lint.scopes.tools import tool_versions
from aether_lint.scopes.tree import Tree, read_tree

QUESTION = "survey"


class Kept(Struct):
    """A survey as it is kept; `setting` digests all it depends on besides the files' contents."""

    setting: str
    survey: Survey
    evidence: Evidence


def survey(root: str, config: Config, use_cache: bool = True, overlay: Mapping[str, bytes] | None = None) -> Survey:
    """Measure the gates of the project at `root`.

    `overlay` holds texts to be measured in place of files (paths relative to the root), such as an edited
    configuration. Of `config` count `exclude`, `extend-exclude` and `gate-coverage`. Places are relative to the
    root. Never raises for what the analysed tree contains.
    """
    exclude = [*config.exclude, *config.extend_exclude]
    threshold = config.gate_coverage / 100
    tree = read_tree(os.path.realpath(root), exclude)
    if overlay:
        from aether_lint.scopes.measure import measure
        from aether_lint.scopes.shadow import shadow

        with shadow(tree, overlay) as copy:
            return measure(copy, Cache(copy.root, enabled=False), threshold)[0]
    cache = Cache(tree.root, use_cache, _code())
    setting = "\0".join((*tool_versions(), __version__, *exclude, str(threshold)))
    known = _recalled(tree, cache, setting)
    return known if known is not None else _measured(tree, cache, threshold, setting)


def _recalled(tree: Tree, cache: Cache, setting: str) -> Survey | None:
    """What the last run found, if it would find the same now."""
    try:
        kept = msgspec.convert(cache.get(cache.key(QUESTION, everywhere=True)), Kept)
        switches = msgspec.convert(kept_switches(cache), dict[str, FileSwitches])
    except msgspec.ValidationError:
        return None  # nothing is kept, or it was written by another version or by hand
    if kept.setting != setting or kept.evidence.changed(tree.root, marks_of(tree.root, tree.files), switches) is None:
        return None
    return kept.survey


def _measured(tree: Tree, cache: Cache, threshold: float, setting: str) -> Survey:
    from aether_lint.scopes.measure import measure

    found, evidence = measure(tree, cache, threshold)
    if not any(error.kind == "tool" for error in found.errors):  # a tool that ran out of time is asked again
        kept = Kept(setting, found, evidence)
        cache.put(cache.key(QUESTION, everywhere=True), msgspec.to_builtins(kept))
    cache.save()
    return found


def _code() -> str:
    """The state of this package's own files: in a development installation they change without the version."""
    folder = os.path.dirname(os.path.abspath(__file__))
    return state_of(folder, sorted(name for name in os.listdir(folder) if name.endswith(".py")))
