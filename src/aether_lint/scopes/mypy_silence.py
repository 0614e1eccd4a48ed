"""Options by which mypy looks at modules and says nothing: excludes, ignored errors, imports that are not followed."""

import re
from collections.abc import Iterator, Sequence

from aether_lint.model import Span
from aether_lint.scopes import mypy_scope
from aether_lint.scopes.documents import Document
from aether_lint.scopes.imports import third_party
from aether_lint.scopes.mypy_scope import Measured
from aether_lint.scopes.observations import Dropped, Imports, Place, Silenced
from aether_lint.scopes.project import Project
from aether_lint.scopes.tools import mypy_version

# Codes without which mypy misses what fails at run time.
CORE_CODES = frozenset(
    (
        "name-defined", "attr-defined", "call-arg", "arg-type", "return-value", "return", "assignment", "union-attr",
        "index", "operator", "call-overload", "valid-type", "misc", "used-before-def", "possibly-undefined",
    )
)  # fmt: skip
MILD_CODES = frozenset(("misc", "valid-type", "possibly-undefined", "assignment"))  # alone they are a matter of style
MAX_LIBRARIES = 25  # a longer list of libraries in an override is read by nobody
DELIBERATE_SHARE = 0.05  # a deliberate exclude of less is left alone


def excluded(project: Project, measured: Sequence[Measured]) -> Iterator[Dropped]:
    """Exclude patterns of the configuration that keep first-party modules out of every run."""
    covered = frozenset().union(*(one.covered for one in measured))
    total = len(project.party.modules)
    for config, folder, pattern, paths in _dropped_by(project, measured):
        document = project.documents.get(config)
        if document is not None and _pattern_in(document, pattern):
            lost = tuple(sorted((paths & project.party.paths()) - covered))
            if not lost:
                continue
            accidental = tuple(path for path in lost if _accident(pattern, path, folder))
            place, index = _pattern_place(document, pattern)
            documented = document.commented(place.span)
            if accidental or _matters(lost, total, documented):
                yield Dropped(
                    tool="mypy",
                    version=mypy_version(),
                    place=place,
                    pattern=pattern,
                    index=index,
                    dropped=lost,
                    accidental=accidental,
                    total=total,
                    anchored=_anchored(pattern) if accidental else "",
                    documented=documented,
                )


def _dropped_by(project: Project, measured: Sequence[Measured]) -> Iterator[tuple[str, str, str, set[str]]]:
    """Configuration, working directory, pattern, and what the pattern drops from any of the runs with both."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for one in measured:
        if one.config and one.invocation.passed is None:
            for pattern, paths in one.options.get("dropped", {}).items():
                key = (one.config, one.invocation.cwd, pattern)
                found.setdefault(key, set()).update(project.relative(path) for path in paths)
    yield from ((*key, paths) for key, paths in found.items())


def _pattern_in(document: Document, pattern: str) -> bool:
    """Whether the pattern is the configuration's, not one of a command line."""
    value = document.get(*mypy_scope.section_keys(document.path), "exclude")
    return pattern in value if isinstance(value, list) else isinstance(value, str) and value.strip() == pattern


def _matters(lost: Sequence[str], total: int, documented: bool) -> bool:
    return len(lost) > 1 and len(lost) >= (2 if documented else 1) * DELIBERATE_SHARE * total


def _accident(pattern: str, path: str, cwd: str) -> bool:
    """Whether the pattern catches the path elsewhere than at the start, or within a name: it is a search regex."""
    inside = path[len(cwd) + 1 :] if cwd else path
    if pattern.startswith(("^", "(^", "(?x)", "(?:^")):
        return False
    found = re.search(pattern, inside)
    if found is None:
        found = next((hit for end in _folders(inside) if (hit := re.search(pattern, end))), None)
    if found is None or found.start() == 0:
        return False
    return inside[found.start() - 1] != "/" and found.group(0)[:1] != "/"


def _folders(path: str) -> Iterator[str]:
    parts = path.split("/")
    for end in range(1, len(parts)):
        yield "/".join(parts[:end]) + "/"


def _anchored(pattern: str) -> str:
    """The pattern that starts at the root of the run."""
    return f"^{pattern}" if "|" not in pattern else f"^(?:{pattern})"


def _pattern_place(document: Document, pattern: str) -> tuple[Place, int]:
    keys = (*mypy_scope.section_keys(document.path), "exclude")
    value = document.get(*keys)
    if isinstance(value, list) and pattern in value:
        index = value.index(pattern)
        return Place(document.path, document.locate(*keys, index)), index
    return Place(document.path, document.locate(*keys)), -1


def silenced(project: Project, measured: Sequence[Measured]) -> Iterator[Silenced]:
    """Ignored errors: everywhere, in overrides of first-party modules, by core error codes, by comments in files."""
    for one in _by_configuration(measured):
        document = project.documents.get(one.config)
        if document is not None and mypy_scope.configures_mypy(document.path, document):
            yield from _in_configuration(project, document, one)
    if measured:
        yield from _in_files(project)


