"""Weaker cryptography instead of none at all: what a degraded arm hashes, encrypts or draws with, seen from inside."""

from collections.abc import Iterator

from aether_lint.catalog import ciphers, hashers, tokens
from aether_lint.detect.arms import Arm, Decision
from aether_lint.detect.secret_flow import called_name, param_of, same_value
from aether_lint.facts import (
    EXIT,
    RAISE,
    Arms,
    Const,
    Effect,
    Failed,
    Function,
    Guard,
    Ref,
    Result,
    Test,
    failures_in,
    negate,
)
from aether_lint.link import Module, Program
from aether_lint.link.absence import Root, attempt_imports
from aether_lint.link.hashing import Hash
from aether_lint.link.subjects import CRYPTO_ROLES, Subject, external_subject, module_subject
from aether_lint.link.things import Thing

PLAIN_TEXT = "plain text"
CIPHER_ROLES = ("cipher", "encrypted column")
COLUMN_BASES = ("sqlalchemy.types.TypeDecorator", "sqlalchemy.TypeDecorator")
CHECKS = frozenset({"verify", "check", "checkpw", "authenticate", "validate"})
RANDOM = Subject("the secure random generator", "random", "use", "high")


def lost(program: Program, module: Module, function: Function, decision: Decision, root: Root) -> Subject | None:
    """The hasher, cipher or generator that the normal side of a decision uses, or whose import is the root."""
    found = [s for name in _imported(program, root) for s in _crypto_of_import(program, name, root)]
    for index in decision.other.effects:
        found += _crypto_of_call(program, module, function, index)
    chosen = [s for s in found if s.role == "hasher" or s.role in CIPHER_ROLES]
    if root.kind in ("import", "call"):  # a seed that a flag asks for is no fallback
        chosen += [s for s in found if s == RANDOM]
    return chosen[0] if chosen else None


def replacement(
    program: Program, module: Module, function: Function, decision: Decision, subject: Subject
) -> tuple[int, str] | None:
    """(effect, what is used instead) where the taken arm answers with something weaker than `subject`."""
    if subject.role == "hasher":
        return _weaker_hash(program, module, function, decision, subject)
    if subject.role == "random":
        return _weaker_random(program, module, function, decision.taken)
    return _weaker_cipher(program, module, function, decision)


def skipped_steps(function: Function) -> Iterator[tuple[int, Decision]]:
    """`if AVAILABLE: text = encrypt(text)`: (the binding, the decision whose other side leaves the text as it is)."""
    for index, effect in enumerate(function.effects):
        if effect.kind != "bind" or effect.when < 0 or not isinstance(effect.value, Result):
            continue
        call = function.effects[effect.value.effect]
        if not _encrypts(call) or Ref(effect.place) not in call.args:
            continue
        guard = function.guards[effect.when]
        if _ends_without(function, guard):
            continue
        otherwise = Guard(guard.parent, negate(guard.cond), guard.span)
        yield index, Decision(otherwise, Arm((), ()), Arm((effect.value.effect, index), (effect.when,)))


def _ends_without(function: Function, guard: Guard) -> bool:
    """Whether the function ends where the condition does not hold: then nothing stays plain."""
    otherwise = negate(guard.cond)
    ends = {e.when for e in function.effects if e.kind in ("raise", "return") and e.when >= 0}
    return any(function.guards[when].cond == otherwise for when in ends)


def _encrypts(call: Effect) -> bool:
    return call.kind == "call" and tokens.words(called_name(call))[:1] == ("encrypt",)


def _weaker_hash(
    program: Program, module: Module, function: Function, decision: Decision, subject: Subject
) -> tuple[int, str] | None:
    arm = decision.taken
    normal = _strength(subject)
    effects = [function.effects[i] for i in arm.effects]
    if any(h.strength >= normal for h in program.hashes.of_effects(effects, module, function)):
        return None  # the same one again: a retry, or an old hash that is checked and replaced
    for index in arm.effects:
        effect = function.effects[index]
        if effect.kind not in ("call", "bind", "return", "define", "import"):
            continue
        used = program.hashes.of_effects([effect], module, function)
        if used and max(used).strength < normal:
            return index, min(used).label
        if effect.kind in ("define", "import", "return") and _hands_on(program, module, function, index, decision):
            return index, PLAIN_TEXT
    return None


def _weaker_cipher(program: Program, module: Module, function: Function, decision: Decision) -> tuple[int, str] | None:
    arm = decision.taken
    if any(_crypto_of_call(program, module, function, index) for index in arm.effects):
        return None  # encrypts with something else
    # a call of the cipher that fails in this very function is told by what its handler answers, `cipher_failures`
    is_failed_step = any(not _on_import(function, failure) for failure in failures_in(decision.guard.cond))
    if not failures_in(decision.guard.cond) and _only_decrypts(program, module, function, decision):
        return None  # what bears no mark of a ciphertext is read as the plain text that it is
    for index in arm.effects:
        effect = function.effects[index]
        if effect.kind == "return" and not isinstance(effect.value, (Const, Test, Arms)):
            encoding = _encoding(program, module, function, arm)
            if encoding:
                return index, encoding
        if effect.kind in ("define", "import") and _hands_on(program, module, function, index, decision):
            return index, PLAIN_TEXT
        if effect.kind == "define" and _is_own_cipher(program, module, function, effect):
            return index, f"a cipher of its own, `{effect.place.rpartition(':')[2]}`,"
        if is_failed_step:
            continue
        if effect.kind == "return" and _hands_on(program, module, function, index, decision):
            return (index, PLAIN_TEXT) if isinstance(effect.value, Ref) else None
        if effect.kind == "bind" and _is_plain_column(program, module, function, effect):
            return index, PLAIN_TEXT
    return None


