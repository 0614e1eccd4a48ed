"""Weaker cryptography instead of none at all: what a degraded arm hashes or encrypts with, looked at from inside."""

from aether_lint.catalog import hashers
from aether_lint.detect.arms import Arm, Decision
from aether_lint.facts import Arms, Const, Function, Ref, Test
from aether_lint.link import Module, Program
from aether_lint.link.absence import Root, attempt_imports
from aether_lint.link.hashing import Hash
from aether_lint.link.subjects import CRYPTO_ROLES, Subject, external_subject, module_subject

PLAIN_TEXT = "plain text"
CIPHER_ROLES = ("cipher", "encrypted column")


def lost(program: Program, module: Module, function: Function, decision: Decision, root: Root) -> Subject | None:
    """The hasher or cipher that the normal side of a decision uses, or whose import is the root."""
    found = [s for name in _imported(program, root) for s in _crypto_of_import(program, name, root)]
    for index in decision.other.effects:
        found += _crypto_of_call(program, module, function, index)
    chosen = [s for s in found if s.role == "hasher" or s.role in CIPHER_ROLES]
    return chosen[0] if chosen else None


def replacement(
    program: Program, module: Module, function: Function, arm: Arm, subject: Subject
) -> tuple[int, str] | None:
    """(effect, what is used instead) where an arm answers with something weaker than `subject`."""
    normal = _strength(subject)
    effects = [function.effects[i] for i in arm.effects]
    if any(h.strength >= normal for h in program.hashes.of_effects(effects, module, function)):
        return None  # the same one again: a retry, or an old hash that is checked and replaced
    for index in arm.effects:
        effect = function.effects[index]
        if effect.kind not in ("call", "bind", "return", "define", "import"):
            continue
        used = program.hashes.of_effects([effect], module, function)
        if used and max(used).strength < normal and subject.role == "hasher":
            return index, min(used).label
        if effect.kind in ("define", "import", "return") and _hands_on(program, module, function, index):
            return index, PLAIN_TEXT
    return None


def _hands_on(program: Program, module: Module, function: Function, index: int) -> bool:
    """Whether an effect answers with what it was given, a constant or a bare comparison."""
    effect = function.effects[index]
    if effect.kind == "return":
        value = effect.value
        if isinstance(value, Const):
            return value.value is True
        handed_on = isinstance(value, Ref) and value.name.startswith(f":{function.key}>")
        return handed_on or isinstance(value, (Test, Arms))
    things = program.things.of(effect.value, module, function)
    return any(program.natures.of_thing(t).kind == "null" for t in things)


def _crypto_of_call(program: Program, module: Module, function: Function, index: int) -> list[Subject]:
    """What a call hashes or encrypts with, itself or one call down: further down it is somebody else's."""
    effect = function.effects[index]
    if effect.kind != "call":
        return []
    found = _external_crypto(program, module, function, index)
    for name in program.things.called_functions(effect, module, function):
        where = program.names.function(name)
        if where is not None:
            for inner in range(len(where[1].effects)):
                found += _external_crypto(program, *where, inner)
    return found


def _external_crypto(program: Program, module: Module, function: Function, index: int) -> list[Subject]:
    effect = function.effects[index]
    if effect.kind != "call":
        return []
    found = []
    for thing in program.things.callees(effect, module, function):
        known = external_subject(thing.name, "use") if thing.kind in ("external", "made") else None
        if known is not None and known.role in CRYPTO_ROLES:
            found.append(known)
    return found


def _strength(subject: Subject) -> int:
    known = [h.strength for h in hashers.HASHERS.values() if h.label == subject.label]
    return max(known, default=hashers.ACCEPTABLE)


def _imported(program: Program, root: Root) -> list[str]:
    where = program.names.function(f"{root.path}:{root.function}")
    if root.kind != "import":
        return []
    if where is None or root.attempt < 0:
        return [root.name]
    return attempt_imports(where[1].attempts[root.attempt], where[1])


def _crypto_of_import(program: Program, name: str, root: Root) -> list[Subject]:
    ours = program.names.imported(name, root.path)
    if ours is None:
        known = external_subject(name, "use") or module_subject(name.lstrip("."))
        return [known] if known is not None and known.role in CRYPTO_ROLES else []
    found: list[Subject] = []
    for thing in sorted(program.things.of_place(f"{ours[0]}:{ours[1]}")):
        used: frozenset[Hash] = program.hashes.of_thing(thing)
        strong = [h for h in used if h.strength >= hashers.ACCEPTABLE]
        found += [Subject(max(strong).label, "hasher", "use", "high")] if strong else []
        found += [s for s in program.subjects.of_thing(thing) if s.role in CIPHER_ROLES]
    return found
