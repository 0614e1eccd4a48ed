"""What can be configured: the keys of `[tool.aether-lint]`, their types and defaults."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from aether_lint.model import Confidence, Severity

Words = tuple[str, ...]
Bytes = Annotated[int, Meta(ge=1)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Callable_ = Annotated[str, Meta(pattern=r"^(\w+(\.\w+)*:\w+(\.\w+)*)?$")]


class Config(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The settings of one root. Keys are written with hyphens; a key that is not here is an error.

    Patterns are those of `.gitignore`, relative to the root. Names are qualified as Python writes them.
    """

    src: Annotated[Words, Meta(description="Source roots; worked out from the project when empty.")] = ()
    select: Annotated[Words, Meta(description="Rules to run: codes, prefixes of codes, or names.")] = ("AET",)
    ignore: Annotated[Words, Meta(description="Rules not to run.")] = ()
    extend_select: Annotated[Words, Meta(description="Rules to run in addition to `select`.")] = ()
    exclude: Annotated[Words, Meta(description="Patterns of paths to leave out.")] = ()
    extend_exclude: Annotated[Words, Meta(description="Patterns to leave out in addition to `exclude`.")] = ()
    per_file_ignores: Annotated[
        dict[str, Words], Meta(description="Pattern of paths -> rules that are not reported there.")
    ] = {}
    severity: Annotated[dict[str, Severity], Meta(description="Rule -> the severity of its findings.")] = {}
    min_confidence: Annotated[Confidence, Meta(description="Findings below it are counted, not shown.")] = "medium"
    fail_on: Annotated[Severity, Meta(description="Findings of this severity or above make the exit code 1.")] = (
        "warning"
    )
    test_paths: Annotated[Words, Meta(description="Patterns of paths that hold tests, besides the usual ones.")] = ()
    production_guards: Annotated[
        Words, Meta(description="Functions that raise in production; a call of one makes what follows safe.")
    ] = ()
    test_gates: Annotated[Words, Meta(description="Functions or constants that are true in tests only.")] = ()
    volatile: Annotated[Words, Meta(description="Classes or functions whose state dies with the process.")] = ()
    durable: Annotated[Words, Meta(description="Classes or functions of a durable or shared store.")] = ()
    startup_hooks: Annotated[Words, Meta(description="Functions that run at start-up.")] = ()
    fixable: Annotated[Words, Meta(description="Rules whose fixes may be applied.")] = ("AET",)
    unsafe_fixes: Annotated[bool, Meta(description="Apply fixes that change the failing path.")] = False
    fix_guard: Annotated[
        Callable_,
        Meta(description="`package.module:callable` that codemods insert in place of an unconditional raise."),
    ] = ""
    baseline: Annotated[str, Meta(description="File with the fingerprints of findings that are accepted.")] = ""
    max_file_size: Annotated[Bytes, Meta(description="Bytes; a larger file is an error, not skipped.")] = 10_000_000
    gate_coverage: Annotated[
        Percent, Meta(description="Percent of the first-party modules that a type checker or linter must cover.")
    ] = 80


# Keys whose values are rules; of a table, its keys or its lists.
SELECTOR_LISTS: tuple[str, ...] = ("select", "ignore", "extend-select", "fixable")
SELECTOR_TABLES: tuple[str, ...] = ("per-file-ignores", "severity")

EXPECTED: dict[str, str] = {
    "per-file-ignores": 'a table of lists of rules: { "pattern" = ["AET101"] }',
    "severity": 'a table of severities: { AET101 = "warning" }, with error, warning or info',
    "min-confidence": "one of low, medium, high",
    "fail-on": "one of info, warning, error",
    "unsafe-fixes": "true or false",
    "fix-guard": 'text of the form "package.module:callable"',
    "baseline": "the path of a file, as text",
    "max-file-size": "a whole number of bytes, at least 1",
    "gate-coverage": "a whole number from 0 to 100",
}
LIST_OF_TEXT = "a list of text"


def keys() -> dict[str, msgspec.structs.FieldInfo]:
    """Every key as it is written, with its type and default, in order."""
    return {field.encode_name: field for field in msgspec.structs.fields(Config)}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `[tool.aether-lint]` and of `aether-lint.toml`, written from `Config`."""
    schema = msgspec.json.schema(Config)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "aether-lint", **schema}
