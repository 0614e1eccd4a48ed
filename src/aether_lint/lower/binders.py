"""What a module binds, found by one walk over its statements.

Names that an assignment expression binds are found by the same walk, which then looks into expressions:
only in modules whose source has `:=`.
"""

import _ast
from _ast import (
    AST,
    AsyncFunctionDef,
    Attribute,
    ClassDef,
    FunctionDef,
    Import,
    Lambda,
    List,
    MatchAs,
    MatchMapping,
    MatchStar,
    Module,
    Name,
    NamedExpr,
    Starred,
    Subscript,
    Tuple,
)
from collections.abc import Callable, Sequence
from typing import Any, Literal

from aether_lint.lower.scope import Scope

_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


class ScopeTable:
    """The scopes of a module's definitions, by the identity of their nodes (which must be kept alive)."""

    def __init__(self, tree: Module, has_walrus: bool) -> None:
        self._counts: dict[str, int] = {}
        self._of: dict[int, Scope] = {}
        self._has_walrus = has_walrus
        self.module = Scope("module", "", None)
        self.collect(tree.body, self.module)

    def of(self, node: AST) -> Scope:
        """The scope that the definition `node` opens."""
        return self._of[id(node)]

    def new_key(self, name: str, parent: Scope) -> str:
        """A key for a definition of `name` inside `parent`, unique in the module."""
        base = f"{parent.key}.{name}" if parent.key else name
        count = self._counts.get(base, 0) + 1
        self._counts[base] = count
        return base if count == 1 else f"{base}#{count}"

    def open(self, node: Any, scope: Scope, inner: Literal["class", "function"]) -> Scope:
        """A new scope for a definition in `scope`, which binds its name."""
        scope.bind(node.name)
        opened = self._of[id(node)] = Scope(inner, self.new_key(node.name, scope), scope)
        return opened

    def collect(self, body: Sequence[AST], scope: Scope) -> None:
        """Binds what the statements of a block bind in `scope`, and opens the scopes of its definitions."""
        for node in body:
            if self._has_walrus:
                bind_walrus(node, scope)
            binder = _BINDERS.get(type(node))
            if binder is not None:
                binder(self, node, scope)


def _bodies(table: ScopeTable, node: Any, scope: Scope) -> None:
    for field in _BODIES:
        body = getattr(node, field, None)
        if body:
            table.collect(body, scope)


def _function(table: ScopeTable, node: Any, scope: Scope) -> None:
    inner = table.open(node, scope, "function")
    bind_parameters(node, inner)
    table.collect(node.body, inner)


def _class(table: ScopeTable, node: Any, scope: Scope) -> None:
    table.collect(node.body, table.open(node, scope, "class"))


def _import(table: ScopeTable, node: AST, scope: Scope) -> None:
    del table
    bind_imports(node, scope)


def _targets(table: ScopeTable, node: Any, scope: Scope) -> None:
    del table
    for target in node.targets:
        bind_target(target, scope)


def _target(table: ScopeTable, node: Any, scope: Scope) -> None:
    del table
    bind_target(node.target, scope)


def _for(table: ScopeTable, node: Any, scope: Scope) -> None:
    bind_target(node.target, scope)
    _bodies(table, node, scope)


def _with(table: ScopeTable, node: Any, scope: Scope) -> None:
    for item in node.items:
        if item.optional_vars is not None:
            bind_target(item.optional_vars, scope)
    table.collect(node.body, scope)


def _handler(table: ScopeTable, node: Any, scope: Scope) -> None:
    if node.name:
        scope.bind(node.name)
    table.collect(node.body, scope)


def _case(table: ScopeTable, node: Any, scope: Scope) -> None:
    bind_pattern(node.pattern, scope)
    table.collect(node.body, scope)


def _global(table: ScopeTable, node: Any, scope: Scope) -> None:
    del table
    scope.globals.update(node.names)  # Python demands that it stands before all that uses the name


def _nonlocal(table: ScopeTable, node: Any, scope: Scope) -> None:
    del table
    scope.nonlocals.update(node.names)


def _alias(table: ScopeTable, node: Any, scope: Scope) -> None:
    del table
    scope.bind(node.name.id)


