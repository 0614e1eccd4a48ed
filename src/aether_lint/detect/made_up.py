"""What an answer is made of, where the real one is missing: literals, random numbers, a hash, a helper's samples.

An answer that says so itself (an error payload, `"source": "fallback"`) is none, and neither is an empty one.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from aether_lint.catalog import fabrication, tokens
from aether_lint.facts import Arms, Attr, Const, Display, Effect, Function, Opaque, Ref, Result, Test, Text, Value
from aether_lint.link import Module, Program
from aether_lint.link.names import last_name
from aether_lint.model import CONFIDENCES, Confidence

DEPTH = 5  # values, bindings and helpers looked through
HASH_DEPTH = 4  # calls between a number and the hash it comes from
OWN_DEPTH = 3  # variables between a field and its literal
LEAST_WORDS = 2  # a text of fewer is a name: "synthetic", "sample-rate"
LEAST_FIELDS = 2  # of an answer made of literals: one field alone is a flag or a message
LONGEST_LABEL = 40  # characters of a text that is quoted in a message

_RANDOM = ("random.", "numpy.random.", "faker.")
_SEEDED = frozenset({"random.seed", "numpy.random.seed"})
_HASHES = ("hashlib.", "builtins.hash", "zlib.crc32", "binascii.crc32")
_OF_THE_PROCESS = ("builtins.", "datetime.", "time.", "uuid.", "random.", "numpy.random.", "decimal.")
_WRAPPERS = frozenset({"dict", "list", "tuple", "str", "float", "int", "round", "abs", "max", "min", "sorted", "dumps"})
_CONSTANT_ARRAYS = frozenset({"numpy.zeros", "numpy.ones", "numpy.full", "torch.zeros", "torch.ones", "torch.rand"})


_IDENTIFIERS = frozenset({"id", "sid", "hash", "tx", "txid", "signature", "reference", "receipt"})
_OUR_IDENTIFIERS = frozenset({"request", "trace", "correlation", "session", "user", "account", "job", "task", "run"})


class MadeUp(Struct, frozen=True):
    """`kind`: fabricated values, or a heuristic's. `source` says what they come from, for a message."""

    kind: Literal["fabricated", "heuristic"]
    source: str
    confidence: Confidence


class Shapes(Struct, frozen=True):
    """Forms of real answers: keys of mappings, classes that are built; `asked`: an answer is handed on as it came."""

    keys: frozenset[str]
    classes: frozenset[str]
    asked: bool


