"""Encryption, signing, token and randomness primitives, and the encodings that are mistaken for them."""

from typing import Literal

from msgspec import Struct

Kind = Literal[
    "cipher", "weak cipher", "encoding", "mac", "compare", "signer", "token", "unverified token", "random",
    "weak random", "unique id", "encrypted column", "secret sink", "tls", "tls off", "key derivation",
]  # fmt: skip


class Primitive(Struct, frozen=True):
    """One callable: its name in messages, what it does, and the keyword that carries the key, if any."""

    label: str
    kind: Kind
    distribution: str
    key: str = ""


_STD = "stdlib"
_CRYPTOGRAPHY = "cryptography"

_NAMED: tuple[tuple[Primitive, str], ...] = (
    (Primitive("Fernet encryption", "cipher", _CRYPTOGRAPHY, "key"),
     "cryptography.fernet.Fernet cryptography.fernet.MultiFernet"),
    (Primitive("authenticated encryption", "cipher", _CRYPTOGRAPHY, "key"),
     "cryptography.hazmat.primitives.ciphers.aead.AESGCM cryptography.hazmat.primitives.ciphers.aead.AESCCM "
     "cryptography.hazmat.primitives.ciphers.aead.AESSIV cryptography.hazmat.primitives.ciphers.aead.AESGCMSIV "
     "cryptography.hazmat.primitives.ciphers.aead.ChaCha20Poly1305"),
    (Primitive("a cipher", "cipher", _CRYPTOGRAPHY), "cryptography.hazmat.primitives.ciphers.Cipher "
     "cryptography.hazmat.primitives.ciphers.base.Cipher"),
    (Primitive("AES", "cipher", _CRYPTOGRAPHY, "key"), "cryptography.hazmat.primitives.ciphers.algorithms.AES"),
    (Primitive("AES", "cipher", "pycryptodome", "key"), "Crypto.Cipher.AES.new Cryptodome.Cipher.AES.new"),
    (Primitive("ChaCha20", "cipher", "pycryptodome", "key"), "Crypto.Cipher.ChaCha20_Poly1305.new"),
    (Primitive("NaCl encryption", "cipher", "PyNaCl", "key"), "nacl.secret.SecretBox nacl.secret.Aead "
     "nacl.public.SealedBox nacl.public.Box"),
    (Primitive("an obsolete cipher", "weak cipher", "pycryptodome", "key"),
     "Crypto.Cipher.DES.new Crypto.Cipher.DES3.new Crypto.Cipher.ARC4.new Crypto.Cipher.ARC2.new "
     "Crypto.Cipher.Blowfish.new"),
    (Primitive("ECB mode", "weak cipher", _CRYPTOGRAPHY), "cryptography.hazmat.primitives.ciphers.modes.ECB"),
    (Primitive("an encrypted column", "encrypted column", "SQLAlchemy-Utils", "key"),
     "sqlalchemy_utils.EncryptedType sqlalchemy_utils.StringEncryptedType "
     "sqlalchemy_utils.types.encrypted.encrypted_type.EncryptedType "
     "sqlalchemy_utils.types.encrypted.encrypted_type.StringEncryptedType"),
    (Primitive("an encrypted column", "encrypted column", "django-cryptography"), "django_cryptography.fields.encrypt"),
    (Primitive("an encrypted column", "encrypted column", "django-fernet-encrypted-fields"),
     "encrypted_fields.fields.EncryptedTextField encrypted_fields.fields.EncryptedCharField"),
    (Primitive("Base64", "encoding", _STD),
     "base64.b64encode base64.b64decode base64.urlsafe_b64encode base64.urlsafe_b64decode base64.standard_b64encode "
     "base64.standard_b64decode base64.b32encode base64.b32decode base64.b85encode base64.b85decode "
     "base64.encodebytes base64.decodebytes"),
    (Primitive("hexadecimal", "encoding", _STD),
     "binascii.hexlify binascii.unhexlify binascii.b2a_base64 binascii.a2b_base64 base64.b16encode base64.b16decode"),
    (Primitive("a text encoding", "encoding", _STD), "codecs.encode codecs.decode"),
    (Primitive("compression", "encoding", _STD), "zlib.compress zlib.decompress gzip.compress gzip.decompress"),
    (Primitive("an HMAC", "mac", _STD, "key"), "hmac.new hmac.HMAC hmac.digest"),
    (Primitive("an HMAC", "mac", _CRYPTOGRAPHY, "key"), "cryptography.hazmat.primitives.hmac.HMAC"),
    (Primitive("constant-time comparison", "compare", _STD),
     "hmac.compare_digest secrets.compare_digest _operator._compare_digest"),
    (Primitive("constant-time comparison", "compare", "Django"), "django.utils.crypto.constant_time_compare"),
    (Primitive("a signed value", "signer", "itsdangerous", "secret_key"),
     "itsdangerous.URLSafeTimedSerializer itsdangerous.URLSafeSerializer itsdangerous.TimestampSigner "
     "itsdangerous.Signer itsdangerous.Serializer itsdangerous.TimedSerializer itsdangerous.url_safe.URLSafeSerializer "
     "itsdangerous.url_safe.URLSafeTimedSerializer itsdangerous.timed.TimestampSigner itsdangerous.signer.Signer"),
    (Primitive("a signed value", "signer", "Django", "key"),
     "django.core.signing.dumps django.core.signing.loads django.core.signing.Signer "
     "django.core.signing.TimestampSigner"),
    (Primitive("a JWT", "token", "PyJWT", "key"),
     "jwt.encode jwt.decode jwt.api_jwt.encode jwt.api_jwt.decode jwt.PyJWT jwt.decode_complete jwt.api_jwt.PyJWT"),
    (Primitive("a JWT", "token", "python-jose", "key"),
     "jose.jwt.encode jose.jwt.decode jose.jws.sign jose.jws.verify"),
    (Primitive("a JWT", "token", "Authlib", "key"),
     "authlib.jose.jwt.encode authlib.jose.jwt.decode authlib.jose.JsonWebToken"),
    (Primitive("a JWT", "token", "joserfc", "key"), "joserfc.jwt.encode joserfc.jwt.decode"),
    (Primitive("an unverified token", "unverified token", "PyJWT"), "jwt.get_unverified_header "
     "jwt.api_jws.get_unverified_header"),
    (Primitive("an unverified token", "unverified token", "python-jose"),
     "jose.jwt.get_unverified_claims jose.jwt.get_unverified_header jose.jwt.get_unverified_headers"),
    (Primitive("an unverified value", "unverified token", "itsdangerous"),
     "itsdangerous.URLSafeSerializer.loads_unsafe itsdangerous.Serializer.loads_unsafe"),
    (Primitive("a random value", "random", _STD),
     "secrets.token_hex secrets.token_urlsafe secrets.token_bytes secrets.choice secrets.randbits secrets.randbelow "
     "secrets.SystemRandom os.urandom random.SystemRandom posix.urandom"),
    (Primitive("a random value", "random", "Django"),
     "django.utils.crypto.get_random_string django.core.management.utils.get_random_secret_key"),
    (Primitive("a generated key", "random", _CRYPTOGRAPHY),
     "cryptography.fernet.Fernet.generate_key cryptography.hazmat.primitives.ciphers.aead.AESGCM.generate_key "
     "cryptography.hazmat.primitives.ciphers.aead.ChaCha20Poly1305.generate_key "
     "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key "
     "cryptography.hazmat.primitives.asymmetric.ed25519.Ed25519PrivateKey.generate "
     "cryptography.hazmat.primitives.asymmetric.ec.generate_private_key"),
    (Primitive("a generated key", "random", "PyNaCl"), "nacl.utils.random nacl.signing.SigningKey.generate "
     "nacl.public.PrivateKey.generate"),
    (Primitive("a generated key", "random", "pycryptodome"),
     "Crypto.Random.get_random_bytes Crypto.PublicKey.RSA.generate"),
    (Primitive("a generated key", "random", "bcrypt"), "bcrypt.gensalt"),
    (Primitive("a generated key", "random", "pyotp"), "pyotp.random_base32"),
    (Primitive("a UUID", "unique id", _STD), "uuid.uuid4 uuid.uuid1 uuid.uuid7"),
    (Primitive("the random module", "weak random", _STD),
     "random.random random.randint random.randrange random.choice random.choices random.getrandbits random.sample "
     "random.randbytes random.shuffle random.uniform random.Random"),
    (Primitive("numpy's random numbers", "weak random", "numpy"),
     "numpy.random.rand numpy.random.randint numpy.random.choice numpy.random.bytes numpy.random.default_rng"),
    (Primitive("a key derivation", "key derivation", _CRYPTOGRAPHY),
     "cryptography.hazmat.primitives.kdf.hkdf.HKDF cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC "
     "cryptography.hazmat.primitives.kdf.scrypt.Scrypt"),
    (Primitive("the session cookie", "secret sink", "starlette", "secret_key"),
     "starlette.middleware.sessions.SessionMiddleware"),
    (Primitive("the JWT manager", "secret sink", "Flask-JWT-Extended"), "flask_jwt_extended.JWTManager"),
    (Primitive("the authentication token", "secret sink", "fastapi-users", "secret"),
     "fastapi_users.authentication.JWTStrategy fastapi_users.authentication.strategy.JWTStrategy"),
    (Primitive("the session cookie", "secret sink", "aiohttp-session", "secret_key"),
     "aiohttp_session.cookie_storage.EncryptedCookieStorage"),
    (Primitive("the session cookie", "secret sink", "litestar", "secret"),
     "litestar.middleware.session.client_side.CookieBackendConfig"),
    (Primitive("the authentication token", "secret sink", "litestar", "token_secret"),
     "litestar.security.jwt.JWTAuth litestar.security.jwt.OAuth2PasswordBearerAuth "
     "litestar.security.jwt.JWTCookieAuth"),
    (Primitive("a verified TLS context", "tls", _STD), "ssl.create_default_context"),
    (Primitive("an unverified TLS context", "tls off", _STD),
     "ssl._create_unverified_context ssl.CERT_NONE urllib3.disable_warnings"),
)  # fmt: skip

