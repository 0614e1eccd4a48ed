"""Client libraries by the name they are imported under: what is lost when `import redis` fails."""

from aether_lint.catalog.clients import Client

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

MODULES: dict[str, Client] = {
    "psycopg": _PSYCOPG,
    "psycopg_pool": _PSYCOPG_POOL,
    "psycopg2": _PSYCOPG2,
    "asyncpg": _ASYNCPG,
    "aiopg": Client(_POSTGRES, "store", "aiopg", "await"),
    "pg8000": Client(_POSTGRES, "store", "pg8000", "construct"),
    "aiomysql": Client("MySQL", "store", "aiomysql", "await"),
    "asyncmy": Client("MySQL", "store", "asyncmy", "await"),
    "pymysql": Client("MySQL", "store", "PyMySQL", "construct"),
    "MySQLdb": Client("MySQL", "store", "mysqlclient", "construct"),
    "mysql.connector": Client("MySQL", "store", "mysql-connector-python", "construct"),
    "oracledb": Client("Oracle Database", "store", "oracledb", "construct"),
    "cx_Oracle": Client("Oracle Database", "store", "cx_Oracle", "construct"),
    "pyodbc": Client("the database", "store", "pyodbc", "construct"),
    "sqlalchemy": _SQLALCHEMY,
    "sqlmodel": Client("the database", "store", "sqlmodel"),
    "flask_sqlalchemy": Client("the database", "store", "Flask-SQLAlchemy"),
    "databases": Client("the database", "store", "databases"),
    "tortoise": Client("the database", "store", "tortoise-orm"),
    "peewee": Client("the database", "store", "peewee"),
    "alembic": Client("database migrations", "store", "alembic"),
    "clickhouse_connect": Client("ClickHouse", "store", "clickhouse-connect"),
    "clickhouse_driver": Client("ClickHouse", "store", "clickhouse-driver"),
    "snowflake.connector": Client("Snowflake", "store", "snowflake-connector-python"),
    "google.cloud.bigquery": Client("BigQuery", "store", "google-cloud-bigquery"),
    "redis": _REDIS,
    "aioredis": Client("Redis", "store", "aioredis"),
    "coredis": Client("Redis", "store", "coredis"),
    "redis_om": Client("Redis", "store", "redis-om"),
    "rediscluster": Client("Redis", "store", "redis-py-cluster"),
    "valkey": _VALKEY,
    "glide": Client("Valkey", "store", "valkey-glide"),
    "pymemcache": _MEMCACHED,
    "aiomcache": Client("Memcached", "cache", "aiomcache"),
    "pylibmc": Client("Memcached", "cache", "pylibmc"),
    "memcache": Client("Memcached", "cache", "python-memcached"),
    "pymongo": _MONGO,
    "motor": _MOTOR,
    "beanie": Client("MongoDB", "store", "beanie"),
    "mongoengine": Client("MongoDB", "store", "mongoengine"),
    "azure.cosmos": Client("Azure Cosmos DB", "store", "azure-cosmos"),
    "google.cloud.firestore": Client("Firestore", "store", "google-cloud-firestore"),
    "neo4j": Client("Neo4j", "store", "neo4j"),
    "influxdb_client": Client("InfluxDB", "store", "influxdb-client"),
    "cassandra": Client("Cassandra", "store", "cassandra-driver"),
    "kafka": _KAFKA_PYTHON,
    "aiokafka": _AIOKAFKA,
    "confluent_kafka": _CONFLUENT,
    "aio_pika": Client("RabbitMQ", "queue", "aio-pika"),
    "pika": Client("RabbitMQ", "queue", "pika"),
    "aiormq": Client("RabbitMQ", "queue", "aiormq"),
    "nats": Client("NATS", "queue", "nats-py"),
    "pulsar": Client("Pulsar", "queue", "pulsar-client"),
    "rq": Client("the RQ queue", "queue", "rq"),
    "arq": Client("the arq queue", "queue", "arq"),
    "celery": Client("the Celery queue", "queue", "celery"),
    "kombu": Client("the message broker", "queue", "kombu"),
    "dramatiq": Client("the Dramatiq queue", "queue", "dramatiq"),
    "taskiq": Client("the taskiq queue", "queue", "taskiq"),
    "taskiq_redis": Client("the taskiq queue", "queue", "taskiq-redis"),
    "faststream": Client("the FastStream broker", "queue", "faststream"),
    "huey": Client("the Huey queue", "queue", "huey"),
    "procrastinate": Client("the Procrastinate queue", "queue", "procrastinate"),
    "apscheduler": Client("the scheduler", "jobs", "APScheduler"),
    "google.cloud.pubsub": Client("Google Cloud Pub/Sub", "queue", "google-cloud-pubsub"),
    "google.cloud.pubsub_v1": Client("Google Cloud Pub/Sub", "queue", "google-cloud-pubsub"),
    "azure.servicebus": Client("Azure Service Bus", "queue", "azure-servicebus"),
    "elasticsearch": Client("Elasticsearch", "search", "elasticsearch"),
    "opensearchpy": Client("OpenSearch", "search", "opensearch-py"),
    "meilisearch": Client("Meilisearch", "search", "meilisearch"),
    "typesense": Client("Typesense", "search", "typesense"),
    "qdrant_client": Client("Qdrant", "vectors", "qdrant-client"),
    "chromadb": Client("Chroma", "vectors", "chromadb"),
    "pinecone": Client("Pinecone", "vectors", "pinecone"),
    "weaviate": Client("Weaviate", "vectors", "weaviate-client"),
    "pymilvus": Client("Milvus", "vectors", "pymilvus"),
    "lancedb": Client("LanceDB", "vectors", "lancedb"),
    "hvac": Client("Vault", "secrets", "hvac"),
    "keyring": Client("the system keyring", "secrets", "keyring"),
    "google.cloud.secretmanager": Client("Google Secret Manager", "secrets", "google-cloud-secret-manager"),
    "google.cloud.kms": Client("Google Cloud KMS", "keys", "google-cloud-kms"),
    "azure.keyvault": Client("Azure Key Vault", "secrets", "azure-keyvault-secrets"),
    "etcd3": Client("etcd", "coordination", "etcd3"),
    "consul": Client("Consul", "coordination", "python-consul2"),
    "kazoo": Client("ZooKeeper", "coordination", "kazoo"),
    "kubernetes": Client("the Kubernetes API", "cluster", "kubernetes"),
    "kubernetes_asyncio": Client("the Kubernetes API", "cluster", "kubernetes-asyncio"),
    "boto3": Client("AWS", "cloud", "boto3"),
    "botocore": Client("AWS", "cloud", "botocore"),
    "aioboto3": Client("AWS", "cloud", "aioboto3"),
    "aiobotocore": Client("AWS", "cloud", "aiobotocore"),
    "minio": Client("MinIO", "objects", "minio"),
    "google.cloud.storage": Client("Google Cloud Storage", "objects", "google-cloud-storage"),
    "azure.storage.blob": Client("Azure Blob Storage", "objects", "azure-storage-blob"),
    "aiosmtplib": Client("the mail server", "email", "aiosmtplib"),
    "sendgrid": Client("SendGrid", "email", "sendgrid"),
    "ldap3": Client("the directory server", "directory", "ldap3"),
    "ldap": Client("the directory server", "directory", "python-ldap"),
    "limits": _LIMITS,
    "slowapi": Client("the rate limiter", "limiter", "slowapi"),
    "flask_limiter": Client("the rate limiter", "limiter", "Flask-Limiter"),
    "fastapi_limiter": Client("the rate limiter", "limiter", "fastapi-limiter"),
    "fastapi_cache": Client("the shared cache", "cache", "fastapi-cache2"),
    "aiocache": Client("the shared cache", "cache", "aiocache"),
    "django_redis": Client("the shared cache", "cache", "django-redis"),
    "channels_redis": Client("the channel layer", "queue", "channels-redis"),
    "flask_session": Client("the session store", "session", "Flask-Session"),
    "langgraph.checkpoint.postgres": _LANGGRAPH_PG,
    "langgraph.checkpoint.redis": Client("the Redis checkpointer", "store", "langgraph-checkpoint-redis"),
    "django.db": Client("the database", "store", "Django"),
    "django.core.cache": Client("the shared cache", "cache", "Django"),
    "feast": Client("the feature store", "store", "feast"),
    "mlflow": Client("MLflow", "store", "mlflow"),
}


def of_module(module: str) -> Client | None:
    """The service whose client library this imported module belongs to; the longest known prefix decides."""
    while module:
        if client := MODULES.get(module):
            return client
        module = module.rpartition(".")[0]
    return None
