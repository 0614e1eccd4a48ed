"""Words and calls on the way of a secret: what hands a value on, what draws it, what a request brings."""

from aether_lint.catalog.word_list import word_set

SAME_VALUE = word_set(
    """
    encode decode strip lstrip rstrip hex ljust rjust zfill get_secret_value getvalue tobytes upper lower casefold
    format join replace removeprefix removesuffix to_bytes value fromhex
    """
)
"""Methods and attributes that give the same value in another form."""

COMBINING = frozenset({"format", "join", "fromhex"})
"""Those whose arguments are part of the result."""

SAME_VALUE_CALLS = word_set(
    """
    builtins.str builtins.bytes builtins.bytearray builtins.repr builtins.bytes.fromhex builtins.memoryview
    base64.b64encode base64.b64decode base64.urlsafe_b64encode base64.urlsafe_b64decode base64.standard_b64encode
    base64.b32encode base64.b16encode base64.standard_b64decode binascii.hexlify binascii.unhexlify
    django.utils.encoding.force_bytes django.utils.encoding.force_str django.utils.encoding.smart_bytes
    werkzeug.utils.to_bytes codecs.encode codecs.decode typing.cast json.dumps unicodedata.normalize urllib.parse.quote
    """
)

CASTS = frozenset({"to_bytes", "to_str", "to_native", "ensure_bytes", "force_bytes", "force_str", "want_bytes", "str"})
"""Names of helpers that do the same."""

JOINS = frozenset({"Add", "Mod", "Mult", "*", "JoinedStr", "FormattedValue"})
"""Operators whose result holds both operands."""

GENERATING = word_set("generate generated random token_hex token_urlsafe urandom uuid uuid4 nanoid nonce gensalt")
"""Words of functions that draw a value."""

SETTINGS_WORDS = word_set("settings setting config conf cfg configuration options env environ app_config getenv")

PASSWORD_WORDS = word_set("password passwd pwd passphrase passcode pin pincode passwords")
NOT_A_PASSWORD = word_set(
    "hash hashed encrypted crypt salted digest stored db reset token check is has use no verify need require bcrypt "
    "argon2 md5 sha1 sha256 old_hash"
)
"""Words before it that make it a hash, a switch or something else."""

KEYING_WORDS = word_set(
    "secret secrets key keys password passwd pwd token tokens pepper private hmac mac passphrase salt seed credential "
    "credentials nonce random entropy"
)

REQUESTS = word_set("request req http_request flask_request websocket")
REQUEST_TYPES = word_set(
    "HTTPAuthorizationCredentials OAuth2PasswordRequestForm HTTPBasicCredentials Header Query Form Body Cookie"
)
REQUEST_PARAMETERS = word_set("Header Query Form Body Cookie Security")
AUTHENTICATED = word_set(
    "session user state cookies signed_cookies auth_user scope app application config_dict context ctx registry "
    "settings meta META"
)
"""Parts of a request that the server itself put there, or that a double-submit check compares."""

CHECKING_WORDS = word_set(
    "verify verifies check checks validate authenticate authenticated auth login signin access authorize authorized"
)
"""Words of functions that decide who somebody is."""

LOGGED_IN_WORDS = word_set("login authenticated permission permissions superuser logged authed")
"""Words of decorators and parameters that ask for a user who is logged in."""

USER_COLUMNS = word_set("username email login user_name nickname phone")
CONNECTION_COLUMNS = word_set("host hostname port url server uri dsn endpoint smtp_host imap_host domain")
"""Columns that tell the account of a person from the credentials of another service, which must be read again."""

ABOUT_CIPHERS = word_set(
    "url key keys is are should can has was needs need require required test check error failed enabled supports "
    "encryption decryption or maybe try config_flow if"
)
"""Words that make a function with `encrypt` in its name something other than the encryption of a value."""

MACHINE_SECRETS = word_set("ecdh exchange ephemeral private public dh x25519 agreement premaster derived")
"""Words of secrets that no human chose."""

NOT_SIGNING = word_set(
    "in out up off on cache function method call query request_cache merkle inclusion work design urls_only"
)
"""Words that make a function with `sign` in its name something else (`sign_in`, `query_signature`, a proof of work)."""

GETTERS = frozenset({("get",), ("getenv",), ("env",), ("config",), ("read",), ("require",), ("fetch",), ("load",)})
"""First words of functions that read what their first argument names."""

FORGERY_WORDS = word_set("csrf xsrf nonce state")
"""Words of values that a browser sends twice: that both are equal is the check, and neither is a secret to guess."""
