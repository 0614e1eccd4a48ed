"""Security switches: which position of a setting is the open one.

`lookup` takes the name of a variable or settings field, `override` of a flag that removes a protection.
"""

from itertools import pairwise
from typing import Literal

from msgspec import Struct

from aether_lint.catalog.tokens import words
from aether_lint.catalog.word_list import word_set
from aether_lint.model import Confidence, Severity

Position = Literal["true", "false", "any", "admin", "plaintext"]
"""The open value: a boolean, a list that admits anyone, an administrator's role, or an unencrypted protocol."""


class Toggle(Struct, frozen=True):
    """One switch: what is open in that position (words of a message), how bad, and how sure the name makes us."""

    subject: str
    open: Position
    severity: Severity
    confidence: Confidence = "high"


class Override(Struct, frozen=True):
    """A flag that removes a protection when somebody sets it: what it removes, in the words of a message."""

    effect: str


SUBJECTS: tuple[tuple[frozenset[str], str, Severity, Confidence], ...] = (
    (frozenset({"csrf"}), "CSRF protection", "error", "high"),
    (frozenset({"xsrf"}), "CSRF protection", "error", "high"),
    (frozenset({"auth"}), "authentication", "error", "high"),
    (frozenset({"authentication"}), "authentication", "error", "high"),
    (frozenset({"login"}), "authentication", "error", "medium"),
    (frozenset({"authorization"}), "authorization", "error", "high"),
    (frozenset({"rbac"}), "authorization", "error", "high"),
    (frozenset({"signature"}), "signature verification", "error", "high"),
    (frozenset({"signatures"}), "signature verification", "error", "high"),
    (frozenset({"ssl"}), "TLS", "warning", "medium"),
    (frozenset({"tls"}), "TLS", "warning", "medium"),
    (frozenset({"mtls"}), "mutual TLS", "warning", "medium"),
    (frozenset({"starttls"}), "TLS", "warning", "medium"),
    (frozenset({"https"}), "HTTPS", "warning", "medium"),
    (frozenset({"hsts"}), "HSTS", "info", "low"),
    (frozenset({"cert"}), "certificate verification", "warning", "high"),
    (frozenset({"certs"}), "certificate verification", "warning", "high"),
    (frozenset({"certificate"}), "certificate verification", "warning", "high"),
    (frozenset({"certificates"}), "certificate verification", "warning", "high"),
    (frozenset({"hostname"}), "host name verification", "warning", "medium"),
    (frozenset({"sandbox"}), "the sandbox", "warning", "medium"),
    (frozenset({"sandboxing"}), "the sandbox", "warning", "medium"),
    (frozenset({"sanitize"}), "sanitizing", "warning", "medium"),
    (frozenset({"sanitizer"}), "sanitizing", "warning", "medium"),
    (frozenset({"sanitization"}), "sanitizing", "warning", "high"),
    (frozenset({"ratelimit"}), "rate limiting", "warning", "medium"),
    (frozenset({"rate", "limit"}), "rate limiting", "warning", "medium"),
    (frozenset({"rate", "limiting"}), "rate limiting", "warning", "medium"),
)
"""Words of a name -> subject, severity and confidence when its protection is off by default. First match decides."""

METHOD_WORDS: frozenset[str] = word_set(
    """
    ldap oidc saml google github gitlab microsoft azure basic password oauth oauth2 remote proxy sso kerberos smtp email
    mail imap redis kafka db database es elastic mongo cookie digest magic social passkey webauthn mfa totp otp sasl
    bind url user username name method type provider backend mechanism mode header scheme token jwt key keys cas cognito
    discord facebook twitter apple okta keycloak auth0 plugin plugins tracking analytics sentry flower jupyter mqtt ftp
    """
)
"""Words that make `..._AUTH_ENABLED` one of several ways to sign in, off by default without leaving anything open."""

ON_WORDS: frozenset[str] = word_set(
    """
    enable enabled enables enforce enforced require required requires verify verified check checks validate validation
    validated use uses strict protect protection protected secure on force forced mandatory activated active safe
    """
)
"""Words with which True means protected."""

OFF_WORDS: frozenset[str] = word_set(
    """
    disable disabled disables skip skipped bypass ignore insecure unsafe no without allow unverified mock fake off
    noverify dangerous dangerously anonymous exempt trust
    """
)
"""Words with which True means open."""

