"""The intermediate representation: what one module says, with imported names left symbolic.

A function is a flat list of *effects* in program order. An effect holds the guard under which it runs;
guards form chains that begin at the function's entry, so that the path condition of an effect is the
walk from its guard to the root. Early exits are part of it: what follows `if c: return` runs under not-c,
what follows a `try` whose body always leaves runs under its failure. Every call and every subscript load
is an effect of its own and is referred to as `Result(index)`, hence nothing that a module does is hidden
inside an expression.

Names (`Ref.name`, `Effect.place`) are strings of one of three shapes:

- `":NAME"`, `":Class.attr"`, `":func>local"`, each with any `.attr` tail: a place of this module. `self.x` in
  a method of `C` is `":C.x"`. The part before `>` is the key of the function that owns the variable.
- `"pkg.mod.name"`, or `"..mod.name"` where the import is relative: an imported name that nothing re-binds.
- `"?name"`: bound nowhere in the module and no builtin.

Facts hold neither configuration nor verdicts of the catalogue: when those change, nothing is parsed again.
These are the only serialised types. Lines and columns are 1-based, columns count characters.
"""

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct
from msgspec.msgpack import Decoder

from aether_lint.model import Span

FACTS_VERSION = 5

# Ways to leave a block, as bits of a set.
NEXT, RETURN, RAISE, EXIT, LOOP, BREAK, CONTINUE = 1, 2, 4, 8, 16, 32, 64

if TYPE_CHECKING:
    Name: TypeAlias = str
else:

    class _Text(type):
        def __instancecheck__(cls, found: object) -> bool:
            return isinstance(found, str)

    class Name(metaclass=_Text):
        """A string that occurs again and again; `FactsDecoder` says what for."""


# Where something stands. Effects and guards are most of what a program holds in memory: nearly all of their spans fit
# into one integer of 60 bits (line, column - 1, end line, end column - 1), four times smaller than a `Span`.
Position: TypeAlias = int | Span
POSITION_BITS = 15
_MOST = (1 << POSITION_BITS) - 1


def packed(span: Span) -> Position:
    """A span as effects and guards keep it."""
    line, column, end_line, end_column = span.line, span.column - 1, span.end_line, span.end_column - 1
    if max(line, column, end_line, end_column) > _MOST or end_column < 0:
        return span
    return ((line << POSITION_BITS | column) << POSITION_BITS | end_line) << POSITION_BITS | end_column


def _span(at: Position) -> Span:
    if isinstance(at, Span):
        return at
    end_line, line = at >> POSITION_BITS & _MOST, at >> 3 * POSITION_BITS
    return Span(line, (at >> 2 * POSITION_BITS & _MOST) + 1, end_line, (at & _MOST) + 1)


TEXT_LIMIT = 400  # characters kept of a string constant: names, URLs and defaults are shorter, prose is not needed


class Const(Struct, frozen=True, array_like=True, tag="k", gc=False):
    """A literal. Integers beyond 64 bits and lone surrogates are `Opaque`; bytes come as latin-1 text."""

    value: bool | int | float | str | None
    binary: bool = False


class Ref(Struct, frozen=True, array_like=True, tag="r", gc=False):
    """A name with its attributes, in the notation of the module's docstring."""

    name: Name


class Result(Struct, frozen=True, array_like=True, tag="e", gc=False):
    """What the effect with this index in the same function yields."""

    effect: int


class Display(Struct, frozen=True, array_like=True, tag="d", gc=False):
    """A literal container; `keys` is filled for a dict alone (a `**` entry has an `Opaque` key)."""

    kind: Literal["dict", "list", "set", "tuple"]
    items: "tuple[Value, ...]"
    keys: "tuple[Value, ...]" = ()


class Arms(Struct, frozen=True, array_like=True, tag="a", gc=False):
    """A value chosen among others: `a or b`, `a and b` (no test), `a if test else b` (two values)."""

    op: Literal["or", "and", "if"]
    values: "tuple[Value, ...]"
    test: "Cond | None" = None


class Test(Struct, frozen=True, array_like=True, tag="t", gc=False):
    """A comparison or negation used as a value."""

    cond: "Cond"


class Text(Struct, frozen=True, array_like=True, tag="f", gc=False):
    """An f-string, or strings joined by `+` or `%`."""

    parts: "tuple[Value, ...]"


class Attr(Struct, frozen=True, array_like=True, tag=".", gc=False):
    """An attribute of something that is not a plain name."""

    base: "Value"
    name: str


