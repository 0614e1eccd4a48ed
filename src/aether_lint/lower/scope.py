"""Which scope a name belongs to: Python's rules, from one walk over the statements of a module.

Names that an assignment expression binds are found by the same walk, which then looks into expressions:
only in modules whose source has `:=`.
"""

import builtins
from _ast import (
    AST,
    AnnAssign,
    Assign,
    AsyncFor,
    AsyncFunctionDef,
    AsyncWith,
    Attribute,
    AugAssign,
    ClassDef,
    Delete,
    ExceptHandler,
    For,
    FunctionDef,
    Global,
    If,
    Import,
    ImportFrom,
    Lambda,
    List,
    Match,
    MatchAs,
    MatchMapping,
    MatchStar,
    Module,
    Name,
    NamedExpr,
    Nonlocal,
    Starred,
    Subscript,
    Try,
    Tuple,
    While,
    With,
)
from typing import Literal

BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__package__", "__spec__", "__path__"}

_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")


class Scope:
    """A module, class, function or comprehension, and what it binds.

    `imports` maps a name to what its import binds; `rebound` holds the names that something else binds too.
    """

    __slots__ = ("bound", "bound_self", "globals", "imports", "key", "kind", "nonlocals", "parent", "rebound")

    def __init__(
        self, kind: Literal["module", "class", "function", "comprehension"], key: str, parent: "Scope | None"
    ) -> None:
        self.kind = kind
        self.key = key
        self.parent = parent
        self.bound: set[str] = set()
        self.rebound: set[str] = set()
        self.imports: dict[str, str] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.bound_self: tuple[str, str] | None = None  # (name of the first parameter, key of the class)

    def bind(self, name: str) -> None:
        """Notes that a statement of this scope binds `name`."""
        home = self.home(name)
        home.bound.add(name)
        home.rebound.add(name)

    def bind_import(self, name: str, qualified: str) -> None:
        """Notes that an import of this scope binds `name` to `qualified`."""
        home = self.home(name)
        if home is not self or home.imports.get(name, qualified) != qualified:
            home.rebound.add(name)
        home.bound.add(name)
        home.imports[name] = qualified

    def home(self, name: str) -> "Scope":
        """The scope in which a binding of `name` in this scope lands (`global` and `nonlocal` respected)."""
        scope = self
        if name in self.globals:
            while scope.parent is not None:
                scope = scope.parent
        elif name in self.nonlocals:
            while scope.parent is not None:
                scope = scope.parent
                if scope.kind == "function" and name in scope.bound:
                    break
        return scope

    def place(self, name: str) -> str:
        """The place of a variable of this scope."""
        if self.kind == "module":
            return f":{name}"
        if self.kind == "class":
            return f":{self.key}.{name}"
        return f":{self.key}>{name}~" if self.kind == "comprehension" else f":{self.key}>{name}"

    def resolve(self, name: str) -> str:
        """What a load of `name` in this scope refers to, in the notation of `facts`."""
        scope: Scope | None = self.home(name)
        first = True
        while scope is not None:
            if name in scope.bound and (first or scope.kind != "class"):
                if name in scope.imports and name not in scope.rebound:
                    return scope.imports[name]
                return scope.place(name)
            scope = scope.parent
            first = False
        return f"builtins.{name}" if name in BUILTINS else f"?{name}"

    def self_class(self, name: str) -> str | None:
        """The key of the class whose instance (or itself) `name` is, where it is a method's first parameter."""
        scope: Scope | None = self
        while scope is not None:
            if scope.bound_self is not None and scope.bound_self[0] == name:
                return scope.bound_self[1]
            if scope.kind == "function" and name in scope.bound:
                return None
            scope = scope.parent
        return None


class ScopeTable:
    """The scopes of a module's definitions, by the identity of their nodes (which must be kept alive)."""

    def __init__(self, tree: Module, has_walrus: bool) -> None:
        self._counts: dict[str, int] = {}
        self._of: dict[int, Scope] = {}
        self._has_walrus = has_walrus
        self.module = Scope("module", "", None)
        self._collect(tree.body, self.module)

    def of(self, node: AST) -> Scope:
        """The scope that the definition `node` opens."""
        return self._of[id(node)]

    def new_key(self, name: str, parent: Scope) -> str:
        """A key for a definition of `name` inside `parent`, unique in the module."""
        base = f"{parent.key}.{name}" if parent.key else name
        count = self._counts.get(base, 0) + 1
        self._counts[base] = count
        return base if count == 1 else f"{base}#{count}"

    def _collect(self, body: list, scope: Scope) -> None:  # type: ignore[type-arg]
        # `global` binds for the whole scope, wherever it stands: read it first
        for node in body:
            if type(node) is Global:
                scope.globals.update(node.names)
            elif type(node) is Nonlocal:
                scope.nonlocals.update(node.names)
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: AST, scope: Scope) -> None:
        kind = type(node)
        if kind is Assign:
            for target in node.targets:  # type: ignore[attr-defined]
                bind_target(target, scope)
        elif kind is FunctionDef or kind is AsyncFunctionDef:
            self._function(node, scope)
        elif kind is ClassDef:
            scope.bind(node.name)  # type: ignore[attr-defined]
            inner = Scope("class", self.new_key(node.name, scope), scope)  # type: ignore[attr-defined]
            self._of[id(node)] = inner
            self._collect(node.body, inner)  # type: ignore[attr-defined]
        elif kind is Import or kind is ImportFrom:
            bind_imports(node, scope)
        elif kind is AnnAssign or kind is AugAssign or kind is For or kind is AsyncFor:
            bind_target(node.target, scope)  # type: ignore[attr-defined]
        elif kind is With or kind is AsyncWith:
            for item in node.items:  # type: ignore[attr-defined]
                if item.optional_vars is not None:
                    bind_target(item.optional_vars, scope)
        elif kind is ExceptHandler:
            if node.name:  # type: ignore[attr-defined]
                scope.bind(node.name)  # type: ignore[attr-defined]
        elif kind is Delete:
            for target in node.targets:  # type: ignore[attr-defined]
                bind_target(target, scope)
        elif kind.__name__ == "match_case":
            bind_pattern(node.pattern, scope)  # type: ignore[attr-defined]
        elif kind.__name__ == "TypeAlias":
            scope.bind(node.name.id)  # type: ignore[attr-defined]
        if self._has_walrus:
            bind_walrus(node, scope)
        if kind in _COMPOUND or kind.__name__ in ("TryStar", "match_case"):
            for field in _BODIES:
                body = getattr(node, field, None)
                if body:
                    self._collect(body, scope)

    def _function(self, node: AST, scope: Scope) -> None:
        scope.bind(node.name)  # type: ignore[attr-defined]
        inner = Scope("function", self.new_key(node.name, scope), scope)  # type: ignore[attr-defined]
        self._of[id(node)] = inner
        bind_parameters(node, inner)
        self._collect(node.body, inner)  # type: ignore[attr-defined]


_COMPOUND = frozenset({If, For, AsyncFor, While, With, AsyncWith, Try, ExceptHandler, Match})


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