PRIMITIVES: dict[str, Primitive] = {name: thing for thing, names in _NAMED for name in names.split()}

CIPHER_MODULES: dict[str, Primitive] = {
    "cryptography": Primitive("encryption", "cipher", _CRYPTOGRAPHY),
    "cryptography.fernet": Primitive("Fernet encryption", "cipher", _CRYPTOGRAPHY, "key"),
    "Crypto": Primitive("encryption", "cipher", "pycryptodome"),
    "Cryptodome": Primitive("encryption", "cipher", "pycryptodomex"),
    "nacl": Primitive("NaCl encryption", "cipher", "PyNaCl"),
    "jwt": Primitive("JWT verification", "token", "PyJWT", "key"),
    "jose": Primitive("JWT verification", "token", "python-jose", "key"),
    "joserfc": Primitive("JWT verification", "token", "joserfc", "key"),
    "authlib": Primitive("JWT verification", "token", "Authlib", "key"),
    "itsdangerous": Primitive("signed values", "signer", "itsdangerous", "secret_key"),
    "sqlalchemy_utils": Primitive("an encrypted column", "encrypted column", "SQLAlchemy-Utils"),
    "eth_account": Primitive("transaction signing", "signer", "eth-account"),
    "gnupg": Primitive("GnuPG encryption", "cipher", "python-gnupg"),
    "secrets": Primitive("secure random values", "random", _STD),
}

UNVERIFIED_OPTIONS = frozenset({"verify_signature", "verify_aud", "verify_iss", "verify_exp", "verify"})
"""Options of a JWT decode that switch a check off when False."""

KEY_SINK_CALLS = frozenset({"mac", "signer", "token", "cipher", "secret sink"})
"""Kinds whose key argument makes a value an inbound secret."""


def lookup(qualified: str) -> Primitive | None:
    """The primitive of this dotted name."""
    return PRIMITIVES.get(qualified)


def of_module(module: str) -> Primitive | None:
    """What is lost when this module cannot be imported; the longest known prefix decides."""
    while module:
        if primitive := CIPHER_MODULES.get(module):
            return primitive
        module = module.rpartition(".")[0]
    return None