def _is_own_cipher(program: Program, module: Module, function: Function, effect: Effect) -> bool:
    """Whether a class under a cipher's name encrypts by itself: it works, and reaches no known cipher."""
    for thing in program.things.of(effect.value, module, function):
        if thing.kind != "class" or program.natures.of_thing(thing).kind == "refusing":
            return False
        methods = [w for name in program.subjects.methods(thing.name) if (w := program.names.function(name))]
        encrypting = [f for _, f in methods if f.key.rpartition(".")[2].startswith("encrypt")]
        return any(f.exits & ~(RAISE | EXIT) and any(e.kind == "return" for e in f.effects) for f in encrypting)
    return False


def _weaker_random(program: Program, module: Module, function: Function, arm: Arm) -> tuple[int, str] | None:
    for index in arm.effects:
        effect = function.effects[index]
        if effect.kind == "import" and effect.args and getattr(effect.args[0], "name", "") == "random":
            return index, "the random module"
        for thing in program.things.callees(effect, module, function) if effect.kind == "call" else ():
            known = ciphers.lookup(thing.name) if thing.kind == "external" else None
            if known is not None and known.kind == "weak random":
                return index, known.label
    return None


def _on_import(function: Function, failure: Failed) -> bool:
    """Whether a handler is there for a failed import (a relative one raises ValueError, too, outside of a package)."""
    types = function.attempts[failure.attempt].handlers[max(failure.handler, 0)].types
    return any(name.endswith(("ImportError", "ModuleNotFoundError")) for name in types)


def _only_decrypts(program: Program, module: Module, function: Function, decision: Decision) -> bool:
    calls = [function.effects[i] for i in decision.other.effects if _crypto_of_call(program, module, function, i)]
    verbs = {tokens.words(called_name(call))[:1] for call in calls}
    return ("decrypt",) in verbs and ("encrypt",) not in verbs


def _encoding(program: Program, module: Module, function: Function, arm: Arm) -> str:
    """The encoding that an arm calls."""
    for index in arm.effects:
        effect = function.effects[index]
        for thing in program.things.callees(effect, module, function) if effect.kind == "call" else ():
            known = ciphers.lookup(thing.name) if thing.kind == "external" else None
            if known is not None and known.kind == "encoding" and known.label != "compression":
                return known.label
    return ""


def _is_plain_column(program: Program, module: Module, function: Function, effect: Effect) -> bool:
    """Whether a name becomes an ordinary column type of SQLAlchemy or field of Django."""
    things = program.things.of(effect.value, module, function)
    return bool(things) and all(
        t.kind == "external" and t.name.startswith(("sqlalchemy.", "django.db.models.", "sqlmodel.")) for t in things
    )


def _hands_on(program: Program, module: Module, function: Function, index: int, decision: Decision) -> bool:
    """Whether an effect answers with what the hasher or cipher was given, or as if it had accepted a password."""
    effect = function.effects[index]
    if effect.kind != "return":
        things = program.things.of(effect.value, module, function)
        return any(program.natures.of_thing(t).kind == "null" for t in things)
    crypto = [i for i in decision.other.effects if _crypto_of_call(program, module, function, i)]
    calls = [function.effects[i] for i in crypto]
    if isinstance(effect.value, Ref):
        return (
            _is_param(effect.value, function) if not calls else any(_is_given(effect.value, c, function) for c in calls)
        )
    if calls and not any(_verifies(c) for c in calls):
        return False
    if isinstance(effect.value, Const):
        return effect.value.value is True and bool(calls)
    return isinstance(effect.value, (Test, Arms))


def _verifies(call: Effect) -> bool:
    """Whether a call checks a password; that a hash should be made anew grants nothing."""
    said = set(tokens.words(called_name(call)))
    return bool(CHECKS & said) and "rehash" not in said


def _is_param(value: Ref, function: Function) -> bool:
    return param_of(value.name, function) is not None


def _is_given(value: Ref, call: Effect, function: Function) -> bool:
    """Whether a call is given a variable, as it is or in another form."""
    for given in (*call.args, *(v for _, v in call.keywords)):
        if given == value:
            return True
        inner = same_value(function.effects[given.effect]) if isinstance(given, Result) else None
        if inner is not None and value in inner:
            return True
    return False


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
        drawn = ciphers.lookup(thing.name) if thing.kind == "external" else None
        if drawn is not None and drawn.label == "a random value":
            found.append(RANDOM)
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
    if name == "secrets" or name.startswith("secrets."):
        return [RANDOM]
    if ours is None:
        known = external_subject(name, "use") or module_subject(name.lstrip("."))
        return [known] if known is not None and known.role in CRYPTO_ROLES else []
    found: list[Subject] = []
    for thing in sorted(program.things.of_place(f"{ours[0]}:{ours[1]}")):
        used: frozenset[Hash] = program.hashes.of_thing(thing)
        strong = [h for h in used if h.strength >= hashers.ACCEPTABLE]
        found += [Subject(max(strong).label, "hasher", "use", "high")] if strong else []
        found += [s for s in program.subjects.of_thing(thing) if s.role in CIPHER_ROLES]
        if _is_encrypted_column(program, thing):
            found.append(Subject("the encrypted column", "encrypted column", "use", "high"))
    return found


def _is_encrypted_column(program: Program, thing: Thing) -> bool:
    """Whether a class is a column type whose values are encrypted on their way to the database."""
    if thing.kind != "class" or not any(base.name in COLUMN_BASES for base in program.things.bases(thing.name)):
        return False
    where = program.names.function(f"{thing.name}.process_bind_param")
    return where is not None and any(
        "encrypt" in tokens.words(called_name(e)) for e in where[1].effects if e.kind == "call"
    )
