"""Functions that turn a password into what is stored, with their strength.

Strength: 0 plain text or an encoding, 1 fast and unsalted, 2 fast, 3 to 5 old key derivations, 6 PBKDF2, 7 bcrypt,
8 scrypt, 9 Argon2id. Below `ACCEPTABLE` a password can be searched for (OWASP Password Storage Cheat Sheet).
"""

from typing import Literal

from msgspec import Struct

ACCEPTABLE = 6

Kind = Literal["hasher", "hash", "encoding", "policy"]
"""hasher: made for passwords. hash: general purpose, a finding only when a password flows in."""


class Hasher(Struct, frozen=True):
    """One hashing callable: its name in messages, kind, strength and the distribution that brings it."""

    label: str
    kind: Kind
    strength: int
    distribution: str


_ARGON2 = Hasher("Argon2", "hasher", 9, "argon2-cffi")
_PASSLIB = "passlib"
_FAST = "stdlib"

_NAMED: tuple[tuple[Hasher, str], ...] = (
    (_ARGON2, "argon2.PasswordHasher argon2._password_hasher.PasswordHasher argon2.low_level.hash_secret "
              "argon2.low_level.hash_secret_raw argon2.hash_password argon2.PasswordHasher.hash"),
    (Hasher("Argon2", "hasher", 9, "pwdlib"), "pwdlib.PasswordHash.recommended pwdlib.hashers.argon2.Argon2Hasher"),
    (Hasher("pwdlib", "policy", 8, "pwdlib"), "pwdlib.PasswordHash"),
    (Hasher("bcrypt", "hasher", 7, "pwdlib"), "pwdlib.hashers.bcrypt.BcryptHasher"),
    (Hasher("Argon2", "hasher", 9, "PyNaCl"), "nacl.pwhash.str nacl.pwhash.argon2id.str nacl.pwhash.argon2id.kdf"),
    (Hasher("Argon2", "hasher", 9, "cryptography"), "cryptography.hazmat.primitives.kdf.argon2.Argon2id"),
    (Hasher("scrypt", "hasher", 8, _FAST), "hashlib.scrypt"),
    (Hasher("scrypt", "hasher", 8, "cryptography"), "cryptography.hazmat.primitives.kdf.scrypt.Scrypt"),
    (Hasher("scrypt", "hasher", 8, "PyNaCl"), "nacl.pwhash.scrypt.str nacl.pwhash.scrypt.kdf"),
    (Hasher("scrypt", "hasher", 8, "pycryptodome"), "Crypto.Protocol.KDF.scrypt"),
    (Hasher("bcrypt", "hasher", 7, "bcrypt"), "bcrypt.hashpw bcrypt.checkpw bcrypt.gensalt bcrypt.kdf"),
    (Hasher("bcrypt", "hasher", 7, "Flask-Bcrypt"),
     "flask_bcrypt.Bcrypt flask_bcrypt.Bcrypt.generate_password_hash flask_bcrypt.generate_password_hash"),
    (Hasher("PBKDF2", "hasher", 6, _FAST), "hashlib.pbkdf2_hmac"),
    (Hasher("PBKDF2", "hasher", 6, "cryptography"), "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC"),
    (Hasher("PBKDF2", "hasher", 6, "pycryptodome"), "Crypto.Protocol.KDF.PBKDF2"),
    (Hasher("Werkzeug's password hash", "hasher", 8, "Werkzeug"),
     "werkzeug.security.generate_password_hash werkzeug.security.check_password_hash"),
    (Hasher("Django's password hasher", "policy", 6, "Django"),
     "django.contrib.auth.hashers.make_password django.contrib.auth.hashers.check_password"),
    (Hasher("passlib", "policy", 7, _PASSLIB), "passlib.context.CryptContext passlib.context.LazyCryptContext"),
    (Hasher("crypt(3)", "hasher", 4, _FAST), "crypt.crypt"),
    (Hasher("Argon2", "hasher", 9, "Django"), "django.contrib.auth.hashers.Argon2PasswordHasher"),
    (Hasher("scrypt", "hasher", 8, "Django"), "django.contrib.auth.hashers.ScryptPasswordHasher"),
    (Hasher("bcrypt", "hasher", 7, "Django"),
     "django.contrib.auth.hashers.BCryptSHA256PasswordHasher django.contrib.auth.hashers.BCryptPasswordHasher"),
    (Hasher("PBKDF2", "hasher", 6, "Django"), "django.contrib.auth.hashers.PBKDF2PasswordHasher"),
    (Hasher("PBKDF2 with SHA-1", "hasher", 5, "Django"), "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher"),
    (Hasher("MD5", "hasher", 1, "Django"), "django.contrib.auth.hashers.MD5PasswordHasher"),
    (Hasher("unsalted MD5", "hasher", 0, "Django"), "django.contrib.auth.hashers.UnsaltedMD5PasswordHasher"),
    (Hasher("unsalted SHA-1", "hasher", 0, "Django"), "django.contrib.auth.hashers.UnsaltedSHA1PasswordHasher"),
    (Hasher("SHA-1", "hasher", 1, "Django"), "django.contrib.auth.hashers.SHA1PasswordHasher"),
    (Hasher("MD5", "hash", 1, _FAST), "hashlib.md5 Crypto.Hash.MD5.new"),
    (Hasher("SHA-1", "hash", 1, _FAST), "hashlib.sha1 Crypto.Hash.SHA1.new"),
    (Hasher("SHA-224", "hash", 2, _FAST), "hashlib.sha224"),
    (Hasher("SHA-256", "hash", 2, _FAST), "hashlib.sha256 Crypto.Hash.SHA256.new"),
    (Hasher("SHA-384", "hash", 2, _FAST), "hashlib.sha384"),
    (Hasher("SHA-512", "hash", 2, _FAST), "hashlib.sha512 Crypto.Hash.SHA512.new"),
    (Hasher("SHA-3", "hash", 2, _FAST), "hashlib.sha3_224 hashlib.sha3_256 hashlib.sha3_384 hashlib.sha3_512"),
    (Hasher("BLAKE2", "hash", 2, _FAST), "hashlib.blake2b hashlib.blake2s"),
    (Hasher("a fast hash", "hash", 2, _FAST), "hashlib.new cryptography.hazmat.primitives.hashes.Hash"),
    (Hasher("CRC-32", "hash", 0, _FAST), "zlib.crc32 binascii.crc32 zlib.adler32"),
    (Hasher("the built-in hash()", "hash", 0, _FAST), "hash"),
    (Hasher("Base64", "encoding", 0, _FAST),
     "base64.b64encode base64.urlsafe_b64encode base64.standard_b64encode base64.b32encode base64.b85encode"),
    (Hasher("hexadecimal", "encoding", 0, _FAST), "binascii.hexlify base64.b16encode"),
    (Hasher("a text encoding", "encoding", 0, _FAST), "codecs.encode"),
)  # fmt: skip

