"""Words that tell what a call at start-up is for, and exceptions that are an expected outcome.

A word is one part of a name split at dots, underscores and capitals. These tables only rule calls out (logging,
telemetry, clean-up) or rank calls that nothing else identifies; a catalogued client needs none of them.
"""

from collections.abc import Iterable

from aether_lint.catalog import tokens

LOGGING = frozenset({
    "banner", "console", "debugpy", "echo", "format_exc", "log", "logfire", "logger", "logging", "logs",
    "notify_user", "pprint", "print", "print_exc", "rich", "secho", "stderr", "stdout", "structlog", "traceback",
    "warn", "warning", "warnings",
})  # fmt: skip
LOG_SETUP = frozenset({"log", "logger", "loggers", "logging"})
"""Parts of names of functions and classes that set up the log."""

LOG_METHODS = frozenset({
    "acritical", "adebug", "aerror", "aexception", "ainfo", "awarning", "critical", "debug", "echo", "error",
    "exception", "fatal", "info", "log", "print", "success", "trace", "warn", "warning",
})  # fmt: skip

TELEMETRY = frozenset({
    "agentops", "amplitude", "analytics", "arize", "ascii", "banner", "datadog", "ddtrace", "faulthandler",
    "googlecloudprofiler", "instrument", "instrumentation", "instrumentator", "instrumentor", "langfuse", "logo",
    "metric", "metrics", "mixpanel", "newrelic", "observability", "openinference", "opentelemetry",
    "otel", "posthog", "profiler", "profiling", "prometheus", "psutil", "pyroscope", "rlimit", "sdnotify", "sentry",
    "setproctitle", "setrlimit", "span", "statsd", "telemetry", "trace", "tracemalloc", "tracer", "traces",
    "tracing", "uvloop", "webbrowser",
})  # fmt: skip
"""Watching the program or decorating its start: no answer depends on it."""

UPDATE_CHECK = frozenset({
    "check_for_new_version", "check_for_update", "check_for_updates", "check_latest_version", "check_new_version",
    "check_update", "check_updates", "check_version", "fetch_latest_version", "latest_version", "update_check",
    "version_check",
})  # fmt: skip

WARM_UP = frozenset({"heat", "preheat", "prewarm", "prime", "warm", "warmer", "warming", "warmup"})
"""Filling ahead of time what is filled on demand anyway."""

CLEAN_UP = frozenset({
    "aclose", "aexit", "cancel", "clean", "cleanup", "close", "closed", "collect", "delete", "deregister",
    "disconnect", "dispose", "evict", "exit", "expire", "expunge", "flush", "gc", "join", "kill", "prune", "purge",
    "reap", "release", "remove", "rmtree", "rollback", "shutdown", "stop", "sweep", "teardown", "terminate", "unlink",
    "unregister", "unsubscribe", "wait_closed",
})  # fmt: skip
"""Tidying: what stays behind when it fails is found again."""

START_VERBS = frozenset({
    "activate", "apply", "attach", "backfill", "bind", "boot", "bootstrap", "bring", "build", "check", "configure",
    "connect", "consume", "create", "declare", "discover", "enable", "ensure", "fetch", "hydrate", "import", "init",
    "initialise", "initialize", "install", "launch", "listen", "load", "make", "migrate", "mount", "open", "ping",
    "populate", "prepare", "provision", "rebuild", "reconcile", "recover", "refresh", "register", "reload", "replay",
    "restore", "resume", "resync", "run", "schedule", "seed", "serve", "set", "setup", "start", "subscribe", "sync",
    "synchronize", "upgrade", "validate", "verify",
})  # fmt: skip
"""What start-up does on which later answers depend; decides only where no client is known."""

ROUTING = frozenset({
    "add_router", "add_routes", "add_url_rule", "autodiscover_tasks", "blueprint", "include_router",
    "include_routers", "include_routes", "mount", "register_blueprint", "register_blueprints", "register_routers",
    "register_routes", "setup_routes",
})  # fmt: skip
"""Calls that put parts of the application in place."""

