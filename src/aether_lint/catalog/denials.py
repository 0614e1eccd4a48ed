"""How code refuses a caller, and how it says yes or no in words: statuses, exceptions, keys and texts of answers.

All words are lower case; names are split into words before they are looked up.
"""

from itertools import pairwise

from aether_lint.catalog.tokens import words
from aether_lint.catalog.word_list import word_set

AUTHENTICATION = "authentication"
PERMISSION = "the permission check"
LIMIT = "the rate limit"
SIGNATURE = "the signature check"

SIGNATURE_WORDS: frozenset[str] = word_set("signature signatures hmac digest")
"""Words of what is tested before a request is refused for its signature."""

STATUSES: dict[int, str] = {401: AUTHENTICATION, 403: PERMISSION, 429: LIMIT}
"""HTTP statuses that refuse a caller, with the control that speaks."""

STATUS_NAMES: dict[str, str] = {
    "401": AUTHENTICATION, "403": PERMISSION, "429": LIMIT, "UNAUTHORIZED": AUTHENTICATION, "FORBIDDEN": PERMISSION,
    "TOO_MANY_REQUESTS": LIMIT,
}  # fmt: skip
"""Parts of the names of status constants (`status.HTTP_403_FORBIDDEN`, `HTTPStatus.FORBIDDEN`)."""

EXCEPTION_WORDS: dict[str, str] = {
    "permission": PERMISSION, "forbidden": PERMISSION, "denied": PERMISSION, "unauthorized": AUTHENTICATION,
    "unauthorised": AUTHENTICATION, "unauthenticated": AUTHENTICATION, "authentication": AUTHENTICATION,
    "authenticated": AUTHENTICATION, "authorization": PERMISSION, "authorized": PERMISSION, "throttled": LIMIT,
    "ratelimit": LIMIT, "quota": LIMIT, "signature": SIGNATURE, "revoked": "the revocation check",
    "blacklisted": "the revocation check", "banned": "the revocation check", "suspended": "the halt check",
    "halted": "the halt check", "sanctioned": "the screening", "sanctions": "the screening", "csrf": "the CSRF check",
    "disallowed": PERMISSION,
}  # fmt: skip
"""Words of exception classes that refuse a caller."""

EXCEPTION_PAIRS: dict[tuple[str, str], str] = {
    ("rate", "limit"): LIMIT, ("rate", "limited"): LIMIT, ("too", "many"): LIMIT, ("limit", "exceeded"): LIMIT,
    ("budget", "exceeded"): "the spending limit", ("kill", "switch"): "the kill switch",
    ("policy", "violation"): "the policy check", ("approval", "required"): "the approval",
    ("invalid", "token"): AUTHENTICATION, ("invalid", "credentials"): AUTHENTICATION,
    ("login", "required"): AUTHENTICATION,
}  # fmt: skip

ANSWER_KEYS: dict[str, bool] = {
    "allowed": True, "permitted": True, "approved": True, "authorized": True, "authorised": True, "granted": True,
    "authenticated": True, "blocked": False, "denied": False, "revoked": False, "limited": False, "halted": False,
    "sanctioned": False, "rejected": False, "blacklisted": False, "banned": False, "forbidden": False,
}  # fmt: skip
"""Last words of the fields of an answer that say yes or no by themselves, with the value that lets through."""

WEAK_ANSWER_KEYS: dict[str, bool] = {
    "success": True, "ok": True, "passed": True, "valid": True, "verified": True, "compliant": True, "safe": True,
    "accepted": True, "is_valid": True, "hit": False, "match": False, "matched": False, "flagged": False,
}  # fmt: skip
"""The same where the function must be a control by its own name."""

VERDICT_KEYS: frozenset[str] = word_set("decision verdict action outcome")
"""Fields that hold the verdict as a word."""

ALLOWING: frozenset[str] = word_set(
    "allow allowed approve approved pass passed accept accepted permit permitted proceed skip skipped grant granted"
)
DENYING: frozenset[str] = word_set(
    "deny denied reject rejected block blocked fail failed refuse refused hold escalate quarantine"
)
WARNING: frozenset[str] = DENYING | word_set(
    "severe high critical error unknown review pending unavailable suspicious manual challenge indeterminate"
)
"""Words in any other field that keep an answer from being a yes."""

DEPENDENCY_VERBS: frozenset[str] = word_set("get require current verify authenticate resolve load")
PRINCIPALS: frozenset[str] = word_set("user principal identity admin superuser caller subject auth account_id claims")
"""A function of the form verb + principal, with a word of `PRESENCE`, answers who calls."""

PRESENCE: frozenset[str] = word_set(
    "current require required active authenticated verify verified admin superuser auth"
)

ANONYMOUS: frozenset[str] = word_set("anonymous guest public unauthenticated anon visitor none")
"""A principal that says of itself that nobody is logged in grants nothing."""

GUARDING_DECORATORS: dict[str, str] = {
    "limit": LIMIT, "shared_limit": LIMIT, "rate_limit": LIMIT, "ratelimit": LIMIT, "throttle": LIMIT,
    "login_required": AUTHENTICATION, "auth_required": AUTHENTICATION, "jwt_required": AUTHENTICATION,
    "token_required": AUTHENTICATION, "requires_auth": AUTHENTICATION, "require_auth": AUTHENTICATION,
    "authenticated": AUTHENTICATION, "admin_required": PERMISSION, "permission_required": PERMISSION,
    "require_permission": PERMISSION, "requires_permission": PERMISSION, "require_role": PERMISSION,
    "requires_role": PERMISSION, "role_required": PERMISSION, "csrf_protect": "the CSRF check",
}  # fmt: skip
"""Decorators that refuse before the function runs; one that hands back what it is given refuses nobody."""


def of_status(status: int) -> str | None:
    """The control that answers with this HTTP status."""
    return STATUSES.get(status)


def of_status_name(name: str) -> str | None:
    """The control behind a constant such as `HTTP_403_FORBIDDEN`."""
    last = name.rpartition(".")[2].rpartition(":")[2]
    return next((control for part, control in STATUS_NAMES.items() if part in last.upper()), None)


def of_exception(name: str) -> str | None:
    """The control that raises an exception of this name."""
    parts = words(name)
    for pair in pairwise(parts):
        if pair in EXCEPTION_PAIRS:
            return EXCEPTION_PAIRS[pair]
    return next((EXCEPTION_WORDS[part] for part in parts if part in EXCEPTION_WORDS), None)


def of_key(key: str, *, weak: bool) -> bool | None:
    """The value of a field of this name that lets through; None where the field says nothing about it."""
    last = (words(key) or ("",))[-1]
    found = ANSWER_KEYS.get(last)
    return WEAK_ANSWER_KEYS.get(last) if found is None and weak else found


def verdict(key: str, text: str) -> bool | None:
    """Whether a field that holds a verdict lets through (True), refuses (False) or says something else (None)."""
    if (words(key) or ("",))[-1] not in VERDICT_KEYS:
        return None
    return True if text.lower() in ALLOWING else False if text.lower() in DENYING else None


def names_principal(name: str) -> bool:
    """Whether a function of this name answers who the caller is: `get_current_user`, `require_admin`."""
    parts = set(words(name))
    return bool(parts & PRINCIPALS and parts & PRESENCE and (parts & DEPENDENCY_VERBS))


def of_decorator(name: str) -> str:
    """The control that a decorator of this name is."""
    return GUARDING_DECORATORS.get(name, PERMISSION)
