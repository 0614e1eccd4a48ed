"""The findings of single files, for programs that bring their own file loop: flake8 and pylint."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from functools import partial

from aether_lint.config import ConfigError
from aether_lint.engine.discover import Discovery, Project, discover
from aether_lint.engine.extent import asks_for_gates, rules_on_whole_root
from aether_lint.engine.host_text import encoded, is_on_disk
from aether_lint.engine.judging import Judged, describe, judge_gates
from aether_lint.engine.linked import LinkedProject
from aether_lint.engine.policy import Policy, Selection
from aether_lint.engine.request import CheckRequest
from aether_lint.engine.unsaved import discover_text
from aether_lint.model import FileError, Finding
from aether_lint.rules.lint.not_analyzed import RULE as NOT_ANALYZED
from aether_lint.rules.registry import load_rules

STDIN = "-"


class HostSession:
    """What a host process knows about the projects of its files; pickles as an empty one.

    The index is written where there is no parent process; workers read it, and lower in place what it lacks.
    Without `noqa`, comments of flake8 suppress nothing.
    """

    def __init__(self, *, noqa: bool = True) -> None:
        self._noqa = noqa
        self._paths: tuple[str, ...] = ()
        self._searched = False
        self._projects: dict[str, LinkedProject] = {}
        self._writes = multiprocessing.parent_process() is None

    def __reduce__(self) -> tuple[Callable[..., "HostSession"], tuple[()]]:
        return (partial(HostSession, noqa=self._noqa), ())

    def prepare(self, paths: Sequence[str]) -> None:
        """Take the paths that the host was asked to check; bring the index up to date before it starts workers.

        Raises `ConfigError`.
        """
        self._paths = tuple(os.path.realpath(path) for path in paths if path != STDIN)
        self._searched = False
        if self._writes:
            self._search()

    def findings_for(self, path: str, text: str | bytes | None = None) -> list[Finding]:
        """The findings in the module at an absolute path, in order of place; their paths are relative to its root.

        `text` is what the host has read, from disk or elsewhere. What cannot be analyzed is a finding AET000.
        Raises `ConfigError`.
        """
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        try:
            judged = self._judge(path, text)
        except ConfigError:
            raise
        except Exception as error:
            judged = Judged([], [FileError(path, "crash", describe(error))])
        findings = [*judged.findings, *map(NOT_ANALYZED.finding, judged.errors)]
        return sorted(findings, key=lambda finding: (finding.span, finding.code, finding.message))

    def _search(self) -> None:
        """Find and link the projects of the paths, once; a worker that checks no file is spared it."""
        if self._paths and not self._searched:
            self._searched = True
            self._link(_sound(discover(self._paths, known=_selectors())))

    def _judge(self, path: str, text: str | bytes | None) -> Judged:
        self._search()
        known = next((project for project in self._projects.values() if path in project.files), None)
        if known and (text is None or is_on_disk(path, text, known.limit)):
            return known.judge(known.files[path], noqa=self._noqa)
        if not known and self._is_left_out(path):
            return Judged([], [])
        found = _sound(discover_text(path, None, _selectors()))
        (project,) = found.projects
        if text is None or (
            project.root not in self._projects and is_on_disk(path, text, project.config.max_file_size)
        ):
            self._link(found)
            known = self._projects[project.root]
            return known.judge(known.files[path], noqa=self._noqa)
        texts = {path: text if isinstance(text, bytes) else encoded(text)}
        gates = known.gates if known else ()
        return LinkedProject(project, texts, write=False, gates=gates).judge(project.files[0], noqa=self._noqa)

    def _is_left_out(self, path: str) -> bool:
        """Whether the file lies in a folder that was searched, without having been found or named."""
        searched = any(path.startswith(os.path.join(folder, "")) for folder in self._paths)
        return searched and path not in self._paths and os.path.isfile(path)

    def _link(self, found: Discovery) -> None:
        request = CheckRequest(self._paths)
        for project in found.projects:
            policy = Policy(project.config, Selection())
            gates = _gates(project, policy) if asks_for_gates(project, request) else ()
            ran = rules_on_whole_root(project, policy, request)
            self._projects[project.root] = LinkedProject(project, {}, write=self._writes, gates=gates, ran=ran)


def _gates(project: Project, policy: Policy) -> list[Finding]:
    """What the rules about the project's own checks say; of errors there, the runner speaks."""
    return judge_gates(project.root, policy.of_gates, project.config, cache=project.complete).findings


def _sound(found: Discovery) -> Discovery:
    """The same. Raises `ConfigError` for the first configuration that cannot be used."""
    for error in found.errors:
        if error.kind == "config":
            raise ConfigError(error.path, error.message, line=error.line, column=error.column)
    return found


def _selectors() -> frozenset[str]:
    return frozenset(word for code, rule in load_rules().items() for word in (code, rule.name))