_BY_NAME: dict[str, Callable[[ScopeTable, Any, Scope], None]] = {
    **dict.fromkeys(("Assign", "Delete"), _targets),
    **dict.fromkeys(("AnnAssign", "AugAssign"), _target),
    **dict.fromkeys(("FunctionDef", "AsyncFunctionDef"), _function),
    **dict.fromkeys(("Import", "ImportFrom"), _import),
    **dict.fromkeys(("For", "AsyncFor"), _for),
    **dict.fromkeys(("With", "AsyncWith"), _with),
    **dict.fromkeys(("If", "While", "Try", "TryStar", "Match"), _bodies),
    "ClassDef": _class,
    "Global": _global,
    "Nonlocal": _nonlocal,
    "ExceptHandler": _handler,
    "match_case": _case,
    "TypeAlias": _alias,
}
# `TryStar` came with Python 3.11, `TypeAlias` with 3.12
_BINDERS = {getattr(_ast, name): binder for name, binder in _BY_NAME.items() if hasattr(_ast, name)}


def bind_parameters(node: AST, inner: Scope) -> None:
    """Binds the parameters of a function or lambda, and knows `self` in a method."""
    spec = node.args  # type: ignore[attr-defined]
    first = [*spec.posonlyargs, *spec.args]
    for arg in (*first, *spec.kwonlyargs, spec.vararg, spec.kwarg):
        if arg is not None:
            inner.bind(arg.arg)
    parent = inner.parent
    if parent is not None and parent.kind == "class" and first and type(node) is not Lambda:
        names = {d.id for d in node.decorator_list if type(d) is Name}  # type: ignore[attr-defined]
        if "staticmethod" not in names:
            inner.bound_self = (first[0].arg, parent.key)


def bind_imports(node: AST, scope: Scope) -> None:
    """Binds the names of an `import` or `from … import` statement."""
    for alias, _, qualified in imported_names(node):
        if alias:
            scope.bind_import(alias, qualified)


def imported_names(node: AST) -> list[tuple[str, str, str]]:
    """(bound name or "" for a star, name of the module or attribute that is loaded, what the bound name means)."""
    found = []
    if type(node) is Import:
        for alias in node.names:
            top = alias.name.partition(".")[0]
            found.append((alias.asname or top, alias.name, alias.name if alias.asname else top))
    else:
        base = "." * node.level + (node.module or "")  # type: ignore[attr-defined]
        separator = "" if base.endswith(".") or not base else "."
        for alias in node.names:  # type: ignore[attr-defined]
            qualified = f"{base}{separator}{alias.name}"
            found.append(("" if alias.name == "*" else alias.asname or alias.name, qualified, qualified))
    return found


def bind_target(target: AST, scope: Scope) -> None:
    """Binds the names of an assignment target."""
    kind = type(target)
    if kind is Name:
        scope.bind(target.id)  # type: ignore[attr-defined]
    elif kind is Tuple or kind is List:
        for element in target.elts:  # type: ignore[attr-defined]
            bind_target(element, scope)
    elif kind is Starred:
        bind_target(target.value, scope)  # type: ignore[attr-defined]
    elif kind is Attribute or kind is Subscript:
        return


def bind_pattern(pattern: AST, scope: Scope) -> None:
    """Binds the captures of a `case` pattern."""
    kind = type(pattern)
    if (kind is MatchAs or kind is MatchStar) and pattern.name:  # type: ignore[attr-defined]
        scope.bind(pattern.name)  # type: ignore[attr-defined]
    if kind is MatchMapping and pattern.rest:  # type: ignore[attr-defined]
        scope.bind(pattern.rest)  # type: ignore[attr-defined]
    inner = getattr(pattern, "pattern", None)
    for child in [
        *getattr(pattern, "patterns", ()),
        *getattr(pattern, "kwd_patterns", ()),
        *([inner] if inner else ()),
    ]:
        bind_pattern(child, scope)


_OWN_SCOPE = (FunctionDef, AsyncFunctionDef, ClassDef, Lambda)


def bind_walrus(node: AST, scope: Scope) -> None:
    """Binds the targets of assignment expressions in a statement's own expressions (PEP 572).

    One inside a comprehension lands in the scope around it, which is `scope` as comprehensions open none here.
    """
    stack = [child for field in node._fields if field not in _BODIES for child in _children(node, field)]
    while stack:
        child = stack.pop()
        if isinstance(child, _OWN_SCOPE):
            continue
        if type(child) is NamedExpr:
            scope.bind(child.target.id)
        stack.extend(grand for field in child._fields for grand in _children(child, field))


def _children(node: AST, field: str) -> list[AST]:
    value = getattr(node, field, None)
    if isinstance(value, list):
        return [v for v in value if isinstance(v, AST)]
    return [value] if isinstance(value, AST) else []
