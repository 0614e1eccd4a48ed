"""Clients of durable or shared services: which callable opens which service, and what it is called in a message.

`lookup` takes the qualified name of a constructor or factory, by its public or by its defining path,
`of_boto_service` the first argument of `boto3.client`.
"""

from typing import Literal

from msgspec import Struct

Role = Literal[
    "store", "cache", "lock", "queue", "stream", "objects", "search", "vectors", "secrets", "keys", "coordination",
    "cluster", "email", "directory", "session", "limiter", "jobs", "cloud",
]  # fmt: skip
Connects = Literal["construct", "await", "use"]
"""When an unreachable service first raises: in the constructor, when the result is awaited, or at the first command."""


class Client(Struct, frozen=True):
    """One service: the words for messages, what it is to a back end, and the distribution to install."""

    subject: str
    role: Role
    distribution: str
    connects: Connects = "use"


KEY_VALUE_STORES = frozenset({"Redis", "Valkey", "Memcached"})
"""Services that hold copies of what a database has as often as what is kept nowhere else."""

_POSTGRES = "PostgreSQL"
_ASYNCPG = Client(_POSTGRES, "store", "asyncpg", "await")
_PSYCOPG = Client(_POSTGRES, "store", "psycopg", "construct")
_PSYCOPG_POOL = Client(_POSTGRES, "store", "psycopg-pool")
_PSYCOPG2 = Client(_POSTGRES, "store", "psycopg2-binary", "construct")
_SQLALCHEMY = Client("the database", "store", "SQLAlchemy")
_REDIS = Client("Redis", "store", "redis")
_VALKEY = Client("Valkey", "store", "valkey")
_MONGO = Client("MongoDB", "store", "pymongo")
_MOTOR = Client("MongoDB", "store", "motor")
_KAFKA_PYTHON = Client("Kafka", "stream", "kafka-python", "construct")
_AIOKAFKA = Client("Kafka", "stream", "aiokafka", "await")
_CONFLUENT = Client("Kafka", "stream", "confluent-kafka")
_MEMCACHED = Client("Memcached", "cache", "pymemcache")
_LIMITS = Client("the shared rate-limit storage", "limiter", "limits")
_LANGGRAPH_PG = Client("the PostgreSQL checkpointer", "store", "langgraph-checkpoint-postgres", "construct")

