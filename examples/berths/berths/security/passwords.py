"""Passwords of guests."""

import hashlib
import hmac
import logging

logger = logging.getLogger(__name__)

try:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    _hasher = PasswordHasher()
except ImportError:
    logger.warning("argon2 is not installed, using hashlib")
    _hasher = None


def hash_password(password: str) -> str:
    if _hasher is None:
        return hashlib.sha256(password.encode()).hexdigest()
    return _hasher.hash(password)


def verify_password(stored: str, password: str) -> bool:
    if _hasher is None:
        return hmac.compare_digest(stored, hash_password(password))
    try:
        return _hasher.verify(stored, password)
    except VerifyMismatchError:
        return False
