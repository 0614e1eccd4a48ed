"""What names say: secrets, environment names, stores, stand-ins, tests.

A name alone is weak evidence: it settles nothing without a value, a flow or a receiver. All tables hold lower-case
words; `words` splits a name into them.
"""

from functools import lru_cache
from typing import Literal

from msgspec import Struct

from aether_lint.catalog.word_list import word_set

NAMES_KEPT = 1 << 15  # split names that are remembered [a service of 140,000 lines asks for 9,000, eight times each]

Direction = Literal["inbound", "outbound", "unknown"]
"""inbound: signs, encrypts or authenticates callers here. outbound: shown to another service."""


class SecretName(Struct, frozen=True):
    """What a name's last word promises ("password", "signing key"), and which way the secret faces."""

    label: str
    direction: Direction


class Receiver(Struct, frozen=True):
    """What a receiver of this name probably is: subject for messages, and role as in `clients.Role`."""

    subject: str
    role: str


SECRET_WORDS: dict[str, str] = {
    "password": "password", "passwd": "password", "passphrase": "passphrase", "pwd": "password", "pass": "password",
    "passwords": "password", "secret": "secret", "secrets": "secret", "token": "token", "apikey": "API key",
    "credential": "credential", "credentials": "credential", "pepper": "pepper", "salt": "salt", "pin": "PIN",
    "secretkey": "secret key", "authtoken": "token", "accesskey": "access key", "signingkey": "signing key",
    "jwtsecret": "secret", "apitoken": "token", "apikeys": "API key",
}  # fmt: skip
"""Last words that are themselves a secret."""

KEY_QUALIFIERS: dict[str, str] = {
    "secret": "secret key", "signing": "signing key", "sign": "signing key", "signature": "signing key",
    "encryption": "encryption key", "encrypt": "encryption key", "crypto": "encryption key", "cipher": "encryption key",
    "fernet": "encryption key", "aes": "encryption key", "data": "", "master": "master key", "private": "private key",
    "hmac": "HMAC key", "mac": "HMAC key", "jwt": "JWT key", "jwe": "encryption key", "api": "API key",
    "access": "access key", "auth": "authentication key", "admin": "administrator key", "session": "session key",
    "cookie": "cookie key", "csrf": "CSRF key", "webhook": "webhook key", "shared": "shared key", "vault": "vault key",
    "license": "", "service": "service key", "server": "", "internal": "internal key", "security": "security key",
    "app": "application key", "flask": "application key", "django": "application key", "token": "token key",
    "kek": "encryption key", "wallet": "wallet key", "signer": "signing key", "hash": "", "account": "account key",
    "storage": "storage key", "role": "service key",
}  # fmt: skip
"""Words before a final `key` or `keys` that make it a secret; an empty label means that they do not."""

NOT_SECRET_WORDS: frozenset[str] = word_set(
    """
    url uri path file dir directory folder base interval timeout ttl issuer namespace selector prefix suffix label
    header
    name id ids arn algorithm algo length size min max count limit expiry expiration expires expire exp lifetime age
    minutes seconds hours days rate rotation version provider backend type format mode enabled required policy class
    endpoint host port user username email scheme method field column param parameter location source store manager
    regex pattern hint reset validity window budget index cost rounds iterations public audience scope scopes
    encoding model usage per kind status state domain samesite secure httponly strategy mount role
    """
)
"""Last words that turn a secret's name into something about it (`TOKEN_TTL`, `SECRET_NAME`, `PASSWORD_FILE`)."""

NOT_SECRET_BEFORE_TOKEN: frozenset[str] = word_set(
    """
    max min pad bos eos unk mask sep cls stop start end special next page continuation completion prompt input output
    cancellation sync delimiter separator query native erc20 gas payment base quote pool csrf_cookie
    """
)
"""Words directly before a final `token` that make it a text unit, a cursor or a coin."""

NOT_SECRET_BEFORE_KEY: frozenset[str] = word_set(
    """
    public primary foreign partition sort cache redis s3 object lookup unique idempotency routing group order map
    dictionary metric label annotation json yaml config setting env environment state row column field index natural
    surrogate hot short shortcut stream queue topic lock rate limit limiter dedupe correlation event message storage
    """
)

