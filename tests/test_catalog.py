"""The tables of names hold what they promise: names exist, lookups answer, nothing is listed twice."""

import importlib
from collections.abc import Iterable

import pytest

from aether_lint.catalog import (
    ciphers,
    client_modules,
    clients,
    distributions,
    env_apis,
    hashers,
    hooks,
    lossless,
    operations,
    polarity,
    servers,
    toggles,
    tokens,
    volatile,
    work_factors,
)

# Names of another version of a package, of another package with the same import name, or found on instances alone.
ELSEWHERE = frozenset(
    """
    crypt.crypt uuid.uuid7 posix.urandom dict list set hash dramatiq.results.backends.RedisBackend
    asyncio.get_event_loop.create_task asyncio.get_running_loop.create_task
    blacksheep.Application.on_start blacksheep.Application.after_start blacksheep.Application.on_stop
    blacksheep.server.application.Application.on_start blacksheep.server.application.Application.after_start
    blacksheep.server.application.Application.on_stop
    falcon.asgi.App.process_startup falcon.asgi.App.process_shutdown
    fastapi_limiter.FastAPILimiter.init
    dynaconf.LazySettings.get dynaconf.Dynaconf.get
    environ.var environ.bool_var environ.Env.unicode environ.FileAwareEnv.unicode
    mcp.server.fastmcp.FastMCP mcp.server.fastmcp.FastMCP.run
    moto.mock_s3 moto.mock_dynamodb moto.mock_sqs
    motor.MotorClient motor.motor_tornado.MotorClient hypercorn.trio.serve
    pydantic.env_settings.BaseSettings
    django.contrib.auth.hashers.UnsaltedMD5PasswordHasher django.contrib.auth.hashers.UnsaltedSHA1PasswordHasher
    django.contrib.auth.hashers.SHA1PasswordHasher
    flask.Blueprint.before_app_first_request
    """.split()  # noqa: SIM905
)
NAMESPACES = frozenset({"google", "azure", "opentelemetry"})  # one of several distributions may be there
MAY_BE_GONE = ("starlette.applications.Starlette.", "starlette.routing.Router.", "fastapi.FastAPI.", "flask.Flask.")


def _qualified() -> Iterable[str]:
    yield from clients.CLIENTS
    yield from volatile.VOLATILE
    yield from hashers.HASHERS
    yield from ciphers.PRIMITIVES
    yield from env_apis.ENV_APIS
    yield from env_apis.SETTINGS_BASES
    yield from hooks.HOOKS
    yield from servers.SERVERS
    yield from work_factors.COST_PARAMETERS


def _exists(qualified: str) -> bool:
    """Whether the name is there; a module that cannot be imported for other reasons is given the benefit."""
    parts = qualified.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
            for attribute in parts[length:]:
                found = getattr(found, attribute)
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith(parts[0]):
                return True  # an optional dependency of the package is not installed
            continue
        except AttributeError:
            continue
        except Exception:  # settings not configured, a binary of another version
            return True
        return True
    return False


def _by_package() -> dict[str, list[str]]:
    packages: dict[str, list[str]] = {}
    for name in _qualified():
        top = name.partition(".")[0]
        if name not in ELSEWHERE and top not in NAMESPACES and not name.startswith(MAY_BE_GONE):
            packages.setdefault(top, []).append(name)
    return packages


@pytest.mark.parametrize(("package", "names"), sorted(_by_package().items()))
@pytest.mark.filterwarnings("ignore")
def test_names_of_an_installed_package_exist(package: str, names: list[str]) -> None:
    try:
        importlib.import_module(package)
    except Exception:
        pytest.skip(f"{package} is not installed")
    missing = [name for name in names if not _exists(name)]
    assert missing == []


def test_redis_is_known_by_every_path() -> None:
    for name in (
        "redis.Redis",
        "redis.client.Redis",
        "redis.asyncio.Redis",
        "redis.asyncio.client.Redis",
        "redis.from_url",
    ):
        found = clients.lookup(name)
        assert found is not None
        assert found.subject == "Redis"


def test_a_module_is_known_by_its_longest_prefix() -> None:
    found = client_modules.of_module("google.cloud.storage.client")
    assert found is not None
    assert found.distribution == "google-cloud-storage"
    assert client_modules.of_module("google.cloud") is None


def test_boto_services_have_roles() -> None:
    found = clients.of_boto_service("secretsmanager")
    assert found is not None
    assert found.role == "secrets"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("sqlite+aiosqlite://", "memory"),
        ("sqlite+aiosqlite:///file:x?mode=memory&uri=true", "memory"),
        ("file::memory:?cache=shared", "memory"),
        (":memory:", "memory"),
        ("memory://", "memory"),
        ("cache+memory://", "memory"),
        ("sqlite:///./app.db", "local disk"),
        ("redis://localhost", None),
        ("postgresql://h/d", None),
        ("memory", None),
    ],
)
def test_urls_of_volatile_stores(url: str, kind: str | None) -> None:
    found = volatile.of_url(url)
    assert (found.kind if found else None) == kind


def test_every_hasher_below_the_line_is_fast_or_old() -> None:
    strong = {name for name, hasher in hashers.HASHERS.items() if hasher.strength >= hashers.ACCEPTABLE}
    assert "hashlib.sha256" not in strong
    assert "bcrypt.hashpw" in strong
    assert hashers.of_scheme("pbkdf2:sha256:600000") == 6
    assert hashers.of_scheme("plaintext") == 0