PASSLIB_SCHEMES: dict[str, int] = {
    "argon2": 9,
    "scrypt": 8,
    "bcrypt": 7,
    "bcrypt_sha256": 7,
    "django_argon2": 9,
    "django_bcrypt": 7,
    "django_bcrypt_sha256": 7,
    "pbkdf2_sha256": 6,
    "pbkdf2_sha512": 6,
    "django_pbkdf2_sha256": 6,
    "pbkdf2_sha1": 5,
    "django_pbkdf2_sha1": 5,
    "grub_pbkdf2_sha512": 5,
    "sha512_crypt": 5,
    "sha256_crypt": 5,
    "sha1_crypt": 4,
    "phpass": 3,
    "bsdi_crypt": 2,
    "md5_crypt": 2,
    "apr_md5_crypt": 2,
    "django_salted_sha1": 2,
    "django_salted_md5": 2,
    "ldap_salted_sha1": 2,
    "ldap_salted_md5": 2,
    "ldap_salted_sha256": 2,
    "ldap_salted_sha512": 2,
    "des_crypt": 1,
    "mysql41": 1,
    "mysql323": 0,
    "nthash": 1,
    "lmhash": 0,
    "hex_md4": 1,
    "hex_md5": 1,
    "hex_sha1": 1,
    "hex_sha256": 1,
    "hex_sha512": 1,
    "ldap_md5": 1,
    "ldap_sha1": 1,
    "plaintext": 0,
    "ldap_plaintext": 0,
}
"""Scheme names of `CryptContext(schemes=[...])`; each is also `passlib.hash.<name>`."""

WERKZEUG_METHODS: dict[str, int] = {"scrypt": 8, "pbkdf2": 6, "plain": 0, "md5": 1, "sha1": 1, "sha256": 2, "sha512": 2}
"""What stands before the first colon of `generate_password_hash(method=...)`."""

HASHLIB_NAMES: dict[str, int] = {
    "md5": 1, "sha1": 1, "sha224": 2, "sha256": 2, "sha384": 2, "sha512": 2, "sha3_256": 2, "sha3_512": 2,
    "blake2b": 2, "blake2s": 2, "ripemd160": 2, "sm3": 2,
}  # fmt: skip
"""Names that `hashlib.new` takes."""

HASHERS: dict[str, Hasher] = {name: hasher for hasher, names in _NAMED for name in names.split()}
HASHERS.update({f"passlib.hash.{n}": Hasher(n, "hasher", s, _PASSLIB) for n, s in PASSLIB_SCHEMES.items()})

HASHER_MODULES: dict[str, Hasher] = {
    "argon2": _ARGON2,
    "bcrypt": Hasher("bcrypt", "hasher", 7, "bcrypt"),
    "pwdlib": Hasher("pwdlib", "policy", 8, "pwdlib"),
    "passlib": Hasher("passlib", "policy", 7, _PASSLIB),
    "nacl.pwhash": Hasher("Argon2", "hasher", 9, "PyNaCl"),
    "flask_bcrypt": Hasher("bcrypt", "hasher", 7, "Flask-Bcrypt"),
    "scrypt": Hasher("scrypt", "hasher", 8, "scrypt"),
    "werkzeug.security": Hasher("Werkzeug's password hash", "hasher", 8, "Werkzeug"),
    "django.contrib.auth.hashers": Hasher("Django's password hasher", "policy", 6, "Django"),
    "pyotp": Hasher("the second-factor verifier", "policy", 7, "pyotp"),
}


def lookup(qualified: str) -> Hasher | None:
    """The hashing callable of this dotted name; methods count with their class (`argon2.PasswordHasher.hash`)."""
    return HASHERS.get(qualified)


def of_module(module: str) -> Hasher | None:
    """What is lost when this module cannot be imported; the longest known prefix decides."""
    while module:
        if hasher := HASHER_MODULES.get(module):
            return hasher
        module = module.rpartition(".")[0]
    return None


def of_scheme(name: str) -> int | None:
    """Strength of a passlib scheme, a Werkzeug method or a hashlib name; None when unknown."""
    name = name.partition(":")[0].lower()
    for table in (PASSLIB_SCHEMES, WERKZEUG_METHODS, HASHLIB_NAMES):
        if name in table:
            return table[name]
    return None