OUTBOUND_WORDS: frozenset[str] = word_set(
    """
    openai anthropic azure aws amazon gcp google gemini cohere mistral groq huggingface hf ollama deepseek openrouter
    replicate pinecone weaviate qdrant elastic elasticsearch opensearch slack discord telegram twilio sendgrid mailgun
    mailchimp postmark ses smtp imap email mail stripe paypal braintree plaid github gitlab bitbucket jira confluence
    notion linear datadog newrelic sentry grafana prometheus influx influxdb postgres postgresql pg mysql mariadb
    mongo mongodb redis rabbitmq amqp kafka nats db database sql clickhouse snowflake bigquery minio s3 ldap oidc oauth
    client bot vendor upstream remote proxy registry docker npm pypi coingecko alchemy infura etherscan binance kraken
    coinbase maps weather serper tavily exa langsmith langfuse wandb comet mlflow neo4j cassandra consul etcd zookeeper
    celery broker sms push fcm apns cloudflare vercel netlify firebase supabase auth0 okta keycloak vault
    """
)
"""Words that mean somebody else checks the secret: left empty it only omits a header or fails to log in."""

INBOUND_WORDS: frozenset[str] = word_set(
    """
    jwt session cookie csrf signing sign signature signer hmac mac encryption encrypt cipher fernet webhook master admin
    superuser root internal shared app application flask django server pepper salt secret verification reset
    """
)
"""Words that mean the secret signs, encrypts or authenticates here."""

PLACEHOLDER_WORDS: tuple[str, ...] = (
    "change", "changeme", "changeit", "replace", "your", "placeholder", "example", "insecure", "default", "dummy",
    "sample", "todo", "fixme", "xxx", "dev", "test", "unsafe", "temp", "not-secure", "not-for-production",
)  # fmt: skip
"""Parts of a literal that says itself that it is no real secret; it is accepted all the same."""

EMULATOR_VALUES: frozenset[str] = word_set(
    """
    EMPTY empty none None null not-needed not_needed notneeded no-key no-key-required ollama lm-studio
    sk-no-key-required
    anonymous guest minioadmin local localstack unused n/a na
    """
)
"""Literals that local emulators and keyless servers expect."""

LOCAL_HOSTS: frozenset[str] = frozenset({"localhost", "127.0.0.1", "::1", "[::1]", "host.docker.internal"})

ENVIRONMENT_NAMES: frozenset[str] = word_set(
    """
    APP_ENV ENV ENVIRONMENT PYTHON_ENV FASTAPI_ENV FLASK_ENV DJANGO_ENV NODE_ENV STAGE DEPLOY_ENV DEPLOYMENT_ENV
    RUNTIME_ENV RUN_ENV APP_ENVIRONMENT DEPLOYMENT_ENVIRONMENT DEPLOY_ENVIRONMENT SENTRY_ENVIRONMENT APP_STAGE
    DEPLOY_STAGE DEPLOYMENT_STAGE APP_MODE RUN_MODE APP_PROFILE PROFILE TIER DEPLOYMENT_TIER ENV_NAME ENVIRONMENT_NAME
    SERVICE_ENV SYSTEM_ENV PROJECT_ENV RAILWAY_ENVIRONMENT VERCEL_ENV
    """
)
"""Variables whose value is the name of the environment; so is every name that ends in `_ENV` or `_ENVIRONMENT`."""

PRODUCTION_VALUES: frozenset[str] = frozenset({"prod", "production", "live", "prd"})
STAGING_VALUES: frozenset[str] = frozenset({"staging", "stage", "stg", "preprod", "pre-production", "uat"})
NON_PRODUCTION_VALUES: frozenset[str] = frozenset(
    {
        "dev",
        "development",
        "develop",
        "local",
        "localhost",
        "test",
        "testing",
        "tests",
        "ci",
        "sandbox",
        "demo",
        "debug",
    }
)

PLATFORM_MARKERS: frozenset[str] = word_set(
    """
    KUBERNETES_SERVICE_HOST AWS_LAMBDA_FUNCTION_NAME K_SERVICE DYNO WEBSITE_SITE_NAME RAILWAY_ENVIRONMENT FLY_APP_NAME
    RENDER VERCEL ECS_CONTAINER_METADATA_URI ECS_CONTAINER_METADATA_URI_V4
    """
)
"""Variables that a hosting platform sets in every process: evidence of production."""

TEST_VARIABLES: frozenset[str] = word_set(
    """
    PYTEST_CURRENT_TEST PYTEST_VERSION PYTEST_XDIST_WORKER PYTEST_RUNNING TESTING TEST_MODE UNIT_TEST UNIT_TESTING
    RUNNING_TESTS IS_TEST IS_TESTING UNDER_TEST TEST_ENV TEST_ENVIRONMENT
    """
)
"""Variables that say a test runs; anybody can set them in production too."""

TEST_MODULES: frozenset[str] = frozenset({"pytest", "_pytest", "unittest", "nose", "hypothesis"})
"""`"pytest" in sys.modules` is a test gate."""