def test_import_names_lead_to_distributions() -> None:
    assert distributions.lookup("cv2") == "opencv-python"
    assert distributions.lookup("google.cloud.storage.blob") == "google-cloud-storage"
    assert distributions.lookup("requests") is None
    assert distributions.normalized("Flask_SQLAlchemy") == "flask-sqlalchemy"


def test_lossless_imports() -> None:
    assert lossless.lookup("numpy.linalg")
    assert lossless.lookup("urllib.parse")
    assert not lossless.lookup("redis")


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("is_allowed", "truthy"),
        ("can_access", "truthy"),
        ("is_revoked", "falsy"),
        ("is_rate_limited", "falsy"),
        ("check_rate_limit", "no raise"),
        ("load_profile", None),
    ],
)
def test_which_answer_of_a_control_lets_through(name: str, side: str | None) -> None:
    found = polarity.of_name(name)
    assert (found.lets_through if found else None) == side


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "JWT_SECRET",
        "DB_PASSWORD",
        "ADMIN_TOKEN",
        "OPENAI_API_KEY",
        "jwtSecret",
        "secret",
        "FERNET_KEY",
        "API_KEYS",
        "ENCRYPTION_KEY_V1",
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert tokens.secret(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "MAX_TOKENS",
        "TOKEN_TTL",
        "PASSWORD_MIN_LENGTH",
        "PUBLIC_KEY",
        "CACHE_KEY",
        "SECRET_NAME",
        "TOKEN_URL",
        "COOKIE_NAME",
        "PASSWORD_FILE",
        "USER",
        "NEXT_TOKEN",
        "KEY",
    ],
)
def test_names_that_only_look_like_secrets(name: str) -> None:
    assert tokens.secret(name) is None


def test_a_secret_faces_in_or_out() -> None:
    def direction(name: str) -> str | None:
        found = tokens.secret(name)
        return found.direction if found else None

    assert direction("JWT_SECRET") == "inbound"
    assert direction("WEBHOOK_SECRET") == "inbound"
    assert direction("STRIPE_API_KEY") == "outbound"
    assert direction("API_TOKEN") == "unknown"


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("DEBUG", "true"),
        ("APP_DEBUG", "true"),
        ("LOG_DEBUG", None),
        ("AUTH_ENABLED", "false"),
        ("DISABLE_AUTH", "true"),
        ("LDAP_AUTH_ENABLED", None),
        ("VERIFY_SSL", "false"),
        ("SKIP_SSL_VERIFY", "true"),
        ("TLS_INSECURE_SKIP_VERIFY", "true"),
        ("CORS_ORIGINS", "any"),
        ("AUTH_DEFAULT_ROLE", "admin"),
        ("KAFKA_SECURITY_PROTOCOL", "plaintext"),
        ("ENFORCE_CSRF", "false"),
        ("LDAP_SSL", "false"),
        ("LOG_LEVEL", None),
    ],
)
def test_open_position_of_switches(name: str, position: str | None) -> None:
    found = toggles.lookup(name)
    assert (found.open if found else None) == position


@pytest.mark.parametrize("name", ["ALLOW_INSECURE_DEFAULTS", "DISABLE_AUTH", "SKIP_VERIFY", "X_ALLOW_SQLITE_FOR_TESTS"])
def test_flags_that_remove_a_protection(name: str) -> None:
    assert toggles.override(name) is not None


@pytest.mark.parametrize("name", ["ALLOW_REGISTRATION", "FEATURE_X", "SKIP_INTRO"])
def test_flags_that_remove_nothing(name: str) -> None:
    assert toggles.override(name) is None


def test_environment_names() -> None:
    assert tokens.is_environment_name("APP_ENV")
    assert tokens.is_environment_name("MYSERVICE_ENVIRONMENT")
    assert not tokens.is_environment_name("VIRTUAL_ENVELOPE")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("jwtSecretKey", ("jwt", "secret", "key")),
        ("HTTPServer_v2", ("http", "server", "v2")),
        ("_db-pool.main", ("db", "pool", "main")),
        ("", ()),
    ],
)
def test_words_of_a_name(name: str, expected: tuple[str, ...]) -> None:
    assert tokens.words(name) == expected


def test_operations_and_receivers() -> None:
    assert operations.lookup("hset") == "write"
    assert operations.lookup("fetchrow") == "read"
    assert operations.lookup("ping") == "check"
    found = tokens.receiver("self._redis_client")
    assert found is not None
    assert found.subject == "Redis"


def test_argon2_profiles() -> None:
    assert work_factors.argon2_minimum(65_536) == 1
    assert work_factors.argon2_minimum(19_456) == 2
    assert work_factors.argon2_minimum(1_024) is None
    assert work_factors.scrypt_minimum(2**14) == 5


def test_django_environ_and_environs_are_read_alike() -> None:
    found = env_apis.lookup("environ.Env.bool")
    assert found is not None
    assert (found.cast, found.default_position) == ("bool", 1)
    found = env_apis.lookup("environs.Env.str")
    assert found is not None
    assert found.missing == "raises"