def _by_configuration(measured: Sequence[Measured]) -> list[Measured]:
    """One measurement a configuration file."""
    return list({one.config: one for one in reversed(measured) if one.config and not one.failure}.values())


def _in_configuration(project: Project, document: Document, one: Measured) -> Iterator[Silenced]:
    keys = mypy_scope.section_keys(document.path)
    section = document.get(*keys)
    total = len(project.party.modules)
    version = mypy_version()
    if not isinstance(section, dict):
        return
    if "ignore_errors" in section and one.options["ignore_errors"]:
        place = mypy_scope.locate(document, "ignore_errors")
        yield Silenced(version, place, "everywhere", "ignore_errors", (), total, False)
    codes = sorted(set(one.options["disable_error_code"] or ()) & CORE_CODES)
    if "disable_error_code" in section and codes and not set(codes) <= MILD_CODES:
        place = mypy_scope.locate(document, "disable_error_code")
        yield Silenced(version, place, "codes", ", ".join(codes), (), total, document.commented(place.span))
    of_name = {name: module.path for module in project.party.modules for name in module.names}
    ignored = set(one.options["ignored"])
    grouped: dict[Place, list[tuple[str, set[str]]]] = {}
    for pattern, names in one.options["silenced"].items():
        paths = {of_name[name] for name in names if name in ignored and name in of_name}
        if paths:
            grouped.setdefault(_override_place(document, pattern), []).append((pattern, paths))
    for place, found in grouped.items():
        modules = tuple(sorted(set().union(*(paths for _, paths in found))))
        what = ", ".join(pattern for pattern, _ in found)
        documented = document.commented(_section_span(document, place))
        yield Silenced(version, place, "override", what, modules, total, documented)


def _override_place(document: Document, pattern: str) -> Place:
    """The `ignore_errors` of the override that a module pattern belongs to."""
    if not document.path.endswith(".toml"):
        section = next((name for name in document.data if name.startswith("mypy-") and _has(name[5:], pattern)), "")
        return Place(document.path, document.locate(section, "ignore_errors"))
    overrides = document.get("tool", "mypy", "overrides") or []
    for index, override in enumerate(overrides):
        modules = override.get("module", [])
        if pattern in ([modules] if isinstance(modules, str) else modules) and override.get("ignore_errors"):
            return Place(document.path, document.locate("tool", "mypy", "overrides", index, "ignore_errors"))
    return Place(document.path, document.locate("tool", "mypy", "overrides"))


def _has(globs: str, pattern: str) -> bool:
    return pattern in [glob.strip().replace("/", ".") for glob in globs.split(",")]


def _section_span(document: Document, place: Place) -> Span:
    """From the header of the section that holds a place to the place itself."""
    line = place.span.line
    while line > 1 and not document.line(line).lstrip().startswith("["):
        line -= 1
    return Span(line, 1, place.span.end_line, place.span.end_column)


def _in_files(project: Project) -> Iterator[Silenced]:
    found = [
        (module.path, switch)
        for module in project.party.modules
        if module.path in project.switches
        for switch in project.switches[module.path].switches
        if switch.tool == "mypy"
    ]
    for path, switch in found:
        span = Span(switch.line, switch.column, switch.line, switch.end_column)
        documented = switch.documented and len(found) == 1
        yield Silenced(
            mypy_version(), Place(path, span), "file", switch.text, (path,), len(project.party.modules), documented
        )


def _unpardoned(project: Project, document: Document) -> tuple[str, ...]:
    """Libraries for an override that takes the blanket pardon's place; none where the list would be no help."""
    found = third_party(project, document.path.rpartition("/")[0])
    overridden = {name.removeprefix("mypy-").partition(".")[0] for name in document.data if name.startswith("mypy-")}
    libraries = tuple(name for name in found if name not in overridden)
    return libraries if len(libraries) <= MAX_LIBRARIES else ()


def imports(project: Project, measured: Sequence[Measured]) -> Iterator[Imports]:
    """`follow_imports` and `ignore_missing_imports` for everything."""
    total = len(project.party.modules)
    covered = frozenset().union(*(one.covered for one in measured))
    for one in _by_configuration(measured):
        document = project.documents.get(one.config)
        if document is None:
            continue
        section = document.get(*mypy_scope.section_keys(document.path))
        if not isinstance(section, dict):
            continue
        follow = one.options["follow_imports"]
        unseen = total - len(covered)
        if "follow_imports" in section and (follow == "skip" or (follow == "silent" and unseen)):
            place = mypy_scope.locate(document, "follow_imports")
            yield Imports(mypy_version(), place, "follow_imports", follow, unseen, total)
        if "ignore_missing_imports" in section and one.options["ignore_missing_imports"]:
            place = mypy_scope.locate(document, "ignore_missing_imports")
            libraries = _unpardoned(project, document)
            yield Imports(mypy_version(), place, "ignore_missing_imports", "true", 0, total, libraries)