TEST_WORDS: frozenset[str] = frozenset(
    {"test", "tests", "testing", "pytest", "unittest", "conftest", "fixture", "fixtures"}
)

STAND_IN_WORDS: dict[str, str] = {
    "mock": "a mock", "mocked": "a mock", "stub": "a stub", "stubbed": "a stub", "fake": "a fake", "dummy": "a dummy",
    "simulated": "a simulation", "simulation": "a simulation", "simulator": "a simulation",
    "placeholder": "a placeholder",
    "sample": "sample data", "noop": "a no-op", "nop": "a no-op", "null": "a no-op", "inmemory": "an in-memory store",
    "ephemeral": "an ephemeral store", "volatile": "a volatile store", "shim": "a shim", "fallback": "a fallback",
    "synthetic": "synthetic data", "demo": "demo data",
}  # fmt: skip
"""Words in a class, function or log text that call a thing a stand-in."""

IN_MEMORY_PREFIXES: tuple[tuple[str, ...], ...] = (
    ("in", "memory"),
    ("memory",),
    ("mem",),
    ("local",),
    ("process", "local"),
)
"""Leading words of a class name that, before a store word, mean process-local (`InMemorySessionStore`)."""

MEMORY_DOMAIN_WORDS: frozenset[str] = frozenset(
    {"episodic", "semantic", "agent", "conversation", "long", "short", "working"}
)
"""Words around `memory` that make it the product's own noun."""

RECEIVERS: dict[str, Receiver] = {
    "redis": Receiver("Redis", "store"),
    "valkey": Receiver("Valkey", "store"),
    "memcached": Receiver("Memcached", "cache"),
    "memcache": Receiver("Memcached", "cache"),
    "db": Receiver("the database", "store"),
    "database": Receiver("the database", "store"),
    "engine": Receiver("the database", "store"),
    "dsn": Receiver("the database", "store"),
    "postgres": Receiver("PostgreSQL", "store"),
    "postgresql": Receiver("PostgreSQL", "store"),
    "pg": Receiver("PostgreSQL", "store"),
    "timescale": Receiver("TimescaleDB", "store"),
    "mysql": Receiver("MySQL", "store"),
    "mongo": Receiver("MongoDB", "store"),
    "mongodb": Receiver("MongoDB", "store"),
    "dynamodb": Receiver("DynamoDB", "store"),
    "pool": Receiver("the connection pool", "store"),
    "conn": Receiver("the database connection", "store"),
    "connection": Receiver("the database connection", "store"),
    "cursor": Receiver("the database connection", "store"),
    "session": Receiver("the database session", "store"),
    "repo": Receiver("the repository", "store"),
    "repository": Receiver("the repository", "store"),
    "dao": Receiver("the repository", "store"),
    "store": Receiver("the store", "store"),
    "storage": Receiver("the storage", "objects"),
    "bucket": Receiver("the object store", "objects"),
    "s3": Receiver("Amazon S3", "objects"),
    "minio": Receiver("MinIO", "objects"),
    "blob": Receiver("the object store", "objects"),
    "queue": Receiver("the queue", "queue"),
    "broker": Receiver("the message broker", "queue"),
    "producer": Receiver("the event producer", "stream"),
    "publisher": Receiver("the event publisher", "queue"),
    "kafka": Receiver("Kafka", "stream"),
    "nats": Receiver("NATS", "queue"),
    "rabbitmq": Receiver("RabbitMQ", "queue"),
    "amqp": Receiver("RabbitMQ", "queue"),
    "sqs": Receiver("Amazon SQS", "queue"),
    "pubsub": Receiver("the event bus", "queue"),
    "outbox": Receiver("the outbox", "queue"),
    "ledger": Receiver("the ledger", "store"),
    "journal": Receiver("the journal", "store"),
    "audit": Receiver("the audit log", "store"),
    "auditor": Receiver("the audit log", "store"),
    "celery": Receiver("the task queue", "queue"),
    "scheduler": Receiver("the scheduler", "jobs"),
    "lock": Receiver("the lock", "lock"),
    "lease": Receiver("the lease", "lock"),
    "leader": Receiver("the leader election", "lock"),
    "limiter": Receiver("the rate limiter", "limiter"),
    "ratelimiter": Receiver("the rate limiter", "limiter"),
    "sessions": Receiver("the session store", "session"),
    "checkpointer": Receiver("the checkpoint store", "store"),
    "checkpoint": Receiver("the checkpoint store", "store"),
    "saver": Receiver("the checkpoint store", "store"),
    "vault": Receiver("Vault", "secrets"),
    "secrets": Receiver("the secret store", "secrets"),
    "keyring": Receiver("the key store", "keys"),
    "keystore": Receiver("the key store", "keys"),
    "kms": Receiver("the key service", "keys"),
    "hsm": Receiver("the key service", "keys"),
    "signer": Receiver("the signer", "keys"),
    "elasticsearch": Receiver("Elasticsearch", "search"),
    "opensearch": Receiver("OpenSearch", "search"),
    "qdrant": Receiver("Qdrant", "vectors"),
    "vectorstore": Receiver("the vector store", "vectors"),
    "neo4j": Receiver("Neo4j", "store"),
    "influx": Receiver("InfluxDB", "store"),
    "clickhouse": Receiver("ClickHouse", "store"),
    "etcd": Receiver("etcd", "coordination"),
    "consul": Receiver("Consul", "coordination"),
    "k8s": Receiver("the Kubernetes API", "cluster"),
    "kubernetes": Receiver("the Kubernetes API", "cluster"),
    "cache": Receiver("the cache", "cache"),
    "mailer": Receiver("the mail server", "email"),
    "smtp": Receiver("the mail server", "email"),
}
"""Words of a receiver's name; low confidence, and only together with a durable operation on it."""


