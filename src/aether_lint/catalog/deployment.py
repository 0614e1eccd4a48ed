"""Words by which code asks where it runs, and where it keeps its configuration."""

from aether_lint.catalog.tokens import PRODUCTION_VALUES, words

SETTINGS_NAMES = frozenset({"settings", "config", "conf", "cfg", "configuration", "environ"})
"""Last words of objects whose attributes are configuration: an attribute that is empty was not set."""

PRODUCTION_PREDICATES = frozenset(
    {"is_production", "is_prod", "in_production", "in_prod", "production", "running_in_production", "production_mode",
     "is_live", "is_production_env", "is_production_environment", "is_prod_env", "prod"}
)  # fmt: skip
"""Functions, properties and variables that are true in production."""

TEST_PREDICATES = frozenset(
    {"is_testing", "testing", "is_test", "test_mode", "under_test", "in_test", "in_tests", "running_tests", "is_debug",
     "debug", "debug_mode", "is_development", "is_dev", "is_local", "development", "dev_mode", "development_mode"}
)  # fmt: skip
"""The same for what is never true in production."""


ADDRESS_WORDS = frozenset(
    [
        "url",
        "uri",
        "urls",
        "dsn",
        "host",
        "hosts",
        "hostname",
        "addr",
        "address",
        "endpoint",
        "endpoints",
        "server",
        "servers",
        "broker",
        "brokers",
        "path",
        "dir",
        "file",
        "key",
        "token",
        "secret",
        "password",
        "user",
        "username",
        "name",
        "id",
        "port",
        "region",
        "bucket",
        "arn",
        "database",
        "db",
        "queue",
        "topic",
        "project",
        "account",
        "credentials",
        "cert",
        "certificate",
        "ca",
    ]
)
"""Last words of variables that hold an address, a name or a credential: setting one configures, it does not switch."""


QUANTITY_WORDS = frozenset(
    {"ttl", "timeout", "expire", "expires", "expiry", "expiration", "seconds", "secs", "minutes", "hours", "days",
     "ms", "interval", "delay", "age", "size", "limit", "max", "min", "count", "level", "format", "version", "prefix",
     "retries", "threshold", "ratio", "rate"}
)  # fmt: skip
"""Last words of variables that hold a number or a style: an unset one has a sensible value."""


def is_quantity(variable: str) -> bool:
    """Whether a variable holds a number or a style, and no choice of a service."""
    parts = words(variable)
    return bool(parts) and parts[-1] in QUANTITY_WORDS


def is_address(variable: str) -> bool:
    """Whether a variable holds an address, a name or a credential rather than a switch."""
    parts = words(variable)
    return bool(parts) and parts[-1] in ADDRESS_WORDS


def is_settings_name(name: str) -> bool:
    """Whether an object of this name holds configuration."""
    parts = words(name)
    return bool(parts) and parts[-1] in SETTINGS_NAMES


def is_production(text: str) -> bool:
    """Whether an environment of this name is production."""
    return text.lower() in PRODUCTION_VALUES


def is_production_predicate(name: str) -> bool:
    """Whether something of this name is true in production."""
    return name.lower().strip("_") in PRODUCTION_PREDICATES


def is_debug(name: str) -> bool:
    """Whether something of this name is the debug switch of a framework or project."""
    return name.lower().strip("_") in ("debug", "is_debug", "debug_mode")


def is_test_predicate(name: str) -> bool:
    """Whether something of this name is never true in production."""
    return name.lower().strip("_") in TEST_PREDICATES
