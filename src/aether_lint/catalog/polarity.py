"""Which answer of a control lets through: True for `is_allowed`, False for `is_revoked`.

`lookup` takes the last part of a function's name, without underscores at its ends.
"""

from typing import Literal

from msgspec import Struct

from aether_lint.catalog.tokens import words as words_of
from aether_lint.catalog.word_list import word_set

Lets = Literal["truthy", "falsy", "no raise"]
"""The side of the answer that lets the request through; no raise: a check that speaks by raising."""


class Control(Struct, frozen=True):
    """What the control protects, in the words of a message, and the answer that lets through."""

    subject: str
    lets_through: Lets


_AUTH = "authentication"
_PERMISSION = "the permission check"
_LIMIT = "the rate limit"
_REVOCATION = "the revocation check"
_BLOCK = "the block list"
_SIGNATURE = "the signature check"
_HALT = "the halt check"
_SANCTIONS = "the screening"
_APPROVAL = "the approval"
_VALIDITY = "the validation"

CONTROLS: dict[str, Control] = {
    # truthy lets through
    "allow": Control(_PERMISSION, "truthy"),
    "allowed": Control(_PERMISSION, "truthy"),
    "permit": Control(_PERMISSION, "truthy"),
    "permitted": Control(_PERMISSION, "truthy"),
    "authorize": Control(_PERMISSION, "truthy"),
    "authorized": Control(_PERMISSION, "truthy"),
    "authorise": Control(_PERMISSION, "truthy"),
    "authorised": Control(_PERMISSION, "truthy"),
    "grant": Control(_PERMISSION, "truthy"),
    "granted": Control(_PERMISSION, "truthy"),
    "can": Control(_PERMISSION, "truthy"),
    "may": Control(_PERMISSION, "truthy"),
    "permission": Control(_PERMISSION, "truthy"),
    "permissions": Control(_PERMISSION, "truthy"),
    "access": Control(_PERMISSION, "truthy"),
    "admin": Control(_PERMISSION, "truthy"),
    "superuser": Control(_PERMISSION, "truthy"),
    "authenticate": Control(_AUTH, "truthy"),
    "authenticated": Control(_AUTH, "truthy"),
    "verify": Control(_SIGNATURE, "truthy"),
    "verified": Control(_SIGNATURE, "truthy"),
    "signature": Control(_SIGNATURE, "truthy"),
    "valid": Control(_VALIDITY, "truthy"),
    "validate": Control(_VALIDITY, "truthy"),
    "safe": Control(_VALIDITY, "truthy"),
    "clean": Control(_VALIDITY, "truthy"),
    "compliant": Control(_SANCTIONS, "truthy"),
    "compliance": Control(_SANCTIONS, "truthy"),
    "approve": Control(_APPROVAL, "truthy"),
    "approved": Control(_APPROVAL, "truthy"),
    "approval": Control(_APPROVAL, "truthy"),
    "within": Control(_LIMIT, "truthy"),
    "acquire": Control("the lock", "truthy"),
    "acquired": Control("the lock", "truthy"),
    "consume": Control(_LIMIT, "truthy"),
    "leader": Control("the leader election", "truthy"),
    "enabled": Control(_PERMISSION, "truthy"),
    "active": Control(_PERMISSION, "truthy"),
    "quota": Control(_LIMIT, "truthy"),
    "budget": Control(_LIMIT, "truthy"),
    "trusted": Control(_PERMISSION, "truthy"),
    # falsy lets through
    "revoked": Control(_REVOCATION, "falsy"),
    "blacklisted": Control(_BLOCK, "falsy"),
    "blocklisted": Control(_BLOCK, "falsy"),
    "denylisted": Control(_BLOCK, "falsy"),
    "blocked": Control(_BLOCK, "falsy"),
    "banned": Control(_BLOCK, "falsy"),
    "denied": Control(_PERMISSION, "falsy"),
    "forbidden": Control(_PERMISSION, "falsy"),
    "limited": Control(_LIMIT, "falsy"),
    "throttled": Control(_LIMIT, "falsy"),
    "exceeded": Control(_LIMIT, "falsy"),
    "exceeds": Control(_LIMIT, "falsy"),
    "over": Control(_LIMIT, "falsy"),
    "halted": Control(_HALT, "falsy"),
    "halt": Control(_HALT, "falsy"),
    "paused": Control(_HALT, "falsy"),
    "frozen": Control(_HALT, "falsy"),
    "suspended": Control(_HALT, "falsy"),
    "locked": Control(_HALT, "falsy"),
    "killed": Control(_HALT, "falsy"),
    "engaged": Control(_HALT, "falsy"),
    "tripped": Control(_HALT, "falsy"),
    "sanctioned": Control(_SANCTIONS, "falsy"),
    "matches": Control(_SANCTIONS, "falsy"),
    "hits": Control(_SANCTIONS, "falsy"),
    "screen": Control(_SANCTIONS, "falsy"),
    "screening": Control(_SANCTIONS, "falsy"),
    "fraudulent": Control(_SANCTIONS, "falsy"),
    "suspicious": Control(_SANCTIONS, "falsy"),
    "malicious": Control(_SANCTIONS, "falsy"),
    "infected": Control(_SANCTIONS, "falsy"),
    "expired": Control("the expiry check", "falsy"),
    "replayed": Control("the replay check", "falsy"),
    "replay": Control("the replay check", "falsy"),
    "duplicate": Control("the idempotency check", "falsy"),
    "seen": Control("the replay check", "falsy"),
    "violations": Control(_SANCTIONS, "falsy"),
    "violation": Control(_SANCTIONS, "falsy"),
    "compromised": Control(_REVOCATION, "falsy"),
    "breached": Control(_REVOCATION, "falsy"),
    "tampered": Control(_SIGNATURE, "falsy"),
    "required": Control(_APPROVAL, "falsy"),
    # speaks by raising
    "require": Control(_PERMISSION, "no raise"),
    "requires": Control(_PERMISSION, "no raise"),
    "ensure": Control(_VALIDITY, "no raise"),
    "enforce": Control(_PERMISSION, "no raise"),
    "assert": Control(_VALIDITY, "no raise"),
    "guard": Control(_VALIDITY, "no raise"),
    "check": Control(_VALIDITY, "no raise"),
    "limit": Control(_LIMIT, "no raise"),
    "throttle": Control(_LIMIT, "no raise"),
}

