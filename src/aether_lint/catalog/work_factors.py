"""Lowest accepted cost of password hashing.

Source: OWASP Password Storage Cheat Sheet and ASVS 5.0, appendix C; where the two differ, the lower number.
"""

BCRYPT_COST = 10
PBKDF2_ITERATIONS: dict[str, int] = {"sha256": 600_000, "sha512": 210_000, "sha1": 1_300_000}

ARGON2_DEFAULT_MEMORY = 65_536  # KiB, of argon2-cffi and pwdlib where the call does not say

# memory in KiB -> iterations needed at that memory, parallelism 1
ARGON2_MEMORY: tuple[tuple[int, int], ...] = ((47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5))
# N -> parallelism needed at that N, r = 8
SCRYPT_COST: tuple[tuple[int, int], ...] = ((2**17, 1), (2**16, 2), (2**15, 3), (2**14, 5), (2**13, 10))

COST_PARAMETERS: dict[str, tuple[str, int, str]] = {
    "bcrypt.gensalt": ("rounds", 0, "bcrypt"),
    "bcrypt.kdf": ("rounds", 3, "bcrypt-kdf"),
    "hashlib.pbkdf2_hmac": ("iterations", 3, "pbkdf2"),
    "cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2HMAC": ("iterations", 3, "pbkdf2"),
    "Crypto.Protocol.KDF.PBKDF2": ("count", 3, "pbkdf2"),
    "hashlib.scrypt": ("n", -1, "scrypt"),
    "cryptography.hazmat.primitives.kdf.scrypt.Scrypt": ("n", 2, "scrypt"),
    "Crypto.Protocol.KDF.scrypt": ("N", 3, "scrypt"),
    "argon2.PasswordHasher": ("time_cost", 0, "argon2"),
    "argon2._password_hasher.PasswordHasher": ("time_cost", 0, "argon2"),
    "argon2.low_level.hash_secret": ("time_cost", 2, "argon2"),
    "pwdlib.hashers.argon2.Argon2Hasher": ("time_cost", -1, "argon2"),
    "pwdlib.hashers.bcrypt.BcryptHasher": ("rounds", 0, "bcrypt"),
}
"""Callable -> keyword, 0-based position (-1: keyword only) and algorithm of its first cost parameter."""

CONTEXT_ROUNDS: dict[str, str] = {
    "bcrypt__rounds": "bcrypt",
    "bcrypt__default_rounds": "bcrypt",
    "bcrypt_sha256__rounds": "bcrypt",
    "pbkdf2_sha256__rounds": "pbkdf2-sha256",
    "pbkdf2_sha256__default_rounds": "pbkdf2-sha256",
    "pbkdf2_sha512__rounds": "pbkdf2-sha512",
    "pbkdf2_sha512__default_rounds": "pbkdf2-sha512",
    "argon2__time_cost": "argon2",
    "argon2__memory_cost": "argon2",
    "argon2__rounds": "argon2",
}
"""Keywords of passlib's `CryptContext` that set a cost."""

CONTEXT_MINIMUM: dict[str, int] = {
    "bcrypt": BCRYPT_COST,
    "pbkdf2-sha256": PBKDF2_ITERATIONS["sha256"],
    "pbkdf2-sha512": PBKDF2_ITERATIONS["sha512"],
    "argon2": ARGON2_MEMORY[0][1],
}

FRAMEWORK_SETTINGS: dict[str, int] = {"BCRYPT_LOG_ROUNDS": BCRYPT_COST}
"""Settings of frameworks that are the cost: Flask-Bcrypt."""

CLASS_ATTRIBUTES: dict[str, int] = {
    "django.contrib.auth.hashers.PBKDF2PasswordHasher.iterations": PBKDF2_ITERATIONS["sha256"],
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher.rounds": BCRYPT_COST,
    "django.contrib.auth.hashers.BCryptPasswordHasher.rounds": BCRYPT_COST,
    "django.contrib.auth.hashers.Argon2PasswordHasher.time_cost": ARGON2_MEMORY[0][1],
}
"""Attributes that a subclass of a framework's hasher sets."""


def lookup(qualified: str) -> tuple[str, int, str] | None:
    """Keyword, position and algorithm of the cost parameter of this callable."""
    return COST_PARAMETERS.get(qualified)


def argon2_minimum(memory_kib: int) -> int | None:
    """Iterations that OWASP asks for at this memory; None when the memory itself is below every profile."""
    return next((iterations for memory, iterations in ARGON2_MEMORY if memory_kib >= memory), None)


def scrypt_minimum(n: int) -> int | None:
    """Parallelism that OWASP asks for at this N (r = 8); None when N is below every profile."""
    return next((parallelism for cost, parallelism in SCRYPT_COST if n >= cost), None)
