"""What a literal is when it stands where a secret should: a value that works, or something else."""

from aether_lint.catalog import toggles, tokens

REFERENCE_PREFIXES = (
    "env:",
    "file:",
    "vault:",
    "secret:",
    "ssm:",
    "arn:",
    "op://",
    "gcp-secret",
    "sm://",
    "http://",
    "https://",
)
SCALARS = toggles.TRUE_TEXTS | toggles.FALSE_TEXTS | {"none", "null", "nil", "undefined"}
URL_NAMES = frozenset({"url", "uri", "dsn", "database", "broker", "backend"})


def is_secret_literal(text: str, name: str) -> bool:
    """Whether a literal would be accepted as the secret of this name."""
    value = text.strip()
    if not value or is_template(value) or is_path(value) or value.lower().startswith(REFERENCE_PREFIXES):
        return False
    if value in tokens.EMULATOR_VALUES or value.lower() in SCALARS - {"1", "0"}:
        return False
    return not _is_its_own_name(value, name)


def is_template(text: str) -> bool:
    """Whether a text is filled in by something else (`${VAR}`, `{{ x }}`, `<token>`, `%(x)s`)."""
    return text.startswith(("$", "{", "<", "%(")) or "${" in text or "{{" in text


def is_path(text: str) -> bool:
    """Whether a text is the path of a file."""
    return text.startswith(("/", "./", "../", "~/")) or text.endswith(
        (".pem", ".key", ".json", ".yaml", ".yml", ".txt")
    )


def _is_its_own_name(value: str, name: str) -> bool:
    """`TOKEN_FIELD = "token_field"`: the name of a field, cookie or header; a password may well be "password"."""
    said = tokens.words(value)
    return len(said) > 1 and said == tokens.words(name) and tokens.words(name)[-1] in ("token", "tokens", "credentials")


def is_placeholder(text: str) -> bool:
    """Whether a literal says itself that it is none."""
    lowered = text.lower()
    return any(word in lowered for word in tokens.PLACEHOLDER_WORDS)


def is_local_url(url: str) -> bool:
    """Whether a URL names a service on this machine."""
    host = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    return host.rpartition(":")[0] in tokens.LOCAL_HOSTS or host in tokens.LOCAL_HOSTS


def credentials(url: str) -> str | None:
    """The password in a URL (`scheme://user:password@host`), or None; templates and unknown parts are no password."""
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme.replace("+", "").replace("-", "").replace(".", "").isalnum():
        return None
    authority = rest.partition("/")[0]
    userinfo, at, _ = authority.rpartition("@")
    _, colon, password = userinfo.partition(":")
    if not (at and colon and password) or is_template(password) or "\x00" in password:
        return None
    return None if set(password) <= {"*", "x", "X", "."} else password