class Definition(Struct, frozen=True, array_like=True, tag="D", gc=False):
    """A function, class or lambda of this module, by its key."""

    key: Name


class Imported(Struct, frozen=True, array_like=True, tag="i", gc=False):
    """What an import binds, by its qualified name (leading dots where it is relative)."""

    name: Name


class Each(Struct, frozen=True, array_like=True, tag="E", gc=False):
    """One element of an iterable: the variable of a loop or comprehension."""

    source: "Value"


class Caught(Struct, frozen=True, array_like=True, tag="x", gc=False):
    """The exception bound by the handler of this `try`."""

    attempt: int


class Opaque(Struct, frozen=True, array_like=True, tag="o", gc=False):
    """An expression that is not modelled; `op` names its kind, `parts` are its operands."""

    op: str
    parts: "tuple[Value, ...]" = ()


Value: TypeAlias = (
    Const | Ref | Result | Display | Arms | Test | Text | Attr | Definition | Imported | Each | Caught | Opaque
)


class Atom(Struct, frozen=True, array_like=True, tag="A", gc=False):
    """An elementary condition on `value`, negated unless `positive`.

    `truthy`: its truth; `none`: `value is None`; `equals`: `value == arg`; `in`: `value in arg`;
    `less`: any order comparison; `isinstance`: with `arg` the class; `opaque`: something else.
    """

    kind: Literal["truthy", "none", "equals", "in", "less", "isinstance", "opaque"]
    value: Value
    arg: Value | None = None
    positive: bool = True


class Failed(Struct, frozen=True, array_like=True, tag="F", gc=False):
    """The `try` with this index failed (and the handler with this index runs, unless it is -1)."""

    attempt: int
    handler: int = -1
    positive: bool = True


class Every(Struct, frozen=True, array_like=True, tag="&", gc=False):
    """All of them hold; empty: always."""

    conds: "tuple[Cond, ...]"


class Some(Struct, frozen=True, array_like=True, tag="|", gc=False):
    """At least one of them holds; empty: never."""

    conds: "tuple[Cond, ...]"


Cond: TypeAlias = Atom | Failed | Every | Some


def negate(cond: Cond) -> Cond:
    """The negation, pushed down to the atoms (De Morgan)."""
    match cond:
        case Atom(kind, value, arg, positive):
            return Atom(kind, value, arg, not positive)
        case Failed(attempt, handler, positive):
            return Failed(attempt, handler, not positive)
        case Every(conds):
            return Some(tuple(negate(c) for c in conds))
        case Some(conds):
            return Every(tuple(negate(c) for c in conds))


def atoms_in(cond: Cond) -> int:
    """How many elementary conditions a condition has."""
    return sum(map(atoms_in, cond.conds)) if isinstance(cond, (Every, Some)) else 1


def is_none(value: Value | None) -> bool:
    """Whether a value is `None`, written or left out."""
    return value is None or value == Const(None)


def atoms_of(cond: Cond) -> "list[Atom]":
    """The elementary conditions that occur in a condition."""
    if isinstance(cond, (Every, Some)):
        return [atom for part in cond.conds for atom in atoms_of(part)]
    return [cond] if isinstance(cond, Atom) else []


def failures_in(cond: Cond) -> "list[Failed]":
    """The failures of `try` statements that a condition speaks of."""
    if isinstance(cond, Failed):
        return [cond] if cond.positive else []
    return [f for c in cond.conds for f in failures_in(c)] if isinstance(cond, (Every, Some)) else []


class Guard(Struct, frozen=True, array_like=True, gc=False):
    """A condition on top of the guard `parent` (-1: none); `at` is the test or the `except` line."""

    parent: int
    cond: Cond
    at: Position

    @property
    def span(self) -> Span:
        """Where the condition stands."""
        return _span(self.at)


EffectKind = Literal[
    "call",
    "item",
    "bind",
    "write",
    "augment",
    "delete",
    "return",
    "raise",
    "yield",
    "test",
    "assert",
    "define",
    "import",
]


class Effect(Struct, frozen=True, array_like=True, gc=False):
    """One thing that a function does, if `when` (an index of `Function.guards`, -1: always) lets it.

    call: `value` is what is called. item: `value[args[0]]` is read. bind: `place` becomes `value`.
    write: `place[args[0]] = value`. raise: `value` is None for a bare re-raise. import: `place` (may be "")
    becomes `value`. define: `place` becomes the `Definition` in `value`. test: `value` decides a branch.
    """

    kind: EffectKind
    at: Position
    when: int = -1
    place: Name = ""
    value: Value | None = None
    args: tuple[Value, ...] = ()
    keywords: tuple[tuple[Name, Value], ...] = ()  # a `**` argument has the name "**"

    @property
    def span(self) -> Span:
        """Where it is done."""
        return _span(self.at)