class Maker:
    """Looks at the values of one function, of which `arm` holds the effects that run instead of the real work."""

    def __init__(
        self,
        program: Program,
        module: Module,
        function: Function,
        arm: Sequence[int],
        normal: "Shapes | None" = None,
    ) -> None:
        self._program = program
        self._module = module
        self._function = function
        self._arm = arm
        self._normal = self._shapes() if normal is None else normal

    def _shapes(self) -> "Shapes":
        """The forms of the answers that the rest of the function gives."""
        keys: set[str] = set()
        classes: set[str] = set()
        asked = False
        arm = frozenset(self._arm)
        for index, effect in enumerate(self._function.effects):
            if index in arm or effect.kind not in ("return", "yield", "bind"):
                continue
            match effect.value:
                case Display("dict", _, names):
                    keys.update(map(_text, names))
                case Result(made) if last_name(self._function.effects[made])[:1].isupper():
                    classes.add(last_name(self._function.effects[made]))
                case _:
                    asked = asked or (effect.kind != "bind" and self._is_asked(effect.value))
        return Shapes(frozenset(keys), frozenset(classes), asked)

    def _is_asked(self, value: Value | None) -> bool:
        """Whether a value is what somebody outside answered, itself or through a variable."""
        match value:
            case Result(index):
                return (
                    self._program.remote.of_call(self._function.effects[index], self._module, self._function)
                    is not None
                )
            case Ref(name):
                bound = [e.value for e in self._function.effects if e.kind == "bind" and e.place == name]
                return any(isinstance(v, Result) and self._is_asked(v) for v in bound)
            case _:
                return False

    def made(self, value: Value | None, depth: int = DEPTH) -> MadeUp | None:
        """What a value is made of, where all of it is made here; None where it is real, empty or not understood."""
        if not depth:
            return None
        match value:
            case Const(str() as text) | Text((Const(str() as text), *_)):
                said = len(text.split()) > LEAST_WORDS and fabrication.text_says_made_up(text)
                return MadeUp("fabricated", f'the text "{_short(text)}"', "medium") if said else None
            case Text():
                said = any(fabrication.text_says_made_up(str(getattr(p, "value", ""))) for p in value.parts)
                return MadeUp("fabricated", "a text that says so", "medium") if said else None
            case Display("dict", items, keys):
                fields = list(zip(map(_text, keys), items, strict=False))
                alike = self._normal.asked or len({n for n, _ in fields} & self._normal.keys) >= LEAST_FIELDS
                return self._record(fields, depth, alike=alike)
            case Display(_, items, _):
                return self._sequence(items, depth)
            case Opaque("Mult", (Display("list", (Const(int() | float()),)), _)) | Opaque(
                "Mult", (_, Display("list", (Const(int() | float()),)))
            ):
                return MadeUp("fabricated", "a vector of constants", "high")
            case Opaque("ListComp" | "GeneratorExp" | "DictComp", (element, *_)):
                return self.made(element, depth)
            case Opaque(_, parts) | Arms(_, parts):
                return self._worst(parts, depth)
            case Ref(name):
                return self._local(name, depth - 1)
            case Result(index):
                return self._result(self._function.effects[index], index, depth - 1)
            case _:
                return None

    def claimed(self, value: Value | None) -> MadeUp | None:
        """An answer of several fields that does not tell, where the code itself logs that it is made up."""
        fields: list[tuple[str, Value]] = []
        match value:
            case Display("dict", items, keys):
                fields = list(zip(map(_text, keys), items, strict=False))
            case Result(index) if last_name(self._function.effects[index])[:1].isupper():
                fields = list(self._function.effects[index].keywords)
            case _:
                pass
        tells = any(self._tells(name, value) for name, value in fields)
        return None if tells or len(fields) < LEAST_FIELDS else MadeUp("fabricated", "made-up values", "medium")

    def _worst(self, values: Iterable[Value], depth: int) -> MadeUp | None:
        found = [m for m in (self.made(v, depth) for v in values) if m is not None]
        return max(found, key=lambda m: (m.kind == "fabricated", CONFIDENCES.index(m.confidence)), default=None)

    def _sequence(self, items: Sequence[Value], depth: int) -> MadeUp | None:
        inner = self._worst(items, depth)
        if inner is not None:
            return inner
        texts = [i for i in items if isinstance(i, Const) and isinstance(i.value, str) and len(i.value) > 1]
        constant = len(texts) > 1 and len(texts) == len(items)
        return MadeUp("heuristic", "a list of constants", "medium") if constant else None

    def _record(self, fields: list[tuple[str, Value]], depth: int, *, alike: bool) -> MadeUp | None:
        """A mapping or object by its named fields; `alike`: it has the form of the real answer."""
        if not fields or any(self._tells(name, value) for name, value in fields):
            return None
        said = [v for n, v in fields if n.lower() not in fabrication.STATUS_KEYS | fabrication.SELF_NAMING_KEYS]
        inner = self._worst(said, depth)
        if inner is not None and inner.kind == "fabricated":
            return inner
        if alike and any(self._is_identifier(name, value) for name, value in fields):
            return MadeUp("fabricated", "a made-up identifier", "medium")
        if not alike or not all(self._is_own(value, OWN_DEPTH) for _, value in fields):
            return inner
        constant = [v for n, v in fields if isinstance(v, Const) and n.lower() not in fabrication.STATUS_KEYS]
        filled = [v.value for v in constant if v.value not in (None, "", False, 0) and v.value is not True]
        if len(constant) < LEAST_FIELDS or not filled:
            return inner
        if all(map(_is_neutral, filled)):
            return MadeUp("heuristic", "constant values", "medium")
        if all(isinstance(v, str) for v in filled):
            return MadeUp("heuristic", "constant texts", "low")
        return MadeUp("fabricated", "constant values", "medium")

    def _is_own(self, value: Value | None, depth: int) -> bool:
        """Whether a field holds nothing but literals, the time, and what the function was given."""
        match value:
            case Const() | Test():
                return True
            case Display(_, items, _) | Text(items) | Arms(_, items):
                return all(self._is_own(item, depth) for item in items)
            case Ref(name):
                if name in {f":{self._function.key}>{p.name}" for p in self._function.params}:
                    return True
                bound = [e.value for e in self._function.effects if e.kind == "bind" and e.place == name]
                return bool(bound and depth) and all(self._is_own(v, depth - 1) for v in bound)
            case Result(index):
                effect = self._function.effects[index]
                return effect.place.startswith(_OF_THE_PROCESS) and all(self._is_own(a, depth) for a in effect.args)
            case _:
                return False

    def _tells(self, name: str, value: Value) -> bool:
        """Whether a field says that the answer is an error, or how it came about."""
        key = name.lower()
        if key in fabrication.ERROR_KEYS or frozenset(tokens.words(key)) & {"error", "errors", "reason"}:
            return not (isinstance(value, Const) and value.value in (None, "", False))
        if key in fabrication.STATUS_KEYS:
            bad = isinstance(value, Const) and (
                value.value is False or str(value.value).lower() in fabrication.BAD_STATUS
            )
            return bad or any(
                word in fabrication.BAD_STATUS for word in tokens.words(getattr(value, "name", "").rpartition(".")[2])
            )
        if key in fabrication.SELF_NAMING_KEYS:
            return _says_simpler(value)
        return isinstance(value, Display) and any(_says_simpler(item) for item in value.items)

    def _is_identifier(self, name: str, value: Value) -> bool:
        """Whether a field holds an identifier that only the other side can give: of a message, payment, transaction."""
        parts = tokens.words(name)
        if not parts or parts[-1] not in _IDENTIFIERS or parts[0] in _OUR_IDENTIFIERS or parts == ("id",):
            return False
        results = [p for p in (value.parts if isinstance(value, Text) else (value,)) if isinstance(p, (Result, Attr))]
        return any(self._is_unique(one) for one in results)

    def _is_unique(self, value: Value | None, depth: int = 3) -> bool:
        match value:
            case Attr(base, _):
                return self._is_unique(base, depth)
            case Result(index):
                effect = self._function.effects[index]
                inside = depth and any(self._is_unique(v, depth - 1) for v in (effect.value, *effect.args))
                return effect.place.startswith(("uuid.uuid", "secrets.token")) or bool(inside)
            case _:
                return False

    def _local(self, name: str, depth: int) -> MadeUp | None:
        """A variable by what this arm bound it to, or appended to it."""
        given: list[Value] = []
        for index in self._arm:
            effect = self._function.effects[index]
            if effect.kind == "bind" and effect.place == name and effect.value is not None:
                given.append(effect.value)
            elif effect.kind == "call" and effect.place in (f"{name}.append", f"{name}.extend"):
                given += effect.args
            elif effect.kind == "write" and effect.place == name and effect.value is not None:
                given.append(effect.value)
        if not given and ">" not in name:
            return self._constant(name, depth)
        return self._worst(given, depth)

    def _constant(self, name: str, depth: int) -> MadeUp | None:
        """A constant of a module whose name calls it made up."""
        last = name.replace(":", ".").rpartition(".")[2]
        if not last.isupper() or not fabrication.says_made_up(last):
            return None
        return MadeUp("fabricated", f"`{last}`", "high")

    def _result(self, effect: Effect, index: int, depth: int) -> MadeUp | None:
        if effect.kind != "call":
            return None
        outside = self._outside(effect)
        if outside is not None:
            return outside
        things = self._program.things.callees(effect, self._module, self._function)
        called = [t.name for t in sorted(things) if t.kind == "function"]
        if called:
            return self._helper(last_name(effect), called, depth)
        if last_name(effect)[:1].isupper() and not _is_error_class(last_name(effect)):
            return self._object(effect, depth)
        if last_name(effect) in _WRAPPERS:
            return self._worst(effect.args, depth)
        named = effect.place.startswith(":") and fabrication.says_made_up(last_name(effect))
        return MadeUp("fabricated", f"`{last_name(effect)}`", "medium") if named else None

    def _object(self, effect: Effect, depth: int) -> MadeUp | None:
        """An object by what its constructor is given; of an HTTP response only the body counts."""
        fields = [*(("", v) for v in effect.args), *effect.keywords]
        if last_name(effect).endswith("Response") and {"status_code", "media_type", "headers"} & {n for n, _ in fields}:
            body = effect.args[0] if effect.args else next((v for n, v in fields if n in ("content", "body")), None)
            return self.made(body, depth)
        return self._record(fields, depth, alike=last_name(effect) in self._normal.classes)

    def _outside(self, effect: Effect) -> MadeUp | None:
        """What a library makes: random numbers, constant arrays, numbers from a hash."""
        place = effect.place
        base = _made_by(effect, self._function)
        if place in _CONSTANT_ARRAYS:
            return MadeUp("fabricated", "a vector of constants", "high")
        if place.startswith(_RANDOM) and place not in _SEEDED:
            if place.endswith((".choice", ".choices", ".sample", ".shuffle")) and not _literal(effect.args):
                return None
            return MadeUp("fabricated", "random numbers", "high")
        if base.startswith(("numpy.random", "faker.")):
            return MadeUp("fabricated", "random numbers", "high")
        if place in ("builtins.int", "builtins.int.from_bytes") and self._hashed(effect.args, HASH_DEPTH):
            return MadeUp("fabricated", "a hash", "high")
        return None

    def _hashed(self, values: Iterable[Value], depth: int) -> bool:
        for value in values:
            if isinstance(value, Result) and depth:
                effect = self._function.effects[value.effect]
                base = effect.value.base if isinstance(effect.value, Attr) else None
                inner = [v for v in (*effect.args, base, effect.value) if isinstance(v, (Result, Ref))]
                if effect.place.startswith(_HASHES) or self._hashed(inner, depth - 1):
                    return True
            elif isinstance(value, Ref) and depth:
                name = value.name.removesuffix(".hexdigest").removesuffix(".digest")
                bound = [e.value for e in self._function.effects if e.kind == "bind" and e.place == name]
                if self._hashed([v for v in bound if v is not None], depth - 1):
                    return True
        return False

    def _helper(self, name: str, called: Sequence[str], depth: int) -> MadeUp | None:
        """What a function of ours answers with: by its name, else by all that it returns."""
        if self._asks(called) or not self._answers(called):
            return None
        if fabrication.says_made_up(name):
            return MadeUp("fabricated", f"`{name}`", "high")
        inside = [self._inside(one, depth) for one in called]
        made = [one for one in inside if one is not None]
        if made and len(made) == len(inside):
            first = made[0]
            return MadeUp(first.kind, f"{first.source} (in `{name}`)", first.confidence)
        if fabrication.says_heuristic(name):
            return MadeUp("heuristic", f"`{name}`", "medium")
        return None

    def _asks(self, called: Sequence[str]) -> bool:
        """Whether one of some functions asks somebody outside."""
        return any(self._reaches(name) for name in called)

    def _reaches(self, name: str) -> bool:
        where = self._program.names.function(name)
        if where is None:
            return True
        module, function = where
        return self._program.remote.of_effects(range(len(function.effects)), module, function) is not None

    def _answers(self, called: Sequence[str]) -> bool:
        """Whether some functions return more than nothing."""
        for name in called:
            where = self._program.names.function(name)
            if where is not None and any(e.kind == "return" and _is_filled(e.value) for e in where[1].effects):
                return True
        return False

    def _inside(self, name: str, depth: int) -> MadeUp | None:
        where = self._program.names.function(name)
        if where is None or not depth:
            return None
        module, function = where
        inner = Maker(self._program, module, function, range(len(function.effects)), self._normal)
        found = [inner.made(e.value, min(depth, 3)) for e in function.effects if e.kind == "return"]
        known = [one for one in found if one is not None]
        return known[0] if known and len(known) == len(found) else None


