"""Source to facts: one parse, one walk, and the tree is dropped."""

from _ast import Module
from typing import Any, Literal

from aether_lint.facts import Const, Display, Function, ModuleFacts
from aether_lint.lower.binders import ScopeTable
from aether_lint.lower.comments import suppressions_of
from aether_lint.lower.frame import Frame, ModuleState, SpanReader
from aether_lint.lower.statements import block
from aether_lint.model import Span

PARSE_ONLY = 0x400  # ast.PyCF_ONLY_AST; `import ast` costs 6 ms


def lower(source: bytes, path: str) -> ModuleFacts:
    """The facts of a module.

    `source` are the bytes of the file (a coding cookie or BOM is honoured), `path` its path relative to
    the root, with `/`. Raises what `compile` raises: SyntaxError (also for a wrong encoding), ValueError
    for NUL bytes, RecursionError and MemoryError for input that is nested too deeply.
    """
    tree: Any = compile(source, path, "exec", PARSE_ONLY, dont_inherit=True)
    return lower_tree(tree, source, path)


def lower_tree(tree: Module, source: bytes, path: str) -> ModuleFacts:
    """The facts of a module that a host has parsed already; `source` as for `lower`, in UTF-8."""
    state = ModuleState(ScopeTable(tree, b":=" in source), SpanReader(_as_utf8(source)))
    frame = Frame(state, state.scopes.module, "")
    exits = block(frame, tree.body)
    body = Function(
        key="", kind="module", span=Span(1, 1, 1, 1), annotations=tuple(frame.annotations), exits=exits,
        guards=tuple(frame.guards), effects=tuple(frame.effects), attempts=tuple(frame.attempts),
        loops=tuple(frame.loops), withs=tuple(frame.withs),
    )  # fmt: skip
    return ModuleFacts(
        path=path,
        role=_role(state, body),
        functions=(body, *state.functions),
        imports=tuple(state.imports),
        exports=_exports(body),
        has_main=state.has_main,
        suppressions=suppressions_of(source),
    )


def _as_utf8(source: bytes) -> bytes:
    # the columns of `ast` count UTF-8 bytes, whatever the encoding of the file
    if source.isascii():
        return source
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        import io
        import tokenize

        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return source.decode(encoding, "replace").encode()
    return source


def _role(state: ModuleState, body: Function) -> Literal["", "test", "migration"]:
    if any(
        name == "pytest" or name.startswith(("pytest.", "unittest.")) or name == "unittest" for name in state.imports
    ):
        return "test" if _defines_tests(body) else ""
    bound = {effect.place for effect in body.effects if effect.kind == "bind"}
    return "migration" if {":revision", ":down_revision"} <= bound else ""


def _defines_tests(body: Function) -> bool:
    return any(e.kind == "define" and e.place.lower().startswith((":test", ":pytest_")) for e in body.effects)


def _exports(body: Function) -> tuple[str, ...]:
    names: list[str] = []
    for effect in body.effects:
        if effect.place == ":__all__" and isinstance(effect.value, Display):
            names += [v.value for v in effect.value.items if isinstance(v, Const) and isinstance(v.value, str)]
    return tuple(names)


__all__ = ["lower", "lower_tree"]
