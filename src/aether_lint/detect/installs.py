"""The statement of a degraded arm that installs, chooses or works on a replacement, or drops the work."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Literal, TypeAlias

from msgspec import Struct

from aether_lint.catalog.clients import KEY_VALUE_STORES
from aether_lint.catalog.tokens import HOUSEKEEPING_WORDS, STAND_IN_WORDS, words
from aether_lint.detect.arms import Decision, refuses
from aether_lint.detect.containers import serves_instead
from aether_lint.facts import (
    NEXT,
    Arms,
    Atom,
    Const,
    Definition,
    Effect,
    Failed,
    Function,
    Range,
    Ref,
    Result,
    Value,
    failures_in,
    is_none,
)
from aether_lint.link import Module, Program
from aether_lint.link.absence import Root, Step
from aether_lint.link.gates import guard_chain
from aether_lint.link.mentions import Walker
from aether_lint.link.names import last_name
from aether_lint.link.nature import Nature, NatureTable, access_words, is_quiet
from aether_lint.link.subjects import access_of, external_subject
from aether_lint.link.things import Thing
from aether_lint.model import Confidence, Span

# what is lost when a write is left out; a cache, a mail or a metric is made good elsewhere
WRITTEN_ROLES = frozenset(
    {"store", "queue", "stream", "objects", "secrets", "keys", "cluster", "session", "jobs", "cloud"}
)
STAND_INS = ("volatile", "disk", "null")
PAYLOAD_DEPTH = 8  # calls and bindings between what is fetched and what is written of it


class Install(Struct, frozen=True):
    """`effect` is the index of the deciding effect, `span` the whole statement, `by` what serves instead.

    `stands_for` is the durable thing that the same place holds otherwise.
    """

    effect: int
    span: Span
    loss: Literal["replaced", "sentinel", "skipped", "weakened"]
    by: str
    confidence: Confidence
    stands_for: Thing | None = None
    also: tuple[Step, ...] = ()
    keeps_state: bool = False
    on_disk: bool = False
    does_nothing: bool = False


Made: TypeAlias = list[tuple[Function, list[Decision]]]
"""The decisions of every function of a module."""


def find(
    program: Program, module: Module, function: Function, decision: Decision, root: Root, made: Made
) -> Install | None:
    """The first installing statement on the taken side of a decision that holds because of `root`."""
    install = first_install(program, module, function, decision)
    if install is not None:
        return install
    search = _Search(program, module, function, decision, made)
    return search.expression() or search.sentinel(root) or search.skipped(root)


def first_install(program: Program, module: Module, function: Function, decision: Decision) -> Install | None:
    """The first statement on the taken side that installs a replacement or works on one."""
    search = _Search(program, module, function, decision, [])
    for index in decision.taken.effects:
        install = search.at(index)
        if install is not None:
            return install
    return None


def weaker(program: Program, module: Module, function: Function, decision: Decision, index: int, by: str) -> Install:
    """The statement around an effect that hashes or encrypts with something weaker."""
    search = _Search(program, module, function, decision, [])
    return Install(index, search.place(index), "weakened", by, "high")


class _Search:
    """One decision, looked at effect by effect."""

    def __init__(self, program: Program, module: Module, function: Function, decision: Decision, made: Made) -> None:
        self.made = made
        self.program = program
        self.module = module
        self.function = function
        self.decision = decision
        self.natures: NatureTable = program.natures
        self.failures = failures_in(decision.guard.cond)
        self.direct = bool(self.failures)
        self.served: dict[str, bool] = {}  # by container, which several effects of a side work on

    def at(self, index: int) -> Install | None:
        effect = self.function.effects[index]
        match effect.kind:
            case "bind":
                return self._bind(index, effect)
            case "return":
                return self._return(index, effect)
            case "call":
                return self._call(index, effect)
            case "write" | "augment" | "test" | "item":
                return self._touches(index, effect)
            case "define" | "import":
                return self._define(index, effect)
            case _:
                return None

    def _otherwise_durable(self, effect: Effect) -> bool:
        """Whether the other side binds the same place to a durable back end by its name, or returns one."""
        others = [self.function.effects[i] for i in self.decision.other.effects]
        return any(
            (e.kind, e.place) == (effect.kind, effect.place) and self._nature(e.value).kind == "durable"
            for e in others
            if e.kind in ("bind", "return")
        )

    def _of_statement(self, effect: Effect) -> Nature:
        """What a handler binds or returns: by structure, or by its own name where the other side has a back end."""
        nature = self._nature(effect.value)
        if nature.kind != "unknown" or not self.direct or not self._otherwise_durable(effect):
            return nature
        for thing in sorted(self.program.things.of(effect.value, self.module, self.function)):
            name = thing.name.rpartition(":")[2].rpartition(".")[2]
            if thing.kind == "instance" and STAND_IN_WORDS.keys() & set(words(name)):
                return Nature("null", f"`{name}`")
        return nature

    def _touches(self, index: int, effect: Effect) -> Install | None:
        """A statement that works on a container of a module or instance, or puts a module in the place of one."""
        if effect.kind == "write" and effect.place == "sys.modules" and self.direct:
            name = effect.value.name.rpartition(".")[2] if isinstance(effect.value, Ref) else "a stub module"
            return self._install(index, Nature("volatile", f"`{name.strip(':?')}`"), None)
        rebound = self._rebound(effect) if self.direct else None
        if rebound is not None:
            return self._install(index, rebound, None)
        box = self.natures.box_of(effect, self.module, self.function)
        if box is None:
            box = self.natures.box_in(effect.value, self.module, self.function)
        return None if box is None or not self._serves(box) else self._box(index, box)

    @cached_property
    def walker(self) -> Walker:
        """What the values of the function are made of."""
        return Walker(self.function)

    def _serves(self, box: str) -> bool:
        if box not in self.served:
            self.served[box] = serves_instead(self.program, self.module, self.function, self.decision, box)
        return self.served[box]

    def _rebound(self, effect: Effect) -> Nature | None:
        """What a handler puts under a name of a module: `globals()["Store"] = MemoryStore`."""
        effects = self.function.effects
        value: Value | None = None
        if effect.kind == "write" and len(effect.args) == 2 and isinstance(effect.args[1], Result):
            value = effect.value if effects[effect.args[1].effect].place == "builtins.globals" else None
        elif effect.kind == "call" and effect.place == "builtins.setattr" and len(effect.args) == 3:
            target = effect.args[0]
            of_module = isinstance(target, Result) and effects[target.effect].place == "sys.modules"
            value = effect.args[2] if of_module else None
        nature = None if value is None else self._nature(value)
        return nature if nature is not None and nature.kind in STAND_INS and not nature.container else None

    def _bind(self, index: int, effect: Effect) -> Install | None:
        nature = self._of_statement(effect)
        if nature.kind not in STAND_INS or self._is_made_anyway(effect):
            return self._touches(index, effect)
        local = ">" in effect.place
        other = self._other_thing(effect.place, index)
        durable = (other is not None and self.natures.of_thing(other).kind == "durable") or self._otherwise_durable(
            effect
        )
        if nature.container and (local or not durable):
            return None  # an empty container in a variable is an empty answer, no store
        return self._install(index, nature, other)

    def _return(self, index: int, effect: Effect) -> Install | None:
        nature = self._of_statement(effect)
        if nature.kind not in STAND_INS or nature.container or self._is_made_anyway(effect):
            return self._touches(index, effect)
        return self._install(index, nature, None)

    def _call(self, index: int, effect: Effect) -> Install | None:
        box = self.natures.box_of(effect, self.module, self.function)
        if box is not None:
            return self._box(index, box) if self._serves(box) else None
        if self.direct and (rebound := self._rebound(effect)) is not None:
            return self._install(index, rebound, None)
        if self._creates(effect):
            return self._chosen(index, effect)
        if self.direct and self._is_given_globals(effect):
            return self._install(index, Nature("volatile", f"what `{last_name(effect)}()` puts there"), None)
        for name in self.program.things.called_functions(effect, self.module, self.function):
            where = self.program.names.function(name)
            if where is None or name.endswith(".__init__"):
                continue
            if not access_words(name):
                continue
            owner = f"{where[0].path}:{where[1].owner}" if where[1].owner else ""
            if owner and self._is_other_object(effect, owner):
                nature = self.natures.of_thing(Thing("class", owner))
                if nature.kind in ("volatile", "disk") and not self._serves_both(effect):
                    return self._install(index, nature, None)
                continue  # what another object keeps for itself is its business
            if self.natures.on_disk(name) and not any(map(_keeps, self.program.subjects.of_function(name))):
                return self._install(index, Nature("disk", "files on the local disk"), None)
            touched = [box for box in self.natures.boxes(name) if self._serves(box)]
            if touched and not any(map(_keeps, self.program.subjects.of_function(name))):
                return self._install(index, Nature("volatile", _box_label(min(touched))), None)
        return None

    def _is_given_globals(self, effect: Effect) -> bool:
        """Whether a function of ours is handed the namespace of the module to write into."""
        given = [self.function.effects[a.effect].place for a in effect.args if isinstance(a, Result)]
        names = self.program.things.called_functions(effect, self.module, self.function)
        return "builtins.globals" in given and any(self.natures.of_function(n).kind != "refusing" for n in names)

    def _chosen(self, index: int, effect: Effect) -> Install | None:
        """A replacement made in one arm of an expression, and taken by the statement around both arms."""
        holder = self._holder(index)
        if holder is None or holder in self.decision.taken.effects:
            return None  # seen where the value is bound or returned
        nature = self._nature(Result(index))
        if nature.kind not in STAND_INS or nature.container:
            return None
        return self._install(index, nature, None)

    def _serves_both(self, effect: Effect) -> bool:
        """Whether the normal side works with the same object: then it is no replacement."""
        head = effect.place.rpartition(".")[0]
        return any(other.kind == "call" and other.place.rpartition(".")[0] == head for other in self._without_failure())

    def _without_failure(self) -> Iterator[Effect]:
        """The effects of the function that run while nothing is missing."""
        for index, effect in enumerate(self.function.effects):
            if index in self.decision.taken.effects:
                continue
            if not self.program.absences.of_guard(effect.when, self.module, self.function):
                yield effect

    def _is_made_anyway(self, effect: Effect) -> bool:
        """Whether the normal side puts an object of the same class there, and nothing that lasts."""
        made = {t for t in self.program.things.of(effect.value, self.module, self.function) if t.kind == "instance"}
        if not made:
            return False
        if self._otherwise_durable(effect):
            return False
        for other in self._without_failure():
            if (other.kind, other.place) == (effect.kind, effect.place) and other is not effect:
                things = self.program.things.of(other.value, self.module, self.function)
                if things and things <= made:
                    return True
        return False

    def _is_other_object(self, effect: Effect, owner: str) -> bool:
        """Whether a method call goes to another object than the one whose method this is."""
        return owner != f"{self.module.path}:{self.function.owner}"

    def _creates(self, effect: Effect) -> bool:
        return any(
            t.kind in ("class", "external") for t in self.program.things.callees(effect, self.module, self.function)
        )

    def _define(self, index: int, effect: Effect) -> Install | None:
        if effect.kind == "define" and isinstance(effect.value, Definition):
            kind = self.module.functions[effect.value.key].kind
            name = f"{self.module.path}:{effect.value.key}"
            nature = self.natures.of_thing(Thing("class", name)) if kind == "class" else self.natures.of_function(name)
        else:
            nature = self._nature(effect.value)
        if nature.kind not in STAND_INS:
            return None
        other = self._other_thing(effect.place, index)
        if other is None and (nature.kind == "null" or not self.direct):
            return None
        if other is not None and nature.kind == "null" and self.natures.of_thing(other).kind == "null":
            return None  # the same stub is defined where nothing is missing
        return self._install(index, nature, other)

    def _install(self, index: int, nature: Nature, stands_for: Thing | None) -> Install:
        keeps = nature.kind == "volatile"
        on_disk = nature.kind == "disk"
        also = self._also(index)
        null = nature.kind == "null"
        span = self.place(index)
        return Install(index, span, "replaced", nature.label, "high", stands_for, also, keeps, on_disk, null)

    def _box(self, index: int, box: str) -> Install:
        return Install(index, self.place(index), "replaced", _box_label(box), "high", None, self._also(index))

    def place(self, index: int) -> Span:
        """The statement; the `except` line where the handler ends and the function goes on to the replacement."""
        if self._in_handler(index):
            return self._statement(index)
        failure = next(f for f in self.failures if f.handler >= 0)
        return self.function.attempts[failure.attempt].handlers[failure.handler].span

    def _also(self, index: int) -> tuple[Step, ...]:
        if self._in_handler(index):
            return ()
        return (Step(self.module.path, self._statement(index), "the function goes on here"),)

    def _in_handler(self, index: int) -> bool:
        ranges = [
            self.function.attempts[f.attempt].handlers[f.handler].effects for f in self.failures if f.handler >= 0
        ]
        return not ranges or any(r.start <= index < r.end for r in ranges)

    def _statement(self, index: int) -> Span:
        """The statement around an effect; for the left or right side of an expression the whole statement."""
        holder = self._holder(index)
        return self.function.effects[index if holder is None else holder].span

    def _holder(self, index: int) -> int | None:
        """The statement whose expression an effect is part of."""
        span = self.function.effects[index].span
        for later in range(index, len(self.function.effects)):
            other = self.function.effects[later]
            if other.kind in ("bind", "return", "write", "augment", "raise") and _holds(other.span, span):
                return later
        return None

    def _nature(self, value: Value | None) -> Nature:
        return self.natures.of_value(value, self.module, self.function)

    def _other_thing(self, place: str, index: int) -> Thing | None:
        """What the place holds when nothing is missing."""
        target = self.program.names.globalise(place, self.module.path)
        for home, owner, other in self.program.names.bindings(target):
            if owner is self.function and other in self.decision.taken.effects:
                continue
            for thing in sorted(self.program.things.of(owner.effects[other].value, home, owner)):
                if thing.kind in ("made", "external", "class", "instance", "function", "module"):
                    return thing
        del index
        return None

    def expression(self) -> Install | None:
        """A replacement that is named in one arm of an expression, without a call: `Store or MemoryStore`."""
        span = self.decision.guard.span
        for index, effect in enumerate(self.function.effects):
            if effect.kind in ("bind", "return") and isinstance(effect.value, Arms) and _holds(effect.span, span):
                for value in effect.value.values:
                    nature = self._nature(value)
                    if nature.kind in STAND_INS and not nature.container:
                        return Install(index, effect.span, "replaced", nature.label, "high", self._durable_of(effect))
        return None

    def _durable_of(self, effect: Effect) -> Thing | None:
        things = sorted(self.program.things.of(effect.value, self.module, self.function))
        return next((t for t in things if self.natures.of_thing(t).kind == "durable"), None)

    def skipped(self, root: Root) -> Install | None:
        """A write that is left out, or given up in a handler, in a function whose caller cannot tell."""
        if not self.decision.taken.effects or self.function.generator:
            return None
        effects = self.function.effects
        if self.direct:
            return self._given_up() if self._own_writes(self.decision.other.effects) else None
        if not self._writes() or root.kind not in ("import", "unset") or self._has_nothing_to_write():
            return None
        if any(e.kind == "return" and not is_none(e.value) for e in effects):
            return None
        last = self.decision.taken.effects[-1]
        if effects[last].kind != "return":
            return None
        return Install(last, effects[last].span, "skipped", "nothing", "high")

    def _writes(self) -> bool:
        """Whether the normal side writes to something that must keep it."""
        return any(
            s.access == "write" and s.confidence == "high" and s.role in WRITTEN_ROLES
            for i in self.decision.other.effects
            for s in self.program.subjects.of_call(self.function.effects[i], self.module, self.function)
        )

    def _has_nothing_to_write(self) -> bool:
        """Whether the decision asks for what the normal side would write: where that is missing, nothing is lost."""
        cond = self.decision.guard.cond
        if not isinstance(cond, Atom) or not isinstance(cond.value, Ref) or self._nature(cond.value).kind == "durable":
            return False
        for i in self.decision.other.effects:
            effect = self.function.effects[i]
            if not self.program.subjects.of_call(effect, self.module, self.function):
                continue
            made_of = (self.walker.names(given, PAYLOAD_DEPTH) for given in effect.args if given != cond.value)
            if any(cond.value.name in names for names in made_of):
                return True
        return False

    def _own_writes(self, indices: Iterable[int]) -> set[str]:
        """What some effects themselves, not functions that they call, write to and that must keep it."""
        found = set()
        for i in indices:
            effect = self.function.effects[i]
            callees = self.program.things.callees(effect, self.module, self.function) if effect.kind == "call" else ()
            for thing in callees:
                known = external_subject(thing.name, access_of(last_name(effect))) if thing.kind == "made" else None
                keeps = known is not None and known.access == "write" and known.role in WRITTEN_ROLES
                if known is not None and keeps and (last_name(effect) not in EXECUTORS or self._executes_write(effect)):
                    found.add(known.label)
        return found

    def _executes_write(self, effect: Effect) -> bool:
        """Whether a statement that is executed changes rows."""
        texts = self.program.constants.texts(effect.args[0], self.module, self.function) if effect.args else ()
        return any(text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "MERGE")) for text in texts)

    def _given_up(self) -> Install | None:
        """A handler that only reports and lets the function answer as after success."""
        cond = self.decision.guard.cond
        if not isinstance(cond, Failed) or cond.handler < 0 or is_housekeeping(self.function.key):
            return None
        handler = self.function.attempts[cond.attempt].handlers[cond.handler]
        if handler.exits != NEXT or any(_inside(handler.effects, loop.effects) for loop in self.function.loops):
            return None
        span = range(handler.effects.start, handler.effects.end)
        if any(not _only_reports(self.function.effects[i], handler.name) for i in span):
            return None
        after = self.function.effects[handler.effects.end :]
        answers = [e.value for e in after if e.kind == "return" and not is_none(e.value)]
        if (
            not answers
            or self._is_side_work(cond.attempt)
            or self._is_copy(answers)
            or self._is_told(cond.attempt, answers)
        ):
            return None
        if any(self.natures.box_of(e, self.module, self.function) for e in after):
            return None  # a copy in this process is looked at next
        return Install(handler.effects.start, handler.span, "skipped", "nothing", "high")

    def _is_side_work(self, number: int) -> bool:
        """Whether the function writes to the same service around the `try`, too: what counts is written there."""
        attempt = self.function.attempts[number]
        around = {-1, *guard_chain(self.function, attempt.when)}
        beside = [
            index
            for index, effect in enumerate(self.function.effects)
            if effect.when in around and not attempt.body.start <= index < attempt.body.end
        ]
        lost = self._own_writes(self.decision.other.effects)
        written = self._own_writes(beside)
        # Redis after the commit: what is kept there is a copy of what the database has
        return not written.isdisjoint(lost) or (lost <= KEY_VALUE_STORES and bool(written - KEY_VALUE_STORES))

    def _is_told(self, number: int, answers: Sequence[Value | None]) -> bool:
        """Whether what the function answers is set in the `try`: the caller sees that it did not come so far."""
        body = self.function.attempts[number].body
        done = {e.place for e in self.function.effects[body.start : body.end] if e.kind in ("bind", "augment")}
        return any(name in done for answer in answers for name in self.walker.names(answer, 1))

    def _is_copy(self, answers: Sequence[Value | None]) -> bool:
        """Whether the function hands out what it could not write: it was made here, and is made again."""
        made = {e.place for e in self.function.effects if e.kind == "bind" and ">" in e.place}
        answered = {value.name for value in answers if isinstance(value, Ref) and value.name in made}
        for i in self.decision.other.effects:
            effect = self.function.effects[i]
            if answered and effect.kind == "call" and access_of(last_name(effect)) == "write":
                given = (*effect.args, *(value for _, value in effect.keywords))
                if any(not answered.isdisjoint(self.walker.names(value, 2)) for value in given):
                    return True
        return False

    def sentinel(self, root: Root) -> Install | None:
        """A statement that drops the client or flips a flag where code elsewhere then goes on."""
        if root.kind not in ("call", "unset"):
            return None  # after an import the uses decide
        for index in self.decision.taken.effects:
            effect = self.function.effects[index]
            if not self._gives_up(effect) and not self._lets_give_up(effect):
                continue
            uses = list(self._degrading_uses(root))
            if uses:
                span = effect.span if self._in_handler(index) else self.place(index)
                return Install(index, span, "sentinel", _given(effect), "high", None, tuple(uses[:6]))
        return None

    def _gives_up(self, effect: Effect) -> bool:
        if not isinstance(effect.value, Const) or effect.value.value not in (None, False, True):
            return False
        return effect.kind == "bind" and ">" not in effect.place

    def _lets_give_up(self, effect: Effect) -> bool:
        """Whether a call runs a function of ours that flips a flag or drops the client."""
        if effect.kind != "call":
            return False
        for name in self.program.things.called_functions(effect, self.module, self.function):
            where = self.program.names.function(name)
            if where is not None and not name.endswith(".__init__"):
                binds = [e for e in where[1].effects if e.kind == "bind" and ">" not in e.place]
                if any(isinstance(e.value, Const) and e.value.value in (None, False, True) for e in binds):
                    return True
        return False

    def _degrading_uses(self, root: Root) -> Iterator[Step]:
        """Decisions elsewhere in the module that hold because of this root, and go on with less."""
        for function, all_of_it in self.made:
            if function is self.function:
                continue
            for decision in all_of_it:
                roots = self.program.absences.of_cond(decision.guard.cond, self.module, function)
                if not any(same_origin(other, root) for other, _ in roots):
                    continue
                if refuses(decision.taken, self.program, self.module, function):
                    continue
                use = first_install(self.program, self.module, function, decision)
                if use is not None:
                    yield Step(self.module.path, use.span, f"{use.by} serves here")


def same_origin(a: Root, b: Root) -> bool:
    """Whether two roots are the same failure (the name of a failed call is only for messages)."""
    if a.kind != b.kind:
        return False
    return (a.path, a.function, a.attempt) == (b.path, b.function, b.attempt) if a.kind == "call" else a.name == b.name


# methods that read or write, as their argument says
EXECUTORS = frozenset({"execute", "executemany", "execute_async", "eval", "evalsha", "script"})


def is_housekeeping(key: str) -> bool:
    """Whether a function's name says that its work is bookkeeping or clean-up."""
    return not HOUSEKEEPING_WORDS.isdisjoint(words(key.rpartition(".")[2]))


def _inside(inner: Range, outer: Range) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _only_reports(effect: Effect, caught: str) -> bool:
    if effect.kind == "bind":
        return bool(caught) and effect.place.endswith(f">{caught}")
    return effect.kind == "call" and is_quiet(effect)


def _given(effect: Effect) -> str:
    return repr(effect.value.value) if isinstance(effect.value, Const) else ""


def _holds(outer: Span, inner: Span) -> bool:
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    return start and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _keeps(subject: object) -> bool:
    return getattr(subject, "confidence", "") == "high"


def _box_label(box: str) -> str:
    return f"`{box.rpartition(':')[2]}` in process memory"