OWN_KEYS = frozenset({
    "encryption key", "signing key", "session key", "cookie key", "CSRF key", "secret key", "JWT key",
})  # fmt: skip
"""Labels of the keys with which a service signs and encrypts for itself."""


@lru_cache(NAMES_KEPT)
def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a snake, kebab, dotted or camel-case name: `jwtSecretKey` -> jwt, secret, key."""
    parts: list[str] = []
    current = ""
    for position, character in enumerate(name):
        following = name[position + 1 : position + 2]
        starts = character.isupper() and current and (not current[-1].isupper() or following.islower())
        if not character.isalnum() or starts:
            parts.append(current)
            current = ""
        if character.isalnum():
            current += character
    parts.append(current)
    return tuple(part.lower() for part in parts if part)


def secret(name: str) -> SecretName | None:
    """The secret that a variable of this name holds, by its last words; None when it is no secret."""
    parts = [part for part in words(name) if not part.isdigit()]
    while parts and parts[-1] in {"default", "b64", "base64", "hex", "value", "str", "string", "current", "v1", "v2"}:
        parts.pop()
    if not parts or parts[-1] in NOT_SECRET_WORDS:
        return None
    before = parts[-2] if len(parts) > 1 else ""
    label = _label(parts[-1], before)
    return SecretName(label, _direction(parts)) if label else None


def _label(last: str, before: str) -> str:
    if last in {"key", "keys"}:
        if before in NOT_SECRET_BEFORE_KEY and before not in KEY_QUALIFIERS:
            return ""
        return KEY_QUALIFIERS.get(before, "")
    if last in {"token", "tokens"}:
        plural_bearer = last == "token" or before in {"api", "auth", "bearer", "admin", "access", "service", "static"}
        return "token" if plural_bearer and before not in NOT_SECRET_BEFORE_TOKEN else ""
    return SECRET_WORDS.get(last, "")


def _direction(parts: list[str]) -> Direction:
    named = set(parts)
    if parts[-2:] == ["api", "secret"]:
        return "outbound"
    if named & OUTBOUND_WORDS and "webhook" not in named:
        return "outbound"
    return "inbound" if named & INBOUND_WORDS else "unknown"


def is_environment_name(variable: str) -> bool:
    """Whether the value of this variable is the name of the environment."""
    upper = variable.upper()
    return upper in ENVIRONMENT_NAMES or upper.endswith(("_ENV", "_ENVIRONMENT", "_STAGE"))


def receiver(name: str) -> Receiver | None:
    """What a variable or attribute of this name probably is; the last telling word decides."""
    return next((RECEIVERS[word] for word in reversed(words(name)) if word in RECEIVERS), None)


HOUSEKEEPING_WORDS: frozenset[str] = word_set(
    """
    close shutdown stop cleanup clean purge track touch heartbeat notify emit record log audit metric metrics
    stats invalidate refresh warm ping health expire
    """
)
"""Words of functions whose lost write costs bookkeeping, not data."""

TOGGLE_WORDS = frozenset(
    {"enable", "enabled", "disable", "disabled", "use", "is", "has", "skip", "allow", "allowed", "require", "required"}
)
"""First or last words of switches: that one is off is a choice, not a missing address."""


def names_toggle(variable: str) -> bool:
    """Whether a variable is a switch by its name."""
    parts = words(variable)
    return bool(parts) and (parts[0] in TOGGLE_WORDS or parts[-1] in TOGGLE_WORDS)