VERIFY_WORDS: frozenset[str] = frozenset({"verify", "verification", "check", "validate", "validation"})

TRANSPORT: frozenset[str] = frozenset({"TLS", "mutual TLS", "HTTPS"})
"""Subjects that drivers, proxies and meshes often provide by other means: off by default is weak evidence."""

WHOLE_APPLICATION: frozenset[str] = frozenset({"authentication", "authorization"})
WHOLE_WORDS: frozenset[str] = frozenset({"auth", "authentication", "login", "authorization", "rbac"})

DEMANDING_WORDS: frozenset[str] = frozenset({"enforce", "enforced", "force", "forced", "require", "required"})
"""Words with which the application itself insists on the transport."""

PASSWORD_TRANSPORTS: frozenset[str] = frozenset({"ldap", "grpc"})
"""Protocols over which passwords or calls go in clear when TLS is off."""

BARE_SWITCHES: frozenset[str] = frozenset({"ssl", "tls", "starttls", "https", "csrf", "sanitization"})
"""Last words that are a switch without any verb (`LDAP_SSL`)."""

EXACT: dict[str, Toggle] = {
    "debug": Toggle("debug mode", "true", "error"),
    "insecure": Toggle("insecure mode", "true", "error", "medium"),
    "mock_auth_mode": Toggle("mock authentication", "true", "error"),
    "allow_anonymous": Toggle("anonymous access", "true", "error"),
    "anonymous_access": Toggle("anonymous access", "true", "error"),
    "anonymous_enabled": Toggle("anonymous access", "true", "error"),
    "allow_registration": Toggle("open registration", "true", "warning", "medium"),
    "allow_signup": Toggle("open registration", "true", "warning", "medium"),
    "allow_signups": Toggle("open registration", "true", "warning", "medium"),
    "enable_signup": Toggle("open registration", "true", "warning", "medium"),
    "enable_registration": Toggle("open registration", "true", "warning", "medium"),
    "registration_enabled": Toggle("open registration", "true", "warning", "medium"),
    "open_registration": Toggle("open registration", "true", "warning", "medium"),
    "cookie_secure": Toggle("the Secure flag of cookies", "false", "warning", "medium"),
    "secure_cookies": Toggle("the Secure flag of cookies", "false", "warning", "medium"),
    "secure_cookie": Toggle("the Secure flag of cookies", "false", "warning", "medium"),
    "cookie_httponly": Toggle("the HttpOnly flag of cookies", "false", "warning", "medium"),
    "verify_ssl": Toggle("certificate verification", "false", "warning"),
    "ssl_verify": Toggle("certificate verification", "false", "warning"),
    "verify_tls": Toggle("certificate verification", "false", "warning"),
    "tls_verify": Toggle("certificate verification", "false", "warning"),
    "verify_webhook": Toggle("webhook verification", "false", "error"),
    "verify_webhooks": Toggle("webhook verification", "false", "error"),
    "skip_ssl": Toggle("certificate verification", "true", "warning"),
    "cors_allow_all": Toggle("cross-origin access", "true", "error"),
    "cors_origin_allow_all": Toggle("cross-origin access", "true", "error"),
    "cors_allow_all_origins": Toggle("cross-origin access", "true", "error"),
    "cors_origins": Toggle("cross-origin access", "any", "error"),
    "cors_origin": Toggle("cross-origin access", "any", "error"),
    "cors_allow_origins": Toggle("cross-origin access", "any", "error"),
    "cors_allow_origin": Toggle("cross-origin access", "any", "error"),
    "cors_allowed_origins": Toggle("cross-origin access", "any", "error"),
    "allowed_origins": Toggle("cross-origin access", "any", "error"),
    "allow_origins": Toggle("cross-origin access", "any", "error"),
    "allowed_cors_origins": Toggle("cross-origin access", "any", "error"),
    "backend_cors_origins": Toggle("cross-origin access", "any", "error"),
    "access_control_allow_origin": Toggle("cross-origin access", "any", "error"),
    "allowed_hosts": Toggle("the Host header check", "any", "error"),
    "trusted_hosts": Toggle("the Host header check", "any", "error"),
    "allowed_tenants": Toggle("the tenant check", "any", "error"),
    "allowed_ips": Toggle("the address check", "any", "error"),
    "ip_allowlist": Toggle("the address check", "any", "error"),
    "ip_whitelist": Toggle("the address check", "any", "error"),
    "allowed_domains": Toggle("the domain check", "any", "error", "medium"),
    "allowed_users": Toggle("the user check", "any", "error"),
    "forwarded_allow_ips": Toggle("the proxy check", "any", "warning", "medium"),
    "trusted_proxies": Toggle("the proxy check", "any", "warning", "medium"),
    "default_role": Toggle("the default role", "admin", "error"),
    "default_user_role": Toggle("the default role", "admin", "error"),
    "default_tenant": Toggle("the default tenant", "any", "error"),
    "security_protocol": Toggle("transport encryption", "plaintext", "warning"),
    "reload": Toggle("automatic reload", "true", "info", "medium"),
    "auto_reload": Toggle("automatic reload", "true", "info", "medium"),
    "docs_enabled": Toggle("the API documentation", "true", "info", "low"),
    "enable_docs": Toggle("the API documentation", "true", "info", "low"),
    "expose_docs": Toggle("the API documentation", "true", "info", "low"),
    "api_docs": Toggle("the API documentation", "true", "info", "low"),
    "swagger_enabled": Toggle("the API documentation", "true", "info", "low"),
    "metrics_public": Toggle("the metrics endpoint", "true", "info", "low"),
    "header_passthrough_authorization": Toggle("forwarding of credentials", "true", "warning", "medium"),
}
"""Names, and endings of names after a project's prefix, with a position of their own."""

