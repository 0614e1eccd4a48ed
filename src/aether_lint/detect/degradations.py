"""Degradations: something durable is missing, and the code goes on with less.

For every decision whose condition has a root (a failed import, a failed call, a missing setting, a flag) the two
sides are compared: what the normal side reaches and the degraded one does not is lost; what the degraded
side does instead names the loss. Tables of stand-ins only help to name it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from aether_lint.catalog import deployment, outcomes, tokens, volatile
from aether_lint.detect import installs, weakenings
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.arms import Arm, Decision, decisions, refuses
from aether_lint.detect.caught_answers import is_answer
from aether_lint.detect.causes import explained, handler_span, named, own, refusal, weakest
from aether_lint.detect.dropped_messages import dropped
from aether_lint.detect.installs import Install, Made, same_origin
from aether_lint.detect.once import once
from aether_lint.detect.volatile_defaults import volatile_defaults
from aether_lint.facts import Atom, Cond, Const, Display, Function, Imported, Some, Value, failures_in, negate
from aether_lint.link import Module, Program
from aether_lint.link.absence import RANKS, Chain, Root, RootKind, Step, attempt_imports
from aether_lint.link.absence import root as make_root
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.gates import OPEN, Gate, guard_chain, required_atoms, stronger, weaker
from aether_lint.link.names import last_name, last_part
from aether_lint.link.subjects import CRYPTO_ROLES, Subject, external_subject, module_subject
from aether_lint.model import CONFIDENCES, Confidence, Span

Loss = Literal["replaced", "sentinel", "skipped", "weakened"]
Trigger = Literal["import", "call", "unset", "default", "flag"]

_TRIGGERS: dict[RootKind, Trigger] = {
    "import": "import", "call": "call", "unset": "unset", "default": "unset", "flag": "flag", "test": "flag"
}  # fmt: skip
MOST_RELATED = 10  # uses listed below a handler


class Degradation(Struct, frozen=True):
    """One place where the code goes on with less.

    `trigger` and `root` say what fails, `subject` what is lost, `loss` and `by` what happens instead. `direct`: where
    the handler of the failure itself installs the replacement. `span` is the statement that installs or chooses.
    """

    anchor: Anchor
    path: str
    scope: str
    span: Span
    trigger: Trigger
    root: Root
    direct: bool
    subject: Subject
    loss: Loss
    by: str
    gate: Gate
    chain: Chain
    related: tuple[Step, ...]
    confidence: Confidence
    handler: Span | None = None
    does_nothing: bool = False  # what serves instead answers with constants


@once
def observe(program: Program, module: Module) -> list[Degradation]:
    """The degradations of one module, in order of position."""
    found: list[Degradation] = []
    refused: set[Root] = set()
    made = [(function, decisions(program, function)) for function in module.facts.functions if function.guards]
    for function, all_of_it in made:
        for decision in all_of_it:
            seen = _decision(program, module, function, decision, made)
            if isinstance(seen, Degradation):
                found.append(seen)
            elif seen is not None:
                refused.add(seen)
        found += _skipped_steps(program, module, function)
    found += _by_default(program, module)
    chains = _one_per_chain(_one_per_statement(found), refused)
    return _one_per_flag(sorted(chains, key=lambda d: (d.span, d.scope)))


def _by_default(program: Program, module: Module) -> list[Degradation]:
    """Settings whose default keeps nothing."""
    found = []
    for setting, label, subject, role in volatile_defaults(program, module):
        function = module.functions[setting.function]
        gate = OPEN if setting.is_field else program.gates.of_site(module, function, setting.index)
        if gate.level != "open":
            continue
        found.append(
            Degradation(
                anchor=Anchor(module.path, setting.function, "effect", setting.index),
                path=module.path,
                scope=setting.function,
                span=_statement(function, setting),
                trigger="unset",
                root=make_root("unset", setting.name, module.path),
                direct=False,
                subject=Subject(subject, role, "use", "high"),
                loss="replaced",
                by=label,
                gate=gate,
                chain=(),
                related=(),
                confidence="high",
            )
        )
    return found


def _statement(function: Function, setting: EnvSetting) -> Span:
    """The statement that reads the setting."""
    if setting.is_field:
        return setting.span
    for effect in function.effects[setting.index :]:
        inside = (effect.span.line, effect.span.column) <= (setting.span.line, setting.span.column)
        if effect.kind in ("bind", "return", "write") and inside:
            return effect.span
    return setting.span


def _decision(
    program: Program, module: Module, function: Function, decision: Decision, made: Made
) -> Degradation | Root | None:
    """What is seen at a decision; the root alone where the side without it refuses to go on."""
    if _is_answered(function, decision):
        return None
    roots = explained(program.absences.of_cond(decision.guard.cond, module, function))
    roots = tuple((root, chain) for root, chain in roots if _is_telling(root))
    if not roots:
        return None
    root, chain = own(roots, module, function, decision)
    if refuses(decision.taken, program, module, function):
        return named(root, program)
    if root.kind == "test":
        return None
    seen = (
        _weakened(program, module, function, decision, root)
        or _fallen_back(program, module, function, decision, root, made)
        or dropped(program, module, function, decision, root)
    )
    if seen is None:
        return None
    install, subject = seen
    gate = stronger(
        program.gates.of_site(module, function, install.effect),
        _gate_of_alternative(program, module, function, decision.guard.cond, root),
    )
    if gate.level in ("closed", "test") or _is_chosen(program, module, function, install.effect):
        return None
    if is_answer(function, install.effect):
        return None
    if _is_refused(program, root, gate):
        return None
    return _degradation(program, module, function, decision, root, chain, install, subject, gate)


def _is_answered(function: Function, decision: Decision) -> bool:
    """Whether a handler is for what a service that is there may answer: that a key exists already, or does not."""
    caught = [
        function.attempts[f.attempt].handlers[f.handler] for f in failures_in(decision.guard.cond) if f.handler >= 0
    ]
    return bool(caught) and all(h.types and all(outcomes.is_answer(last_part(t)) for t in h.types) for h in caught)


def _weakened(
    program: Program, module: Module, function: Function, decision: Decision, root: Root
) -> tuple[Install, Subject] | None:
    subject = weakenings.lost(program, module, function, decision, root)
    if subject is None:
        return None
    found = weakenings.replacement(program, module, function, decision, subject)
    if found is None:
        return None
    return installs.weaker(program, module, function, decision, *found), subject


def _skipped_steps(program: Program, module: Module, function: Function) -> Iterable[Degradation]:
    """Values that stay plain where the cipher is missing."""
    for index, decision in weakenings.skipped_steps(function):
        roots = explained(program.absences.of_cond(decision.guard.cond, module, function))
        roots = tuple((root, chain) for root, chain in roots if _is_telling(root) and root.kind in ("import", "call"))
        if not roots:
            continue
        root, chain = min(roots)
        subject = weakenings.lost(program, module, function, decision, root)
        if subject is None:
            continue
        install = installs.weaker(program, module, function, decision, index, weakenings.PLAIN_TEXT)
        gate = program.gates.of_cond(decision.guard.cond, module, function)
        seen = _degradation(program, module, function, decision, root, chain, install, subject, gate)
        if seen is not None and gate.level in ("open", "flag"):
            yield seen


def _fallen_back(
    program: Program, module: Module, function: Function, decision: Decision, root: Root, made: Made
) -> tuple[Install, Subject] | None:
    install = installs.find(program, module, function, decision, root, made)
    if install is not None and install.loss == "skipped" and _is_ours(program, root):
        return None
    subject = None if install is None else _subject(program, module, function, decision, root, install)
    if install is None or subject is None or subject.role in CRYPTO_ROLES:
        return None
    if _is_local_lock(program, module, function, install) and not _locks(function, decision, subject, root):
        return None
    if install.on_disk and root.kind in ("unset", "default"):
        return None  # files of this machine are what a program without that setting works with
    weak = subject.confidence != "high" and install.loss == "replaced" and not _says_stand_in(install.by)
    if weak and not _alternates(program, module, function, decision, install):
        return None  # known by its name alone, and nothing says that the other is a replacement
    return install, subject


def _is_local_lock(program: Program, module: Module, function: Function, install: Install) -> bool:
    """Whether a lock of this process is what is installed, or put into a container of locks."""
    effect = function.effects[install.effect]
    stored = effect.args[-1] if effect.kind == "call" and effect.args else effect.value
    label = program.natures.of_value(stored, module, function).label
    return volatile.LOCK.label in (install.by, label)


def _locks(function: Function, decision: Decision, subject: Subject, root: Root) -> bool:
    """Whether a lock of this process takes the place of one that others respect, and others can be there.

    Without the setting of a shared service the program is one process, and its own lock is enough.
    """
    if root.kind in ("unset", "default"):
        return False
    if root.kind == "import" and failures_in(decision.guard.cond):
        return True  # it stands under the name of the lock that could not be imported
    taken = {word for i in decision.other.effects for word in tokens.words(last_name(function.effects[i]))}
    return subject.role in ("lock", "coordination") or bool(taken & {"lock", "acquire", "lease", "semaphore"})


def _alternates(program: Program, module: Module, function: Function, decision: Decision, install: Install) -> bool:
    """Whether the normal side returns or binds another object in the very place of the replacement."""
    chosen = function.effects[install.effect]
    for index in decision.other.effects:
        effect = function.effects[index]
        if effect.kind == "import" and effect.place and effect.place == chosen.place:
            name = effect.value.name if isinstance(effect.value, Imported) else ""
            return program.names.imported(name, module.path) is not None  # not the shim of a framework
        if chosen.kind in ("bind", "return") and (effect.kind, effect.place) == (chosen.kind, chosen.place):
            things = program.things.of(effect.value, module, function)
            if any(thing.kind in ("instance", "made") for thing in things):
                return True
    return False


def _says_stand_in(by: str) -> bool:
    """Whether the name of a replacement (in backquotes, where there is one) says what it is."""
    words = tokens.words(by.partition("`")[2].partition("`")[0] or by)
    return any(word in tokens.STAND_IN_WORDS or word in ("memory", "local", "mem") for word in words)


def _is_ours(program: Program, root: Root) -> bool:
    """Whether a module of the project itself is what could not be imported."""
    return root.kind == "import" and program.names.imported(root.name, root.path) is not None


def _gate_of_alternative(program: Program, module: Module, function: Function, cond: Cond, root: Root) -> Gate:
    """The gate before those alternatives of a condition that hold because of the root."""
    if not isinstance(cond, Some):
        return program.gates.of_cond(cond, module, function)
    found: Gate | None = None
    for part in cond.conds:
        if any(same_origin(other, root) for other, _ in program.absences.of_cond(part, module, function)):
            gate = program.gates.of_cond(part, module, function)
            found = gate if found is None else weaker(found, gate)
    return OPEN if found is None else found


def _is_chosen(program: Program, module: Module, function: Function, index: int) -> bool:
    """Whether an operator named the replacement: `backend == "memory"`, where that is not the default."""
    for number in guard_chain(function, function.effects[index].when):
        for atom in required_atoms(function.guards[number].cond):
            if atom.kind == "truthy" and atom.positive and _is_configured(program, module, function, atom):
                return True
            if atom.kind != "equals" or not atom.positive or not isinstance(atom.arg, Const):
                continue
            named = volatile.of_settings_value(str(atom.arg.value).lower())
            if named is not None and not program.absences.of_cond(atom, module, function):
                return True
    return False


def _is_configured(program: Program, module: Module, function: Function, atom: Atom) -> bool:
    """Whether a condition says that another address was given: the place then works with that one."""
    missing = program.absences.of_cond(negate(atom), module, function)
    return any(root.kind == "unset" and deployment.is_address(root.name) for root, _ in missing)


def _is_refused(program: Program, root: Root, gate: Gate) -> bool:
    """Whether a check at start-up, or later in the function, refuses the missing setting or the flag."""
    if root.kind == "unset" and gate.level != "flag":
        return refusal(program, root.name, None) != "never"
    return gate.level == "flag" and all(
        refusal(program, name, "1") != "never" or program.refusals.is_raised_on(name) for name in gate.names
    )


def _is_telling(root: Root) -> bool:
    """Whether a parameter or setting that is not given is an address: anything else may be empty by intent."""
    if root.kind == "default":
        return deployment.is_address(root.name)
    known = deployment.is_address(root.name) or tokens.receiver(root.name) is not None or root.name.isupper()
    return root.kind != "unset" or (known and not deployment.is_quantity(root.name))


def _degradation(
    program: Program,
    module: Module,
    function: Function,
    decision: Decision,
    root: Root,
    chain: Chain,
    install: Install,
    subject: Subject,
    gate: Gate,
) -> Degradation | None:
    trigger: Trigger = "flag" if gate.level == "flag" else _TRIGGERS[root.kind]
    direct = bool(failures_in(decision.guard.cond))
    names = (root.name,) if root.kind == "flag" else ()
    return Degradation(
        anchor=_anchor(module, function, decision),
        path=module.path,
        scope=function.key,
        span=install.span,
        trigger=trigger,
        root=named(root, program),
        direct=direct,
        subject=subject,
        loss=install.loss,
        by=install.by,
        gate=gate if gate.level == "flag" else Gate("flag", names) if names else gate,
        chain=chain,
        related=_related(chain, module, decision, install),
        confidence=weakest(subject.confidence, install.confidence, "high" if len(chain) < 5 else "medium"),
        handler=handler_span(function, decision),
        does_nothing=install.does_nothing,
    )


def _anchor(module: Module, function: Function, decision: Decision) -> Anchor:
    failures = failures_in(decision.guard.cond)
    if failures:
        return Anchor(module.path, function.key, "attempt", failures[0].attempt)
    return Anchor(module.path, function.key, "guard", (decision.taken.guards or decision.other.guards)[0])


def _related(chain: Chain, module: Module, decision: Decision, install: Install) -> tuple[Step, ...]:
    steps = [s for s in chain if not (s.path == module.path and s.span == install.span)]
    steps += [s for s in install.also if s.span != install.span]
    if decision.guard.span.line != install.span.line:
        steps.append(Step(module.path, decision.guard.span, "decided here"))
    return tuple(dict.fromkeys(steps))


def _subject(
    program: Program, module: Module, function: Function, decision: Decision, root: Root, install: Install
) -> Subject | None:
    """What is lost: what the normal side reaches and the degraded one does not."""
    normal = _reached(program, module, function, decision.other)
    kept = {s.label for s in _reached(program, module, function, decision.taken)}
    imported = _imported_subject(program, root) if root.kind in ("import", "call") else None
    if imported is not None:
        kept.discard(imported.label)  # names of a library that is missing reach nothing
    lost = [s for s in normal if s.label not in kept]
    if install.stands_for is not None:
        lost += [s for s in program.subjects.of_thing(install.stands_for) if s.label not in kept]
    if imported is not None and not any(s.confidence == "high" for s in lost):
        lost.append(imported)
    if not lost:
        lost += _subject_of_errors(program, module, function, decision)
    if not lost and install.keeps_state and _replaces_import(function, decision, root, install):
        lost.append(Subject(f"`{root.name.rpartition('.')[2]}`", "store", "use", "medium"))
    if root.kind == "unset" and not lost and install.loss == "replaced":
        named = tokens.receiver(root.name)
        lost += [Subject(named.subject, named.role, "use", "medium")] if named is not None else []
    if not lost:
        return None
    return max(lost, key=lambda s: (CONFIDENCES.index(s.confidence), s.access == "write", s.role != "cache", s.label))


def _replaces_import(function: Function, decision: Decision, root: Root, install: Install) -> bool:
    """Whether a handler puts its replacement under the very name that could not be imported."""
    place = function.effects[install.effect].place
    for failure in failures_in(decision.guard.cond):
        body = function.attempts[failure.attempt].body
        if any(e.kind == "import" and e.place == place for e in function.effects[body.start : body.end]):
            return root.kind == "import" and bool(place)
    return False


def _subject_of_errors(program: Program, module: Module, function: Function, decision: Decision) -> list[Subject]:
    """What a handler names by the errors it catches: `except redis.RedisError`."""
    found: list[Subject] = []
    for failure in failures_in(decision.guard.cond):
        for handler in function.attempts[failure.attempt].handlers[max(failure.handler, 0) :][:1]:
            theirs = [name for name in handler.types if ":" not in name and "." in name]
            theirs = [name for name in theirs if program.names.imported(name, module.path) is None]
            known = [module_subject(name) for name in theirs]
            found += [s for s in known if s is not None and s.role not in CRYPTO_ROLES]
    return found


def _imported_subject(program: Program, root: Root) -> Subject | None:
    where = program.names.function(f"{root.path}:{root.function}")
    names = [root.name] if root.kind == "import" else []
    if where is not None and root.attempt >= 0:
        names = [*attempt_imports(where[1].attempts[root.attempt], where[1])]
    for name in names:
        ours = program.names.imported(name, root.path)
        if ours is None:
            known = module_subject(name.lstrip("."))
            if known is not None:
                return known
            continue
        place = f"{ours[0]}:{ours[1]}"
        for thing in sorted(program.things.of_place(place)):
            reached = sorted(program.subjects.of_thing(thing), key=lambda s: CONFIDENCES.index(s.confidence))
            if reached:
                return reached[-1]
    return None


def _reached(program: Program, module: Module, function: Function, arm: Arm) -> list[Subject]:
    effects = [function.effects[i] for i in arm.effects]
    found = set(program.subjects.of_effects(effects, module, function))
    for effect in effects:
        if effect.kind in ("bind", "return"):
            found.update(_named_in(effect.value))
            for thing in program.things.of(effect.value, module, function):
                found |= program.subjects.of_thing(thing)
    return sorted(found)


def _named_in(value: Value | None) -> list[Subject]:
    """The durable back ends that a mapping of settings names."""
    found: list[Subject] = []
    for item in value.items if isinstance(value, Display) else ():
        found += _named_in(item)
        if isinstance(item, Const) and isinstance(item.value, str) and "." in item.value:
            known = external_subject(item.value, "use")
            found += [known] if known is not None else []
    return found


def _one_per_statement(found: Iterable[Degradation]) -> list[Degradation]:
    """One finding per installing statement: the root that no operator chose names the condition."""
    best: dict[tuple[str, Span], Degradation] = {}
    for seen in found:
        key = (seen.scope, seen.span)
        known = best.get(key)
        if known is None or RANKS[seen.trigger] < RANKS[known.trigger]:
            best[key] = seen
    return list(best.values())


def _one_per_chain(found: Sequence[Degradation], refused: Collection[Root]) -> list[Degradation]:
    """A handler that installs the replacement speaks for its uses in this module, unless one of them refuses."""
    handlers = {seen.root: seen for seen in found if seen.direct}
    spoken_for: dict[Root, list[Degradation]] = {}
    kept = []
    for seen in found:
        handler = handlers.get(seen.root)
        if seen.direct and seen.loss == "sentinel" and seen.root in refused:
            continue
        if handler is None or seen.direct or (handler.loss == "sentinel" and seen.root in refused):
            kept.append(seen)
        else:
            spoken_for.setdefault(seen.root, []).append(seen)
    return [_with_uses(seen, spoken_for.get(seen.root, []) if seen.direct else []) for seen in kept]


def _one_per_flag(found: Sequence[Degradation]) -> list[Degradation]:
    """One finding for each flag of a module, at its first effect; the others are related."""
    first: dict[tuple[str, ...], int] = {}
    kept: list[Degradation] = []
    for seen in found:
        names = seen.gate.names if seen.trigger == "flag" else ()
        if names and names in first:
            kept[first[names]] = _with_uses(kept[first[names]], [seen])
            continue
        if names:
            first[names] = len(kept)
        kept.append(seen)
    return kept


def _with_uses(seen: Degradation, uses: Sequence[Degradation]) -> Degradation:
    if not uses:
        return seen
    steps = [Step(use.path, use.span, f"{use.by} serves here") for use in uses[:MOST_RELATED]]
    return replace(seen, related=tuple(dict.fromkeys((*seen.related, *steps))))