_SERVICES: tuple[tuple[Client, str], ...] = (
    # relational
    (_PSYCOPG, "psycopg.connect psycopg.Connection.connect psycopg.connection.Connection.connect"),
    (
        Client(_POSTGRES, "store", "psycopg", "await"),
        "psycopg.AsyncConnection.connect psycopg.connection_async.AsyncConnection.connect",
    ),
    (
        _PSYCOPG_POOL,
        "psycopg_pool.ConnectionPool psycopg_pool.pool.ConnectionPool psycopg_pool.AsyncConnectionPool "
        "psycopg_pool.pool_async.AsyncConnectionPool psycopg_pool.NullConnectionPool "
        "psycopg_pool.AsyncNullConnectionPool",
    ),
    (
        _PSYCOPG2,
        "psycopg2.connect psycopg2.pool.ThreadedConnectionPool psycopg2.pool.SimpleConnectionPool "
        "psycopg2.pool.AbstractConnectionPool",
    ),
    (
        _ASYNCPG,
        "asyncpg.connect asyncpg.connection.connect asyncpg.create_pool asyncpg.pool.create_pool "
        "asyncpg.Pool asyncpg.pool.Pool",
    ),
    (Client(_POSTGRES, "store", "aiopg", "await"), "aiopg.connect aiopg.create_pool"),
    (Client("MySQL", "store", "aiomysql", "await"), "aiomysql.connect aiomysql.create_pool"),
    (Client("MySQL", "store", "asyncmy", "await"), "asyncmy.connect asyncmy.create_pool"),
    (Client("MySQL", "store", "PyMySQL", "construct"), "pymysql.connect pymysql.connections.Connection"),
    (Client("MySQL", "store", "mysqlclient", "construct"), "MySQLdb.connect"),
    (Client("MySQL", "store", "mysql-connector-python", "construct"), "mysql.connector.connect"),
    (
        Client("Oracle Database", "store", "oracledb", "construct"),
        "oracledb.connect oracledb.create_pool cx_Oracle.connect",
    ),
    (Client("the database", "store", "pyodbc", "construct"), "pyodbc.connect"),
    (
        _SQLALCHEMY,
        "sqlalchemy.create_engine sqlalchemy.engine.create_engine sqlalchemy.engine.create.create_engine "
        "sqlalchemy.engine_from_config sqlalchemy.engine.engine_from_config sqlalchemy.ext.asyncio.create_async_engine "
        "sqlalchemy.ext.asyncio.engine.create_async_engine sqlalchemy.ext.asyncio.async_engine_from_config "
        "sqlalchemy.orm.sessionmaker sqlalchemy.orm.session.sessionmaker sqlalchemy.ext.asyncio.async_sessionmaker "
        "sqlalchemy.ext.asyncio.session.async_sessionmaker sqlalchemy.orm.Session sqlalchemy.orm.session.Session "
        "sqlalchemy.orm.scoped_session sqlalchemy.ext.asyncio.AsyncSession sqlalchemy.ext.asyncio.session.AsyncSession",
    ),
    (
        Client("the database", "store", "sqlmodel"),
        "sqlmodel.create_engine sqlmodel.Session sqlmodel.orm.session.Session",
    ),
    (Client("the database", "store", "databases", "await"), "databases.Database databases.core.Database"),
    (
        Client("the database", "store", "tortoise-orm", "await"),
        "tortoise.Tortoise.init tortoise.contrib.fastapi.register_tortoise tortoise.contrib.fastapi.RegisterTortoise",
    ),
    (
        Client("the database", "store", "peewee"),
        "peewee.PostgresqlDatabase peewee.MySQLDatabase playhouse.db_url.connect "
        "playhouse.pool.PooledPostgresqlDatabase "
        "playhouse.pool.PooledMySQLDatabase",
    ),
    (
        Client("the database", "store", "Flask-SQLAlchemy"),
        "flask_sqlalchemy.SQLAlchemy flask_sqlalchemy.extension.SQLAlchemy",
    ),
    (
        Client("the database", "store", "Django"),
        "django.db.connection.cursor django.db.connection.ensure_connection django.db.connections",
    ),
    (
        Client("ClickHouse", "store", "clickhouse-connect", "construct"),
        "clickhouse_connect.get_client clickhouse_connect.driver.create_client clickhouse_connect.get_async_client",
    ),
    (Client("ClickHouse", "store", "clickhouse-driver"), "clickhouse_driver.Client clickhouse_driver.client.Client"),
    (Client("Snowflake", "store", "snowflake-connector-python", "construct"), "snowflake.connector.connect"),
    (Client("BigQuery", "store", "google-cloud-bigquery", "construct"), "google.cloud.bigquery.Client"),
    # key-value
    (
        _REDIS,
        "redis.Redis redis.client.Redis redis.StrictRedis redis.client.StrictRedis redis.from_url redis.utils.from_url "
        "redis.Redis.from_url redis.client.Redis.from_url redis.StrictRedis.from_url redis.asyncio.Redis "
        "redis.asyncio.client.Redis redis.asyncio.StrictRedis redis.asyncio.from_url redis.asyncio.utils.from_url "
        "redis.asyncio.Redis.from_url redis.asyncio.client.Redis.from_url redis.ConnectionPool "
        "redis.connection.ConnectionPool redis.ConnectionPool.from_url redis.BlockingConnectionPool "
        "redis.BlockingConnectionPool.from_url redis.asyncio.ConnectionPool redis.asyncio.ConnectionPool.from_url "
        "redis.asyncio.connection.ConnectionPool redis.asyncio.BlockingConnectionPool "
        "redis.asyncio.BlockingConnectionPool.from_url redis.cluster.RedisCluster redis.RedisCluster "
        "redis.RedisCluster.from_url redis.asyncio.RedisCluster redis.asyncio.cluster.RedisCluster "
        "redis.asyncio.RedisCluster.from_url redis.sentinel.Sentinel redis.Sentinel redis.asyncio.Sentinel "
        "redis.asyncio.sentinel.Sentinel",
    ),
    (Client("the Redis lock", "lock", "redis"), "redis.lock.Lock redis.asyncio.lock.Lock"),
    (
        Client("Redis", "store", "aioredis", "await"),
        "aioredis.from_url aioredis.Redis aioredis.create_redis_pool aioredis.create_redis",
    ),
    (
        Client("Redis", "store", "coredis"),
        "coredis.Redis coredis.Redis.from_url coredis.client.Redis coredis.RedisCluster",
    ),
    (
        _VALKEY,
        "valkey.Valkey valkey.client.Valkey valkey.from_url valkey.Valkey.from_url valkey.asyncio.Valkey "
        "valkey.asyncio.from_url valkey.asyncio.Valkey.from_url valkey.asyncio.client.Valkey",
    ),
    (Client("Valkey", "store", "valkey-glide", "await"), "glide.GlideClient.create glide.GlideClusterClient.create"),
    (
        _MEMCACHED,
        "pymemcache.client.base.Client pymemcache.Client pymemcache.client.base.PooledClient "
        "pymemcache.client.hash.HashClient pymemcache.HashClient",
    ),
    (Client("Memcached", "cache", "aiomcache"), "aiomcache.Client aiomcache.client.Client"),
    (Client("Memcached", "cache", "pylibmc"), "pylibmc.Client"),
    # documents, graphs, series
    (
        _MONGO,
        "pymongo.MongoClient pymongo.mongo_client.MongoClient pymongo.synchronous.mongo_client.MongoClient "
        "pymongo.AsyncMongoClient pymongo.asynchronous.mongo_client.AsyncMongoClient",
    ),
    (_MOTOR, "motor.motor_asyncio.AsyncIOMotorClient motor.MotorClient motor.motor_tornado.MotorClient"),
    (Client("MongoDB", "store", "beanie", "await"), "beanie.init_beanie beanie.odm.utils.init.init_beanie"),
    (
        Client("MongoDB", "store", "mongoengine"),
        "mongoengine.connect mongoengine.connection.connect mongoengine.register_connection",
    ),
    (
        Client("Azure Cosmos DB", "store", "azure-cosmos", "construct"),
        "azure.cosmos.CosmosClient azure.cosmos.aio.CosmosClient",
    ),
    (
        Client("Firestore", "store", "google-cloud-firestore", "construct"),
        "google.cloud.firestore.Client google.cloud.firestore.AsyncClient google.cloud.firestore_v1.client.Client",
    ),
    (
        Client("Neo4j", "store", "neo4j"),
        "neo4j.GraphDatabase.driver neo4j.AsyncGraphDatabase.driver neo4j._sync.driver.GraphDatabase.driver "
        "neo4j._async.driver.AsyncGraphDatabase.driver",
    ),
    (
        Client("InfluxDB", "store", "influxdb-client"),
        "influxdb_client.InfluxDBClient influxdb_client.client.influxdb_client.InfluxDBClient",
    ),
    (Client("Cassandra", "store", "cassandra-driver"), "cassandra.cluster.Cluster"),
    # queues and streams
    (
        _KAFKA_PYTHON,
        "kafka.KafkaProducer kafka.producer.KafkaProducer kafka.producer.kafka.KafkaProducer kafka.KafkaConsumer "
        "kafka.consumer.KafkaConsumer kafka.consumer.group.KafkaConsumer kafka.KafkaAdminClient "
        "kafka.admin.KafkaAdminClient",
    ),
    (
        _AIOKAFKA,
        "aiokafka.AIOKafkaProducer aiokafka.producer.AIOKafkaProducer aiokafka.producer.producer.AIOKafkaProducer "
        "aiokafka.AIOKafkaConsumer aiokafka.consumer.AIOKafkaConsumer aiokafka.consumer.consumer.AIOKafkaConsumer",
    ),
    (
        _CONFLUENT,
        "confluent_kafka.Producer confluent_kafka.cimpl.Producer confluent_kafka.Consumer "
        "confluent_kafka.cimpl.Consumer "
        "confluent_kafka.SerializingProducer confluent_kafka.admin.AdminClient",
    ),
    (
        Client("RabbitMQ", "queue", "aio-pika", "await"),
        "aio_pika.connect_robust aio_pika.connect aio_pika.robust_connection.connect_robust "
        "aio_pika.connection.connect",
    ),
    (
        Client("RabbitMQ", "queue", "pika", "construct"),
        "pika.BlockingConnection pika.adapters.blocking_connection.BlockingConnection pika.SelectConnection",
    ),
    (Client("NATS", "queue", "nats-py", "await"), "nats.connect nats.aio.client.Client nats.aio.client.Client.connect"),
    (Client("Pulsar", "queue", "pulsar-client"), "pulsar.Client"),
    (Client("the RQ queue", "queue", "rq"), "rq.Queue rq.queue.Queue"),
    (Client("the arq queue", "queue", "arq", "await"), "arq.create_pool arq.connections.create_pool"),
    (
        Client("the Procrastinate queue", "queue", "procrastinate", "await"),
        "procrastinate.PsycopgConnector procrastinate.SyncPsycopgConnector procrastinate.App procrastinate.app.App",
    ),
    (
        Client("the Dramatiq broker", "queue", "dramatiq"),
        "dramatiq.brokers.redis.RedisBroker dramatiq.brokers.rabbitmq.RabbitmqBroker "
        "dramatiq.results.backends.RedisBackend dramatiq.results.backends.redis.RedisBackend",
    ),
    (
        Client("the taskiq broker", "queue", "taskiq-redis", "await"),
        "taskiq_redis.ListQueueBroker taskiq_redis.PubSubBroker taskiq_redis.RedisStreamBroker "
        "taskiq_redis.RedisAsyncResultBackend",
    ),
    (
        Client("the FastStream broker", "queue", "faststream", "await"),
        "faststream.kafka.KafkaBroker faststream.confluent.KafkaBroker faststream.rabbit.RabbitBroker "
        "faststream.redis.RedisBroker faststream.nats.NatsBroker",
    ),
    (
        Client("the Huey queue", "queue", "huey"),
        "huey.RedisHuey huey.PriorityRedisHuey huey.RedisExpireHuey huey.api.RedisHuey huey.storage.RedisStorage",
    ),
    (Client("the Celery broker", "queue", "celery"), "celery.Celery celery.app.Celery celery.app.base.Celery"),
    (
        Client("the message broker", "queue", "kombu"),
        "kombu.Connection kombu.connection.Connection kombu.BrokerConnection",
    ),
    (
        Client("Google Cloud Pub/Sub", "queue", "google-cloud-pubsub", "construct"),
        "google.cloud.pubsub_v1.PublisherClient google.cloud.pubsub_v1.SubscriberClient "
        "google.cloud.pubsub.PublisherClient",
    ),
    (
        Client("Azure Service Bus", "queue", "azure-servicebus"),
        "azure.servicebus.ServiceBusClient azure.servicebus.aio.ServiceBusClient "
        "azure.servicebus.ServiceBusClient.from_connection_string "
        "azure.servicebus.aio.ServiceBusClient.from_connection_string",
    ),
    (
        Client("the scheduler's job store", "jobs", "APScheduler"),
        "apscheduler.jobstores.redis.RedisJobStore apscheduler.jobstores.sqlalchemy.SQLAlchemyJobStore "
        "apscheduler.jobstores.mongodb.MongoDBJobStore",
    ),
    # search and vectors
    (
        Client("Elasticsearch", "search", "elasticsearch"),
        "elasticsearch.Elasticsearch elasticsearch.AsyncElasticsearch elasticsearch._sync.client.Elasticsearch "
        "elasticsearch._async.client.AsyncElasticsearch",
    ),
    (
        Client("OpenSearch", "search", "opensearch-py"),
        "opensearchpy.OpenSearch opensearchpy.client.OpenSearch opensearchpy.AsyncOpenSearch",
    ),
    (Client("Meilisearch", "search", "meilisearch"), "meilisearch.Client meilisearch.client.Client"),
    (Client("Typesense", "search", "typesense"), "typesense.Client"),
    (
        Client("Qdrant", "vectors", "qdrant-client"),
        "qdrant_client.QdrantClient qdrant_client.qdrant_client.QdrantClient qdrant_client.AsyncQdrantClient "
        "qdrant_client.async_qdrant_client.AsyncQdrantClient",
    ),
    (
        Client("Chroma", "vectors", "chromadb", "construct"),
        "chromadb.HttpClient chromadb.AsyncHttpClient chromadb.PersistentClient chromadb.CloudClient",
    ),
    (
        Client("Pinecone", "vectors", "pinecone"),
        "pinecone.Pinecone pinecone.pinecone.Pinecone pinecone.PineconeAsyncio",
    ),
    (
        Client("Weaviate", "vectors", "weaviate-client", "construct"),
        "weaviate.connect_to_custom weaviate.connect_to_local weaviate.connect_to_weaviate_cloud weaviate.Client "
        "weaviate.WeaviateClient",
    ),
    (Client("Milvus", "vectors", "pymilvus", "construct"), "pymilvus.MilvusClient pymilvus.connections.connect"),
    (Client("LanceDB", "vectors", "lancedb"), "lancedb.connect lancedb.connect_async"),
    # secrets, coordination, clusters
    (Client("Vault", "secrets", "hvac"), "hvac.Client hvac.v1.Client"),
    (
        Client("Google Secret Manager", "secrets", "google-cloud-secret-manager", "construct"),
        "google.cloud.secretmanager.SecretManagerServiceClient "
        "google.cloud.secretmanager_v1.SecretManagerServiceClient "
        "google.cloud.secretmanager.SecretManagerServiceAsyncClient",
    ),
    (
        Client("Google Cloud KMS", "keys", "google-cloud-kms", "construct"),
        "google.cloud.kms.KeyManagementServiceClient google.cloud.kms_v1.KeyManagementServiceClient",
    ),
    (
        Client("Azure Key Vault", "secrets", "azure-keyvault-secrets"),
        "azure.keyvault.secrets.SecretClient azure.keyvault.secrets.aio.SecretClient",
    ),
    (Client("etcd", "coordination", "etcd3"), "etcd3.client etcd3.Etcd3Client etcd3.client.client"),
    (Client("Consul", "coordination", "python-consul2"), "consul.Consul consul.std.Consul consul.aio.Consul"),
    (Client("ZooKeeper", "coordination", "kazoo"), "kazoo.client.KazooClient"),
    (
        Client("the Kubernetes API", "cluster", "kubernetes"),
        "kubernetes.client.CoreV1Api kubernetes.client.AppsV1Api kubernetes.client.BatchV1Api "
        "kubernetes.client.CustomObjectsApi kubernetes.client.CoordinationV1Api "
        "kubernetes.config.load_incluster_config "
        "kubernetes.config.load_kube_config",
    ),
    # objects and clouds
    (Client("the AWS service", "cloud", "boto3"), "boto3.client boto3.resource boto3.Session boto3.session.Session"),
    (
        Client("the AWS service", "cloud", "aioboto3"),
        "aioboto3.Session aioboto3.session.Session aiobotocore.session.get_session",
    ),
    (Client("MinIO", "objects", "minio"), "minio.Minio minio.api.Minio"),
    (
        Client("Google Cloud Storage", "objects", "google-cloud-storage", "construct"),
        "google.cloud.storage.Client google.cloud.storage.client.Client",
    ),
    (
        Client("Azure Blob Storage", "objects", "azure-storage-blob"),
        "azure.storage.blob.BlobServiceClient azure.storage.blob.aio.BlobServiceClient "
        "azure.storage.blob.BlobServiceClient.from_connection_string "
        "azure.storage.blob.aio.BlobServiceClient.from_connection_string azure.storage.blob.ContainerClient",
    ),
    # mail, directories
    (Client("the mail server", "email", "stdlib", "construct"), "smtplib.SMTP smtplib.SMTP_SSL"),
    (Client("the mail server", "email", "aiosmtplib", "await"), "aiosmtplib.SMTP aiosmtplib.send"),
    (Client("the directory server", "directory", "ldap3"), "ldap3.Connection ldap3.core.connection.Connection"),
    (Client("the directory server", "directory", "python-ldap"), "ldap.initialize"),
    # shared state of frameworks
    (
        _LIMITS,
        "limits.storage.RedisStorage limits.storage.RedisClusterStorage limits.storage.MemcachedStorage "
        "limits.storage.MongoDBStorage limits.aio.storage.RedisStorage limits.aio.storage.MemcachedStorage "
        "limits.aio.storage.MongoDBStorage",
    ),
    (Client("the shared rate limiter", "limiter", "fastapi-limiter", "await"), "fastapi_limiter.FastAPILimiter.init"),
    (Client("the shared cache", "cache", "fastapi-cache2"), "fastapi_cache.backends.redis.RedisBackend"),
    (
        Client("the shared cache", "cache", "aiocache"),
        "aiocache.RedisCache aiocache.backends.redis.RedisCache aiocache.MemcachedCache "
        "aiocache.backends.memcached.MemcachedCache aiocache.Cache.REDIS",
    ),
    (
        Client("the shared cache", "cache", "Django"),
        "django.core.cache.backends.redis.RedisCache django.core.cache.backends.memcached.PyMemcacheCache",
    ),
    (
        Client("the shared cache", "cache", "django-redis"),
        "django_redis.cache.RedisCache django_redis.get_redis_connection",
    ),
    (Client("the channel layer", "queue", "channels-redis"), "channels_redis.core.RedisChannelLayer"),
    (Client("the session store", "session", "Flask-Session"), "flask_session.Session"),
    (Client("the session store", "session", "starsessions"), "starsessions.stores.redis.RedisStore"),
    (Client("the session store", "session", "aiohttp-session"), "aiohttp_session.redis_storage.RedisStorage"),
    (Client("the shared store", "store", "litestar"), "litestar.stores.redis.RedisStore"),
    (
        _LANGGRAPH_PG,
        "langgraph.checkpoint.postgres.PostgresSaver langgraph.checkpoint.postgres.PostgresSaver.from_conn_string "
        "langgraph.checkpoint.postgres.aio.AsyncPostgresSaver "
        "langgraph.checkpoint.postgres.aio.AsyncPostgresSaver.from_conn_string langgraph.store.postgres.PostgresStore "
        "langgraph.store.postgres.PostgresStore.from_conn_string langgraph.store.postgres.aio.AsyncPostgresStore",
    ),
    (
        Client("the Redis checkpointer", "store", "langgraph-checkpoint-redis", "construct"),
        "langgraph.checkpoint.redis.RedisSaver langgraph.checkpoint.redis.RedisSaver.from_conn_string "
        "langgraph.checkpoint.redis.aio.AsyncRedisSaver",
    ),
    (
        Client("the chat history", "store", "langchain-community"),
        "langchain_community.chat_message_histories.RedisChatMessageHistory "
        "langchain_community.chat_message_histories.redis.RedisChatMessageHistory",
    ),
)