NO_SWITCHES: frozenset[str] = frozenset({"csrf", "xsrf", "otel", "otlp", "tracing", "telemetry", "metrics"})
"""Words before an ending that make it harmless: a CSRF cookie is read by scripts, telemetry carries no user data."""

DEBUG_LOOKALIKES: frozenset[str] = frozenset({"log", "sql", "echo", "remote", "trace", "level"})
"""Words before `debug` that make it a narrower switch."""

ADMIN_ROLES: frozenset[str] = frozenset(
    {"admin", "administrator", "superuser", "super_admin", "superadmin", "owner", "root"}
)
ANY_VALUES: frozenset[str] = frozenset({"*", "all", "any", "0.0.0.0/0", ".*"})
PLAINTEXT_VALUES: frozenset[str] = frozenset({"plaintext", "sasl_plaintext", "plain", "none"})
TRUE_TEXTS: frozenset[str] = frozenset({"1", "true", "yes", "on", "y", "t", "enabled"})
FALSE_TEXTS: frozenset[str] = frozenset({"0", "false", "no", "off", "n", "f", "disabled", ""})

REMOVING_VERBS: frozenset[str] = word_set("disable disabled skip bypass ignore override no without")
"""Words before or after a protection that say a flag removes it."""

ADMITTING_VERBS: frozenset[str] = word_set("allow permit accept tolerate force use enable dangerously")
"""Words before a danger that say a flag admits it."""

PROTECTIONS: dict[str, str] = {
    "auth": "authentication",
    "authentication": "authentication",
    "login": "authentication",
    "mfa": "the second factor",
    "csrf": "CSRF protection",
    "verify": "verification",
    "verification": "verification",
    "signature": "signature verification",
    "signatures": "signature verification",
    "encryption": "encryption",
    "secret": "the required secret",
    "secrets": "the required secrets",
    "guard": "the production guard",
    "guards": "the production guard",
    "audit": "the audit log",
    "ratelimit": "rate limiting",
    "sandbox": "the sandbox",
    "production": "the production guard",
}
"""What `DISABLE_X`, `SKIP_X` and `BYPASS_X` remove."""

DANGERS: dict[str, str] = {
    "insecure": "safe defaults",
    "unsafe": "safe defaults",
    "unauthenticated": "authentication",
    "unsigned": "signature verification",
    "unverified": "verification",
    "plaintext": "encryption",
    "unencrypted": "encryption",
    "sqlite": "the durable database",
    "memory": "durable storage",
    "inmemory": "durable storage",
    "local": "durable storage",
    "ephemeral": "durable storage",
    "volatile": "durable storage",
    "stub": "the real implementation",
    "stubs": "the real implementation",
    "mock": "the real implementation",
    "mocks": "the real implementation",
    "fake": "the real implementation",
    "simulated": "the real implementation",
    "simulation": "the real implementation",
}
"""What is lost where a flag named `ALLOW_X` admits it."""