CONTROL_WRITES: dict[str, str] = {
    "revoke": _REVOCATION, "blacklist": _BLOCK, "denylist": _BLOCK, "blocklist": _BLOCK, "ban": _BLOCK,
    "halt": _HALT, "freeze": _HALT, "suspend": _HALT,
}  # fmt: skip
"""Verbs of writes that a control depends on, with what no longer holds when the write is lost."""

CONTROL_WRITES_OF: dict[str, tuple[str, frozenset[str]]] = {
    "block": (_BLOCK, word_set("user ip account token card wallet address device client agent merchant")),
    "lock": (_HALT, word_set("account user wallet card")),
    "disable": (_PERMISSION, word_set("account user key apikey credential credentials token")),
    "deactivate": (_PERMISSION, word_set("account user key apikey credential credentials token")),
    "invalidate": (_REVOCATION, word_set("token tokens session sessions refresh credential credentials")),
    "record": ("the spending limit", word_set("spend spending")),
    "increment": (_LIMIT, word_set("attempt attempts usage quota spend spending login logins")),
    "engage": (_HALT, word_set("kill killswitch")),
    "activate": (_HALT, word_set("kill killswitch")),
    "trip": (_HALT, word_set("kill killswitch")),
}
"""The same for verbs that need one of these objects to mean it."""

CERTAIN: frozenset[str] = word_set(
    """
    allowed permitted authorize authorized authorise authorised authenticated permission permissions revoked
    blacklisted blocklisted denylisted blocked banned forbidden limited throttled halted sanctioned frozen suspended
    compromised tampered approved killed
    """
)
"""Words that name a control by themselves; the others need a word of `QUALIFIERS`, or a caller that refuses."""

QUALIFIERS: frozenset[str] = word_set(
    """
    signature token jwt webhook hmac permission permissions access auth authentication authorization rate quota budget
    policy sanction sanctions compliance kyc kyb aml approval role scope csrf otp totp mfa spend spending mandate
    blacklist blocklist denylist revocation kill killswitch halt credentials apikey ratelimit limit limits replay nonce
    """
)
"""Words that say what a weak verb such as `check` or `validate` controls."""

AMBIGUOUS: frozenset[str] = word_set(
    """
    sanction sanctions blacklist blocklist denylist revocation kill killswitch halt replay nonce limit limits rate
    ratelimit quota budget spend spending
    """
)
"""Words after `check` that leave open whether True is the good or the bad answer: the callers decide."""

