"""Protections that a literal at the call switches off, where no setting can switch them on again."""

from collections.abc import Iterator

from msgspec import Struct

from aether_lint.detect.anchor import Anchor
from aether_lint.facts import Const, Display, Effect, Failed, Function, Ref, Value
from aether_lint.link import Module, Program
from aether_lint.link.gates import guard_chain
from aether_lint.link.names import last_name, last_part
from aether_lint.model import Confidence, Span

CERTIFICATES = "the check of certificates"
HTTP_CLIENTS = ("requests.", "httpx.", "aiohttp.", "urllib3.", "niquests.")
OFF: dict[str, tuple[str, tuple[str, ...]]] = {
    "verify": (CERTIFICATES, ("requests.", "httpx.", "niquests.", "hvac.", "boto3.")),
    "verify_ssl": (CERTIFICATES, ("aiohttp.", "elasticsearch.", "consul.")),
    "verify_certs": (CERTIFICATES, ("elasticsearch.", "opensearchpy.")),
    "ssl": (CERTIFICATES, ("aiohttp.TCPConnector", "aiohttp.ClientSession")),
    "secure": ("the Secure flag of the cookie", ("set_cookie",)),
    "httponly": ("the HttpOnly flag of the cookie", ("set_cookie",)),
    "https_only": ("the Secure flag of the cookie", ("starlette.middleware.sessions.SessionMiddleware",)),
    "session_cookie_secure": ("the Secure flag of the cookie", ("flask_session.",)),
}
"""Keywords whose literal False removes a protection, and the calls (prefixes or method names) on which they do."""
UNVERIFIED_CONTEXTS = frozenset({"ssl._create_unverified_context", "ssl._create_default_https_context"})
SETTINGS = {
    "SESSION_COOKIE_SECURE": "the Secure flag of the session cookie",
    "CSRF_COOKIE_SECURE": "the Secure flag of the CSRF cookie",
    "SESSION_COOKIE_HTTPONLY": "the HttpOnly flag of the session cookie",
    "WTF_CSRF_ENABLED": "CSRF protection",
}
"""Settings of frameworks whose literal False removes a protection."""


class ProtectionOff(Struct, frozen=True):
    """One protection: what is off (`subject`), and the code that says so (`text`)."""

    anchor: Anchor
    path: str
    scope: str
    span: Span
    subject: str
    text: str
    confidence: Confidence


def observe(program: Program, module: Module) -> list[ProtectionOff]:
    """The protections that a module switches off, in order of position."""
    found: list[ProtectionOff] = []
    for function in module.facts.functions:
        for index, effect in enumerate(function.effects):
            off = next(_off(program, effect, module, function), None)
            if off is None or _is_chosen(function, effect.when):
                continue
            anchor = Anchor(module.path, function.key, "effect", index)
            found.append(ProtectionOff(anchor, module.path, function.key, effect.span, *off, "high"))
    return sorted(found, key=lambda seen: seen.span)


def _is_chosen(function: Function, guard: int) -> bool:
    """Whether somebody decides that it is off: a setting, an argument, the environment."""
    return any(not isinstance(function.guards[g].cond, Failed) for g in guard_chain(function, guard))


def _off(program: Program, effect: Effect, module: Module, function: Function) -> Iterator[tuple[str, str]]:
    if effect.kind == "bind":
        yield from _bound(effect, function)
    if effect.kind != "call":
        return
    if effect.place in UNVERIFIED_CONTEXTS:
        yield CERTIFICATES, f"{effect.place}()"
    keywords = dict(effect.keywords)
    if _admits_anyone(keywords):
        yield "the origin check of requests with credentials", "any origin with `allow_credentials=True`"
    switched = [k for k in OFF if keywords.get(k) == Const(False)]
    if not switched:
        return
    called = {t.name for t in program.things.callees(effect, module, function) if t.kind in ("external", "made")}
    called |= {n for v in effect.args for n in _classes(v)}
    for keyword in switched:
        subject, calls = OFF[keyword]
        if last_name(effect) in calls or any(n.startswith(calls) for n in called):
            yield subject, f"{keyword}=False"


def _classes(value: Value) -> Iterator[str]:
    """`app.add_middleware(SessionMiddleware, https_only=False)`."""
    if isinstance(value, Ref) and not value.name.startswith(":"):
        yield value.name


def _admits_anyone(keywords: dict[str, Value]) -> bool:
    origins = keywords.get("allow_origins") or keywords.get("origins")
    anyone = origins == Const("*") or (isinstance(origins, Display) and Const("*") in origins.items)
    anyone = anyone or keywords.get("allow_origin_regex") in (Const(".*"), Const("^.*$"))
    credentials = keywords.get("allow_credentials") or keywords.get("supports_credentials")
    return anyone and credentials == Const(True)


def _bound(effect: Effect, function: Function) -> Iterator[tuple[str, str]]:
    last = last_part(effect.place)
    if last == "check_hostname" and effect.value == Const(False):
        yield "the check of the host name", "check_hostname = False"
    if last == "verify_mode" and effect.value == Ref("ssl.CERT_NONE"):
        yield CERTIFICATES, "verify_mode = ssl.CERT_NONE"
    if effect.place == "ssl._create_default_https_context" and effect.value == Ref("ssl._create_unverified_context"):
        yield CERTIFICATES, "ssl._create_default_https_context"
    if last in SETTINGS and effect.value == Const(False) and function.kind in ("module", "class"):
        yield SETTINGS[last], f"{last} = False"
