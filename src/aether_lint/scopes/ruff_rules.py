"""Selections that leave out the rules which find real errors, and ignores that cover whole files or families."""

import fnmatch
import re
from collections.abc import Iterator, Sequence

from aether_lint.model import Related, Span
from aether_lint.scopes import ruff_scope
from aether_lint.scopes.documents import Document
from aether_lint.scopes.observations import Blanket, Invocation, Place, Selection
from aether_lint.scopes.project import Project
from aether_lint.scopes.ruff_scope import UNDEFINED_NAME, Measured, Rules
from aether_lint.scopes.tools import ruff_command, ruff_version, run

PYFLAKES_SHARE = 0.5  # of pyflakes' rules; `select = ["F"]` has all, the ad hoc lists that were read have a fifth
# Families whose absence hides errors or holes, not style.
WEIGHTY = frozenset(("F", "E9", "S", "B", "ASYNC", "PLE", "TRY", "BLE", "DTZ"))


def selections(project: Project, measured: Sequence[Measured]) -> Iterator[Selection]:
    """Explicit selections, in configuration or on the command line, that are weaker than pyflakes.

    Where several commands lint the same modules, the strongest counts: an additional narrow run is no harm.
    """
    usable = [one for one in measured if not one.failure and one.covered]
    gates = [one for one in usable if one.invocation.origin != "configuration"] or usable
    answers = [(one, ruff_scope.rules_by_config(project, one.invocation, one.covered)) for one in gates]
    strong: set[str] = set()
    for one, rules in answers:
        if all(_sound(project, found) for found in rules):
            strong |= one.covered
    seen: set[Place] = set()
    for one, rules in answers:
        for found in rules:
            if found.failure or _sound(project, found) or (one.covered <= strong):
                continue
            selection = _selection(project, one, found)
            if selection is not None and selection.place not in seen:
                seen.add(selection.place)
                yield selection


def _sound(project: Project, rules: Rules) -> bool:
    if UNDEFINED_NAME not in rules.enabled:
        return False
    pyflakes = _pyflakes(project)
    return not pyflakes or len(rules.enabled & pyflakes) >= PYFLAKES_SHARE * len(pyflakes)


def _pyflakes(project: Project) -> frozenset[str]:
    """All pyflakes rules of our ruff."""
    key = project.cache.key("pyflakes", ruff_version(), everywhere=True)
    known = project.cache.get(key)
    if known is None:
        command = [
            ruff_command(),
            "check",
            "--isolated",
            "--select",
            "F",
            "--show-settings",
            "--stdin-filename",
            "a.py",
        ]
        known = sorted(set(re.findall(r"\bF\d+\b", run([*command, "-"], project.root).out)))
        project.cache.put(key, known)
    return frozenset(known)


def _selection(project: Project, one: Measured, rules: Rules) -> Selection | None:
    pyflakes = _pyflakes(project)
    missing = tuple(sorted(pyflakes - rules.enabled))
    flags, _ = ruff_scope.scope_arguments(one.invocation.args)
    by_arguments = any(flag.partition("=")[0] in ("--select", "--ignore") for flag in flags)
    document = project.documents.get(rules.config)
    if by_arguments:
        place, key = one.invocation.place, "arguments"
    elif document is not None:
        place, key = _key_place(document, rules)
        if not key:
            return None
    else:
        return None
    related = [] if one.invocation.place == place else [_ran(one.invocation)]
    if by_arguments and document is not None and (configured := _key_place(document, rules))[1]:
        related = [Related(configured[0].path, configured[0].span, "the configured selection is narrow too")]
    return Selection(
        tool="ruff",
        version=ruff_version(),
        place=place,
        key=key,
        enabled=len(rules.enabled),
        missing=missing,
        undefined_names=UNDEFINED_NAME in rules.enabled,
        files=rules.files,
        reason="ignored" if key in ("ignore", "extend-ignore") else "narrow",
        note=rules.note or one.note,
        related=tuple(related),
    )


def _ran(invocation: Invocation) -> Related:
    return Related(invocation.place.path, invocation.place.span, f"{invocation.workflow or 'this'} runs it")


