"""Paths of keys, ledgers and audit logs that lie in a directory which the system empties."""

from msgspec import Struct

from aether_lint.catalog import tokens
from aether_lint.detect.anchor import Anchor
from aether_lint.detect.reach import reach
from aether_lint.facts import Result, Value
from aether_lint.link import Module, Program
from aether_lint.link.defaults import values_of
from aether_lint.link.env_settings import EnvSetting
from aether_lint.link.mentions import names_in
from aether_lint.model import Confidence, Span

KEPT = frozenset({
    "audit", "journal", "keyring", "keys", "keystore", "ledger", "outbox", "secrets", "vault", "wal", "key", "secret",
    "credentials", "jwks",
})  # fmt: skip
"""Words of what must outlive a restart."""
PLACES = frozenset(
    {"path", "dir", "directory", "folder", "file", "filename", "db", "database", "location", "root", "url"}
)
NOT_KEPT = frozenset({"cache", "cached", "public", "test", "tests", "tmp", "temp", "socket", "lock", "pid", "upload"})
TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/var/cache/", "/run/", "~/.cache/")
MAKERS = (
    "tempfile.gettempdir", "tempfile.mkdtemp", "tempfile.mktemp", "tempfile.mkstemp", "tempfile.NamedTemporaryFile",
    "tempfile.TemporaryDirectory", "platformdirs.user_cache_dir", "platformdirs.user_cache_path",
    "appdirs.user_cache_dir",
)  # fmt: skip
DEPTH = 3  # calls and names inside a default that are looked through


class VolatilePath(Struct, frozen=True):
    """One setting; `where` is the directory, or the call that finds it."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    name: str
    where: str
    confidence: Confidence


def observe(program: Program, module: Module) -> list[VolatilePath]:
    """The settings of a module whose default lies in such a directory, in order of position."""
    found: dict[str, VolatilePath] = {}
    for setting in sorted(program.settings.of_module(module), key=lambda s: s.span):
        where = _where(module, setting) if _is_kept(setting.name) else ""
        function = module.functions[setting.function]
        if where and reach(program, module, function, setting.index) != "closed":
            anchor = Anchor(setting.path, setting.function, "effect", setting.index)
            seen = VolatilePath(anchor, setting.path, setting.function, setting.span, setting.name, where, "medium")
            found.setdefault(setting.name, seen)
    return list(found.values())


def _is_kept(name: str) -> bool:
    named = tokens.words(name)
    return bool(named) and named[-1] in PLACES and bool(KEPT.intersection(named)) and not NOT_KEPT.intersection(named)


def _where(module: Module, setting: EnvSetting) -> str:
    for text in setting.default.texts:
        path = text.partition("://")[2] if "://" in text else text
        folder = next((t for t in TEMPORARY if path.startswith((t, f"/{t}"))), "")
        if folder:
            return folder.rstrip("/")
    if setting.default.texts or setting.is_field:
        return ""
    function = module.functions[setting.function]
    effect = function.effects[setting.index]
    later = function.effects[setting.default.later_index] if setting.default.later_index >= 0 else None
    values: list[Value | None] = [*effect.args[1:], *(v for _, v in effect.keywords)]
    if later is not None:
        values += [v for v in values_of(later) if v != Result(setting.index)]
    said = [n for v in values for n in names_in(v, function, DEPTH)]
    return next((f"{n}()" for n in said if n in MAKERS), "")
