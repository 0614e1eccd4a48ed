"""Weaker cryptography instead of none at all: what a degraded arm hashes, encrypts or draws with, seen from inside."""

from collections.abc import Iterator

from aether_lint.catalog import ciphers, hashers, tokens
from aether_lint.detect.arms import Arm, Decision
from aether_lint.detect.secret_flow import called_name
from aether_lint.facts import Arms, Const, Effect, Function, Guard, Ref, Result, Test, negate
from aether_lint.link import Module, Program
from aether_lint.link.absence import Root, attempt_imports
from aether_lint.link.hashing import Hash
from aether_lint.link.subjects import CRYPTO_ROLES, Subject, external_subject, module_subject
from aether_lint.link.things import Thing

PLAIN_TEXT = "plain text"
CIPHER_ROLES = ("cipher", "encrypted column")
COLUMN_BASES = ("sqlalchemy.types.TypeDecorator", "sqlalchemy.TypeDecorator")
RANDOM = Subject("the secure random generator", "random", "use", "high")


def lost(program: Program, module: Module, function: Function, decision: Decision, root: Root) -> Subject | None:
    """The hasher, cipher or generator that the normal side of a decision uses, or whose import is the root."""
    found = [s for name in _imported(program, root) for s in _crypto_of_import(program, name, root)]
    for index in decision.other.effects:
        found += _crypto_of_call(program, module, function, index)
    chosen = [s for s in found if s.role in ("hasher", "random") or s.role in CIPHER_ROLES]
    return chosen[0] if chosen else None


def replacement(
    program: Program, module: Module, function: Function, arm: Arm, subject: Subject
) -> tuple[int, str] | None:
    """(effect, what is used instead) where an arm answers with something weaker than `subject`."""
    if subject.role == "hasher":
        return _weaker_hash(program, module, function, arm, subject)
    if subject.role == "random":
        return _weaker_random(program, module, function, arm)
    return _weaker_cipher(program, module, function, arm)


def skipped_steps(function: Function) -> Iterator[tuple[int, Decision]]:
    """`if AVAILABLE: text = encrypt(text)`: (the binding, the decision whose other side leaves the text as it is)."""
    for index, effect in enumerate(function.effects):
        if effect.kind != "bind" or effect.when < 0 or not isinstance(effect.value, Result):
            continue
        call = function.effects[effect.value.effect]
        if not _encrypts(call) or Ref(effect.place) not in call.args:
            continue
        guard = function.guards[effect.when]
        otherwise = Guard(guard.parent, negate(guard.cond), guard.span)
        yield index, Decision(otherwise, Arm((), ()), Arm((effect.value.effect, index), (effect.when,)))


def _encrypts(call: Effect) -> bool:
    return call.kind == "call" and tokens.words(called_name(call))[:1] == ("encrypt",)


def _weaker_hash(
    program: Program, module: Module, function: Function, arm: Arm, subject: Subject
) -> tuple[int, str] | None:
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
        if effect.kind in ("define", "import", "return") and _hands_on(program, module, function, index):
            return index, PLAIN_TEXT
    return None


def _weaker_cipher(program: Program, module: Module, function: Function, arm: Arm) -> tuple[int, str] | None:
    if any(_crypto_of_call(program, module, function, index) for index in arm.effects):
        return None  # encrypts with something else
    for index in arm.effects:
        effect = function.effects[index]
        if effect.kind == "return" and not isinstance(effect.value, (Const, Test, Arms)):
            encoding = _encoding(program, module, function, arm)
            if encoding:
                return index, encoding
        if effect.kind in ("define", "import") and _hands_on(program, module, function, index):
            return index, PLAIN_TEXT
        if effect.kind == "return" and _hands_on(program, module, function, index):
            return (index, PLAIN_TEXT) if isinstance(effect.value, Ref) else None
        if effect.kind == "bind" and _is_plain_column(program, module, function, effect):
            return index, PLAIN_TEXT
    return None


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