EXPECTED = frozenset({
    "Canceled", "Cancelled", "Conflict", "Decode", "Deprecat", "Duplicate", "Empty", "Exist", "Exists", "Exit",
    "Found", "Integrity", "Interrupt", "Locked", "Lookup", "NoSuch", "NotReady", "Operational", "Parse",
    "Programming", "Skip", "Stop", "Syntax", "Unique", "Validation",
})  # fmt: skip
"""Parts of the names of exceptions that are an outcome, not a failure: also of a schema that is not there yet."""

HOUSEKEEPING = frozenset({
    "cleaner", "cleanup", "eviction", "heartbeat", "housekeeping", "janitor", "prune", "pruner", "purge", "purger",
    "reaper", "retention", "sweep", "sweeper", "vacuum",
})  # fmt: skip
"""Parts of the names of what may be late: it catches up."""

PREDICATES = frozenset({"are", "can", "has", "is", "needs", "should", "supports", "was"})
"""First words of functions that only answer a question."""

ANSWERS = frozenset({
    "available", "configured", "enabled", "exists", "installed", "running", "supported", "use", "used",
})  # fmt: skip
"""Last words of functions that only answer a question."""

SAYINGS = frozenset({"announce", "describe", "display", "greet", "log", "notify", "print", "report", "show", "warn"})
"""First words of functions that only tell somebody."""

FAILURES = frozenset({"error", "errors", "exception", "failure", "failures"})
"""What functions that begin with `handle` or `on` are called for."""

RECORD_VERBS = frozenset({
    "coerce", "convert", "decode", "deserialize", "extract", "format", "from", "handle", "normalise", "normalize",
    "parse", "process", "render", "serialize", "transform", "validate",
})  # fmt: skip
"""What is done to one record among many."""

ENVIRONMENTAL_BUILTINS = frozenset({
    "ConnectionError", "ConnectionRefusedError", "ConnectionResetError", "EnvironmentError", "IOError", "OSError",
    "TimeoutError",
})  # fmt: skip
"""Builtin exceptions by which something outside the program fails."""

STATUS_WORDS = frozenset({
    "attempt", "attempts", "available", "backoff", "connected", "count", "counter", "degraded", "delay", "done",
    "enabled", "error", "errors", "exc", "exception", "failed", "failure", "failures", "health", "healthy",
    "initialized", "issue", "issues", "last", "message", "messages", "mode", "ok", "problem", "problems", "ready",
    "reason", "retries", "retry", "running", "started", "state", "status", "success", "unhealthy", "warning",
    "warnings",
})  # fmt: skip
"""Names that a handler writes to keep account of the failure."""

HEALTH_WORDS = frozenset({
    "health", "healthcheck", "healthy", "healthz", "liveness", "livez", "readiness", "ready", "readyz", "status",
})  # fmt: skip
"""Parts of the names and paths of handlers by which an orchestrator asks whether the service may serve."""

NEUTRAL_MODULES = frozenset({
    "abc", "argparse", "ast", "atexit", "attr", "attrs", "base64", "bisect", "builtins", "cgi", "click", "codecs",
    "collections", "configparser", "contextlib", "contextvars", "copy", "csv", "dataclasses", "datetime", "decimal",
    "dotenv", "enum", "errno", "fnmatch", "functools", "gc", "getpass", "glob", "grp", "hashlib", "heapq", "hmac",
    "html", "importlib", "inspect", "io", "itertools", "json", "locale", "logging", "math", "msgspec",
    "multiprocessing", "nest_asyncio", "numbers", "numpy", "operator", "orjson", "os", "packaging", "pandas",
    "pathlib", "pkg_resources", "platform", "platformdirs", "pwd", "pydantic", "queue", "random", "re", "secrets",
    "shutil", "signal", "stat", "string", "struct", "sys", "tempfile", "textwrap", "threading", "time", "toml",
    "tomli", "tomllib", "torch", "traceback", "typer", "types", "typing", "ujson", "urllib", "uuid", "warnings",
    "weakref", "yaml",
})  # fmt: skip
"""Top-level modules whose calls compute, parse or look: their failure is a defect of the code or of a file."""


def words(name: str) -> frozenset[str]:
    """The words of a dotted name."""
    return frozenset(w for part in name.replace(":", ".").replace(">", ".").split(".") for w in tokens.words(part))


def any_word(names: Iterable[str], table: frozenset[str]) -> bool:
    """Whether a word of a name is in a table."""
    return any(not words(name).isdisjoint(table) for name in names)