ASKING: frozenset[str] = word_set(
    "is has was can may should are check verify validate authorize authenticate evaluate enforce"
)
"""First words of functions that answer a question; `allowed_origins` answers none."""


def lookup(word: str) -> Control | None:
    """The control that this word of a function's name (lower case) stands for."""
    return CONTROLS.get(word)


def of_name(name: str) -> Control | None:
    """The control behind a function's name: its first telling word that is not a bare auxiliary."""
    words = [word for word in name.lower().split("_") if word]
    found = [control for word in words if (control := CONTROLS.get(word))]
    sided = [control for control in found if control.lets_through != "no raise"]
    falsy = [control for control in sided if control.lets_through == "falsy"]
    return next(iter(falsy or sided or found), None)


def of_certain_name(name: str) -> Control | None:
    """The control that a function's name tells without a look at its callers."""
    parts = words_of(name)
    if not parts or parts[0] not in ASKING:
        return None
    control = of_name("_".join(parts))
    if control is None:
        return None
    if control.lets_through != "no raise" and any(CONTROLS.get(p) == control and p in CERTAIN for p in parts):
        return control
    telling = QUALIFIERS.intersection(parts)
    if not telling or control.lets_through == "falsy":
        return None
    subject = next((SUBJECTS[p] for p in parts if p in SUBJECTS), control.subject)
    if parts[0] == "is" and parts[-1] in _ENGAGED and AMBIGUOUS.intersection(parts):
        return Control(subject, "falsy")
    unclear = AMBIGUOUS.intersection(parts) or parts[0] not in _GOOD_WHEN_TRUE
    return Control(subject, "no raise" if unclear else "truthy")


_ENGAGED = frozenset({"active", "engaged", "enabled", "on", "triggered", "tripped", "exceeded", "reached"})
_GOOD_WHEN_TRUE = frozenset({"check", "verify", "validate", "authorize", "authenticate", "can", "may", "has", "is"})

SUBJECTS: dict[str, str] = {
    "signature": _SIGNATURE, "hmac": _SIGNATURE, "webhook": _SIGNATURE, "jwt": _SIGNATURE, "token": _SIGNATURE,
    "permission": _PERMISSION, "permissions": _PERMISSION, "access": _PERMISSION, "role": _PERMISSION,
    "scope": _PERMISSION, "auth": _AUTH, "authentication": _AUTH, "authorization": _PERMISSION, "rate": _LIMIT,
    "ratelimit": _LIMIT, "quota": _LIMIT, "limit": _LIMIT, "limits": _LIMIT, "budget": "the spending limit",
    "spend": "the spending limit", "spending": "the spending limit", "policy": "the policy check",
    "mandate": "the policy check", "sanction": _SANCTIONS, "sanctions": _SANCTIONS, "compliance": _SANCTIONS,
    "kyc": _SANCTIONS, "kyb": _SANCTIONS, "aml": _SANCTIONS, "approval": _APPROVAL, "csrf": "the CSRF check",
    "otp": "the second factor", "totp": "the second factor", "mfa": "the second factor",
    "blacklist": _REVOCATION, "blocklist": _REVOCATION, "denylist": _REVOCATION, "revocation": _REVOCATION,
    "kill": "the kill switch", "killswitch": "the kill switch", "halt": _HALT, "replay": "the replay check",
    "nonce": "the replay check", "credentials": _AUTH, "apikey": _AUTH,
}  # fmt: skip
"""What the words of `QUALIFIERS` protect, in the words of a message."""


def control_write(name: str) -> str | None:
    """What no longer holds when the write that a function of this name makes is lost; None: nothing asks."""
    parts = words_of(name)
    if not parts or "cache" in parts:
        return None
    if parts[0] in CONTROL_WRITES:
        return CONTROL_WRITES[parts[0]]
    subject, objects = CONTROL_WRITES_OF.get(parts[0], ("", frozenset()))
    return subject if objects.intersection(parts[1:]) else None


def ends_session(name: str) -> bool:
    """Whether a function of this name promises that somebody is logged out."""
    parts = words_of(name)
    return (
        bool({"logout", "signout"}.intersection(parts)) or {"log", "out"} <= set(parts) or {"sign", "out"} <= set(parts)
    )