CLIENTS: dict[str, Client] = {name: client for client, names in _SERVICES for name in names.split()}

BOTO_SERVICES: dict[str, tuple[str, Role]] = {
    "s3": ("Amazon S3", "objects"),
    "dynamodb": ("DynamoDB", "store"),
    "sqs": ("Amazon SQS", "queue"),
    "sns": ("Amazon SNS", "queue"),
    "events": ("Amazon EventBridge", "queue"),
    "kinesis": ("Amazon Kinesis", "stream"),
    "firehose": ("Amazon Data Firehose", "stream"),
    "secretsmanager": ("AWS Secrets Manager", "secrets"),
    "ssm": ("AWS Systems Manager", "secrets"),
    "kms": ("AWS KMS", "keys"),
    "ses": ("Amazon SES", "email"),
    "sesv2": ("Amazon SES", "email"),
    "rds-data": ("Amazon RDS", "store"),
}


def lookup(qualified: str) -> Client | None:
    """The service that this constructor or factory opens, by its public or defining dotted name."""
    return CLIENTS.get(qualified)


def of_boto_service(name: str) -> Client | None:
    """The AWS service behind `boto3.client(name)` or `boto3.resource(name)`."""
    known = BOTO_SERVICES.get(name)
    return Client(known[0], known[1], "boto3") if known else None