def _key_place(document: Document, rules: Rules) -> tuple[Place, str]:
    """The item of an ignore list that turns F821 off, else the `select` that leaves it out."""
    base = ruff_scope.section_keys(document.path)
    ignored: tuple[Place, str] | None = None
    for table in ((*base, "lint"), base):
        section = document.get(*table) if table else document.data
        if not isinstance(section, dict):
            continue
        for key in ("ignore", "extend-ignore"):
            for index, code in enumerate(section.get(key) or []):
                if isinstance(code, str) and UNDEFINED_NAME.startswith(code) and code:
                    ignored = Place(document.path, document.locate(*table, key, index)), key
        if "select" in section:
            if ignored and any(
                isinstance(c, str) and UNDEFINED_NAME.startswith(c) for c in [*section["select"], "ALL"]
            ):
                return ignored
            return Place(document.path, document.locate(*table, "select")), "select"
    return ignored or (Place(document.path, Span(1, 1, 1, 1)), "")


def blankets(project: Project, uses: frozenset[str]) -> Iterator[Blanket]:
    """Per-file ignores of whole families, and comments that silence a whole file for a tool in use."""
    for path, document in project.documents.items():
        if ruff_scope.configures_ruff(path, document):
            yield from _per_file(project, document)
    for module in project.party.modules:
        found = project.switches.get(module.path)
        for switch in found.switches if found else ():
            tools = {"flake8": {"flake8", "ruff"}}.get(switch.tool, {switch.tool})
            if switch.tool == "mypy" or not (tools & uses):
                continue
            only_imports = module.path.endswith("__init__.py") or (found is not None and not found.defines)
            if only_imports and switch.tool in ("flake8", "ruff"):
                continue  # re-exports: the usual reason, and nothing else stands there
            span = Span(switch.line, switch.column, switch.line, switch.end_column)
            yield Blanket(
                Place(module.path, span),
                switch.text,
                switch.tool,
                switch.codes,
                (module.path,),
                True,
                switch.documented,
            )


def _per_file(project: Project, document: Document) -> Iterator[Blanket]:
    base = ruff_scope.section_keys(document.path)
    folder = document.path.rpartition("/")[0]
    for table in ((*base, "lint"), base):
        for key in ("per-file-ignores", "extend-per-file-ignores"):
            ignores = document.get(*table, key)
            for pattern, codes in ignores.items() if isinstance(ignores, dict) else ():
                whole = tuple(code for code in codes if isinstance(code, str) and _is_blanket(code))
                modules = _matched(project, folder, str(pattern)) if whole else ()
                if modules:
                    place = Place(document.path, document.locate(*table, key, pattern))
                    documented = document.commented(place.span)
                    yield Blanket(place, str(pattern), "ruff", whole, modules, False, documented)


def _is_blanket(code: str) -> bool:
    return code == "ALL" or code in WEIGHTY


def _matched(project: Project, folder: str, pattern: str) -> tuple[str, ...]:
    """First-party modules that a per-file pattern means: by base name, or from the configuration's folder."""
    negated = pattern.startswith("!")
    expressions = [_regex(part) for part in _braces(pattern.lstrip("!"))]
    found = []
    for path in project.party.paths():
        if folder and not path.startswith(folder + "/"):
            continue
        inside = path[len(folder) + 1 :] if folder else path
        name = inside.rpartition("/")[2]
        if any(one.fullmatch(inside) or one.fullmatch(name) for one in expressions) != negated:
            found.append(path)
    return tuple(sorted(found))


def _braces(pattern: str) -> list[str]:
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    return [
        whole
        for part in found[1].split(",")
        for whole in _braces(pattern[: found.start()] + part + pattern[found.end() :])
    ]


def _regex(pattern: str) -> re.Pattern[str]:
    """A glob as ruff reads it: `*` crosses folders, `**/` may be nothing."""
    text = fnmatch.translate(pattern.removeprefix("./"))
    return re.compile(
        re.sub(r"(?:\.\*)+/", "(?:.*/)?", text.replace("(?>.*?/)", "(?:.*/)?")) if "**/" in pattern else text
    )
