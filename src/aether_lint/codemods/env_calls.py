"""The shapes in which Python code reads its environment and its settings."""

import re
from typing import Literal

import libcst as cst
from msgspec import Struct

from aether_lint.codemods.tree import code, dotted

ReadKind = Literal["getenv", "environ", "mapping", "setting", "wrapper"]

_GENERATORS = re.compile(r"\b(token_(hex|bytes|urlsafe)|generate_key|uuid[14]|urandom|getrandbits|choices?)\(")
ENVIRON_METHODS = frozenset({"get", "setdefault", "pop"})
KEYWORDS = frozenset({"key", "name", "var", "option", "variable"})
SETTING_NAMES = frozenset({"config", "env", "conf", "_config", "environ"})


class EnvCall(Struct, frozen=True):
    """One call that reads a variable: the argument with its name, and that with its default."""

    kind: ReadKind
    call: cst.Call
    key: cst.Arg
    default: cst.Arg | None


def env_call(call: cst.Call) -> EnvCall | None:
    """The read that this call is; None for any other call."""
    kind = _kind(call)
    key = _key(call)
    if kind is None or key is None:
        return None
    return EnvCall(kind, call, key, _default(call, kind))


def literal_text(node: cst.CSTNode) -> str | None:
    """The value of a plain string literal; None for anything else."""
    if isinstance(node, cst.SimpleString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def is_literal_default(node: cst.CSTNode) -> bool:
    """Whether the expression can only be a default: text, a constant's name, or text wrapped by a type."""
    match node:
        case cst.SimpleString() | cst.ConcatenatedString() | cst.FormattedString() | cst.Name() | cst.Integer():
            return True
        case cst.Attribute():
            return bool(dotted(node))
        case cst.Call(args=[cst.Arg(value=cst.SimpleString())]):
            return True
        case _:
            return False


def is_generated(node: cst.CSTNode) -> bool:
    """Whether the expression makes a new random value."""
    return _GENERATORS.search(code(node)) is not None


def _kind(call: cst.Call) -> ReadKind | None:
    name = dotted(call.func)
    owner, _, method = name.rpartition(".")
    last_owner = owner.rpartition(".")[2]
    if method == "getenv":
        return "getenv"
    if method in ENVIRON_METHODS and last_owner in ("environ", "environb"):
        return "environ"
    if method == "get" and owner and call.args and literal_text(call.args[0].value) is not None:
        return "mapping"
    if last_owner in SETTING_NAMES or (not owner and method in SETTING_NAMES):
        return "setting"
    return "wrapper" if name and call.args and literal_text(call.args[0].value) is not None else None


def _key(call: cst.Call) -> cst.Arg | None:
    if call.args and call.args[0].keyword is None and not call.args[0].star:
        return call.args[0]
    return next((arg for arg in call.args if arg.keyword and arg.keyword.value in KEYWORDS), None)


def _default(call: cst.Call, kind: ReadKind) -> cst.Arg | None:
    for arg in call.args:
        if arg.keyword and arg.keyword.value == "default":
            return arg
    positional = [arg for arg in call.args if arg.keyword is None and not arg.star]
    if len(positional) < 2:
        return None
    if kind == "setting" and not is_literal_default(positional[1].value):
        return None
    return positional[1]


def environ_of(read: EnvCall) -> tuple[str, bool]:
    """The mapping that the read goes to, as source text, and whether `import os` is needed for it."""
    owner = dotted(read.call.func).rpartition(".")[0]
    if read.kind in ("environ", "mapping"):
        return owner, False
    if read.kind == "getenv" and owner:
        return f"{owner}.environ", False
    return "os.environ", True


def key_text(read: EnvCall) -> str:
    """The name of the variable for a message: the literal, else the source of the expression."""
    text = literal_text(read.key.value)
    return text if text is not None else code(read.key.value)
