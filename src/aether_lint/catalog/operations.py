"""Method names of clients: what a call does to the service behind it.

Names only: they count when the receiver is a known client or has a telling name.
"""

from typing import Literal

Operation = Literal["read", "write", "check", "connect", "close"]

OPERATIONS: dict[str, Operation] = {}

_WORDS: dict[Operation, str] = {
    "connect": "connect open start initialize init_pool create_pool acquire getconn get_connection connection cursor "
    "begin session start_session ensure_connection load_incluster_config",
    "check": "ping verify_connectivity server_info health info is_connected is_authenticated list_topics "
    "wait_for_ready admin_command test_connection readiness heartbeat exists head_bucket",
    "read": "get mget hget hgetall hmget lrange llen smembers sismember scard zrange zrangebyscore zscore zcard zcount "
    "keys scan scan_iter ttl pttl fetch fetchrow fetchval fetchone fetchall fetchmany scalar scalars scalar_one "
    "scalar_one_or_none first one one_or_none all query select find find_one aggregate count count_documents search "
    "msearch get_item query_points retrieve list_objects get_object download_fileobj read_secret read_secret_version "
    "get_secret get_secret_value access_secret_version consume poll getone getmany receive receive_message recv "
    "xread xreadgroup xrange lpop rpop blpop brpop dequeue load list_secrets get_parameter get_parameters peek",
    "write": "set setex psetex setnx mset hset hmset hsetnx hincrby incr incrby incrbyfloat decr decrby expire "
    "expireat delete unlink hdel lpush rpush lrem ltrim sadd srem zadd zrem zremrangebyscore zincrby xadd xack publish "
    "eval evalsha execute executemany execute_async copy_records_to_table commit flush add add_all merge "
    "bulk_save_objects bulk_insert_mappings insert insert_one insert_many update update_one update_many replace_one "
    "delete_one delete_many find_one_and_update bulk_write bulk index create update_by_query upsert upsert_points put "
    "put_item update_item batch_write_item put_object upload_file upload_fileobj upload_blob upload_from_string "
    "upload_from_filename put_record put_records put_events send send_and_wait send_message send_messages "
    "send_message_batch send_task send_email sendmail send_raw_email produce basic_publish enqueue enqueue_job "
    "enqueue_in delay apply_async defer defer_async kiq schedule add_job put_nowait save store persist append record "
    "emit write write_api write_points lock release create_secret put_secret_value create_or_update_secret "
    "put_parameter set_secret encrypt decrypt sign remove drop",
    "close": "close aclose disconnect stop shutdown dispose quit wait_closed terminate close_all putconn",
}
for _operation, _names in _WORDS.items():
    OPERATIONS.update(dict.fromkeys(_names.split(), _operation))

CHAIN_LINKS = frozenset(
    {"pipeline", "multi_exec", "transaction", "begin_nested", "cursor", "with_options", "get_channel", "channel"}
)
"""Methods whose result is still the same service."""


def lookup(method: str) -> Operation | None:
    """What a method of this name does to a service: read, write, check, connect or close."""
    return OPERATIONS.get(method)