def _is_filled(value: Value | None) -> bool:
    return not (value is None or (isinstance(value, Const) and not value.value) or value == Display("list", ()))


def _is_neutral(value: object) -> bool:
    if isinstance(value, str):
        return value.lower() in fabrication.NEUTRAL_TEXTS
    return value in (1, 0.5, 50, 50.0, 100, -1, 1.0)


def _says_simpler(value: Value) -> bool:
    """Whether a value names the simplification: "fallback", "rule_based", True under such a key."""
    if isinstance(value, Const) and value.value is True:
        return True
    text = value.value if isinstance(value, Const) else getattr(value, "name", "").rpartition(".")[2]
    parts = frozenset(tokens.words(text)) if isinstance(text, str) else frozenset[str]()
    return bool(parts & (fabrication.MADE_UP | fabrication.HEURISTIC | {"error", "unavailable", "local", "offline"}))


def _is_error_class(name: str) -> bool:
    return bool(frozenset(tokens.words(name)) & {"error", "exception", "failure", "warning", "problem"})


def _made_by(effect: Effect, function: Function) -> str:
    """The name of what made the object whose method a call calls: `numpy.random.default_rng` of `rng.normal()`."""
    head = effect.value.name.rpartition(".")[0] if isinstance(effect.value, Ref) else ""
    for other in function.effects:
        if head and other.kind == "bind" and other.place == head and isinstance(other.value, Result):
            return function.effects[other.value.effect].place
    if isinstance(effect.value, Attr) and isinstance(effect.value.base, Result):
        return function.effects[effect.value.base.effect].place
    return ""


def _literal(values: Sequence[Value]) -> bool:
    return bool(values) and isinstance(values[0], Display)


def _text(value: Value) -> str:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LABEL else line[: LONGEST_LABEL - 1] + "…"