class Range(Struct, frozen=True, array_like=True, gc=False):
    """Indices of effects, `start` included, `end` excluded."""

    start: int
    end: int


class Handler(Struct, frozen=True, array_like=True, gc=False):
    """An `except` clause: `types` are names (empty: bare), `span` is its first line, `exits` a set of bits."""

    types: tuple[str, ...]
    name: str
    span: Span
    effects: Range
    exits: int


class Attempt(Struct, frozen=True, array_like=True, gc=False):
    """A `try` statement, or `with contextlib.suppress(...)` (one handler without effects, `suppress` set)."""

    span: Span
    when: int
    body: Range
    handlers: tuple[Handler, ...]
    orelse: Range
    final: Range
    body_exits: int  # of the body and its `else`
    suppress: bool = False


class Loop(Struct, frozen=True, array_like=True, gc=False):
    """A `for` or `while`; `endless` is `while True` that no `break` leaves."""

    span: Span
    effects: Range
    endless: bool


class With(Struct, frozen=True, array_like=True, gc=False):
    """A `with` over the values of its items."""

    span: Span
    effects: Range
    items: tuple[Value, ...]


class Param(Struct, frozen=True, array_like=True, gc=False):
    """A parameter; `annotation` lists the names that occur in the annotation, outermost first."""

    name: Name
    kind: Literal["positional", "keyword", "args", "kwargs"]
    default: Value | None = None
    annotation: tuple[Name, ...] = ()


class Function(Struct, frozen=True, array_like=True, gc=False):
    """A function, class body, lambda, or the module's body (key "").

    `key` is the qualified name without `<locals>`; a second definition of the same name has `#2` appended.
    `owner` is the key of the class whose method this is, or "". `doc` is the start of the docstring.
    Values in `decorators` and defaults of `params` refer to effects of the function `parent`.
    """

    key: Name
    kind: Literal["module", "function", "class", "lambda"]
    span: Span
    parent: str = ""
    owner: str = ""
    params: tuple[Param, ...] = ()
    returns: tuple[Name, ...] = ()
    decorators: tuple[Value, ...] = ()
    bases: tuple[Value, ...] = ()
    annotations: tuple[tuple[Name, tuple[Name, ...]], ...] = ()  # place -> names in the annotation
    doc: str = ""
    exits: int = NEXT
    is_async: bool = False
    generator: bool = False
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    loops: tuple[Loop, ...] = ()
    withs: tuple[With, ...] = ()


class Suppression(Struct, frozen=True, array_like=True, gc=False):
    """A comment that asks for silence, as it is written: `codes` may be names, empty means all; `until` is a day.

    `noqa` is flake8's, for a line or a whole file; of those, only the ones that can mean our rules. `alone`: nothing
    else stands on the line. `problem` says what is wrong with the comment, if anything is.
    """

    kind: Literal["noqa", "noqa-file", "line", "file"]
    span: Span
    codes: tuple[str, ...] = ()
    alone: bool = False
    until: str = ""
    problem: str = ""


class ModuleFacts(Struct, frozen=True, array_like=True, gc=False):
    """All that is known of one module. `functions[0]` is its body.

    `path` is relative to the root, with `/`; `role` is what the content says ("" where it says nothing).
    `imports` lists every module or name that the module imports; a star import ends in `.*`.
    """

    path: str
    role: Literal["", "test", "migration"]
    functions: tuple[Function, ...]
    imports: tuple[Name, ...]
    exports: tuple[str, ...] = ()  # `__all__`, where it is a literal
    has_main: bool = False  # has an `if __name__ == "__main__"` block
    suppressions: tuple[Suppression, ...] = ()


class FactsDecoder:
    """Reads facts. What one decoder reads shares its names: each occurs five times in a program [23 of 80 MB]."""

    def __init__(self) -> None:
        names: dict[str, str] = {}
        share = names.setdefault
        self._decoder = Decoder(ModuleFacts, dec_hook=lambda _, name: share(name, name))

    def decode(self, encoded: bytes) -> ModuleFacts:
        """Facts of one module. Raises `msgspec.MsgspecError`."""
        return self._decoder.decode(encoded)