FRAMEWORK_SETTINGS: frozenset[str] = frozenset({
    "ALLOWED_HOSTS", "CORS_ALLOW_ALL_ORIGINS", "CORS_ALLOWED_ORIGINS", "CORS_ORIGIN_ALLOW_ALL", "DEBUG",
})  # fmt: skip
"""Settings of Django and its extensions: what a module of settings binds to them, whatever the variable is called."""

ADMITTED: dict[str, str] = {
    "insecure": "insecure mode",
    "unsafe": "unsafe mode",
    "unauthenticated": "unauthenticated access",
    "unsigned": "acceptance of unsigned input",
    "unverified": "acceptance of unverified input",
    "unencrypted": "unencrypted transport",
}
"""What `ALLOW_X` lets in where it is on by default; plain text and local stores are their own rules' affair."""

VERB_REACH = 2  # words from the verb to its object (`ALLOW_IN_MEMORY`)


def lookup(name: str) -> Toggle | None:
    """The switch of this name; the longest known ending decides, then subject and verb words."""
    parts = words(name)
    for start in range(len(parts)):
        if toggle := EXACT.get("_".join(parts[start:])):
            return _exact(toggle, parts[start:], parts[:start])
    named = frozenset(parts)
    for needed, subject, severity, confidence in SUBJECTS:
        if needed <= named:
            return _sense(parts, subject, severity, confidence)
    return _admitted(parts)


def of_framework(name: str) -> Toggle | None:
    """The switch of a framework's own setting of this name."""
    return EXACT.get(name.lower()) if name in FRAMEWORK_SETTINGS else None


def _admitted(parts: tuple[str, ...]) -> Toggle | None:
    """`ALLOW_INSECURE_TRANSPORT`: a danger that a verb before it admits."""
    for verb, danger in pairwise(parts):
        if verb in ADMITTING_VERBS - {"use", "enable", "force"} and danger in ADMITTED:
            return Toggle(ADMITTED[danger], "true", "error", "medium")
    return None


def _exact(toggle: Toggle, ending: tuple[str, ...], before: tuple[str, ...]) -> Toggle | None:
    if NO_SWITCHES.intersection(before):
        return None
    if ending[0] == "debug" and before and before[-1] in DEBUG_LOOKALIKES:
        return None
    if toggle.open == "false" and OFF_WORDS.intersection(before):
        return Toggle(toggle.subject, "true", toggle.severity, toggle.confidence)
    return toggle


def _sense(parts: tuple[str, ...], subject: str, severity: Severity, confidence: Confidence) -> Toggle | None:
    named = frozenset(parts)
    if subject in WHOLE_APPLICATION and (named & METHOD_WORDS or not _is_adjacent(parts)):
        return None
    verifies = subject in TRANSPORT and named & VERIFY_WORDS
    if verifies:
        subject = "certificate verification"
    if named & OFF_WORDS:
        return Toggle(subject, "true", severity, confidence)
    if subject in TRANSPORT and not named & (PASSWORD_TRANSPORTS | DEMANDING_WORDS):
        confidence = "low"
    if named & ON_WORDS or parts[-1] in BARE_SWITCHES:
        return Toggle(subject, "false", severity, confidence)
    return None


def _is_adjacent(parts: tuple[str, ...]) -> bool:
    """Whether a verb stands next to the subject: `AUTH_ENABLED`, not `SESSION_AUTH_REUSE_ENABLED`."""
    verbs = ON_WORDS | OFF_WORDS
    return any({one, two} & WHOLE_WORDS and {one, two} & verbs for one, two in pairwise(parts))


def override(name: str) -> Override | None:
    """What a flag of this name removes when it is set; None when the name does not say so."""
    parts = words(name)
    if "for" in parts and not {"tests", "test", "testing"}.isdisjoint(parts):
        return Override("the production behavior")
    if parts[:1] == ("ephemeral",):
        return Override(DANGERS["ephemeral"])
    if "async" in parts:
        return None  # DJANGO_ALLOW_ASYNC_UNSAFE is about threads
    for position, part in enumerate(parts):
        following = parts[position + 1 : position + 1 + VERB_REACH]
        if part in REMOVING_VERBS:
            for other in (*following, *parts[max(position - 1, 0) : position]):
                if other in PROTECTIONS and not (other in ("secret", "secrets") and other not in following[:1]):
                    return Override(PROTECTIONS[other])
        if part in ADMITTING_VERBS:
            for other in following:
                if other in DANGERS and not (part in ("use", "enable") and other in ("local", "memory")):
                    return Override(DANGERS[other])
    return None
