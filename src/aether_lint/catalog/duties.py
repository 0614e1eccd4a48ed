"""What a class or parameter is there for, by the words of its name: to send, sign, keep or allow something."""

from aether_lint.catalog import tokens
from aether_lint.catalog.tokens import Receiver

_DUTIES: dict[str, Receiver] = {
    **dict.fromkeys(
        ("secret", "secrets", "vault", "credential", "credentials"), Receiver("the secret store", "secrets")
    ),
    **dict.fromkeys(("signer", "signing", "kms", "hsm", "wallet"), Receiver("the signer", "keys")),
    **dict.fromkeys(
        ("payment", "payments", "billing", "payout", "payouts", "charge"), Receiver("the payment provider", "cloud")
    ),
    **dict.fromkeys(("email", "emails", "mail", "mailer", "smtp"), Receiver("the mail server", "email")),
    **dict.fromkeys(("sms", "notification", "notifications", "notifier", "push"), Receiver("the notifier", "email")),
    **dict.fromkeys(("authorizer", "authoriser", "authenticator", "auth", "permission", "permissions", "kyc",
                     "sanctions", "screening", "verifier"), Receiver("the control", "control")),
}  # fmt: skip
STAND_IN_NAMES = frozenset({"mock", "mocked", "stub", "fake", "dummy", "simulated", "placeholder", "noop", "null"})
"""Words in a class name that call it a stand-in."""
NOT_KEPT = frozenset({"cache", "object"})
"""Roles whose content is made good from elsewhere."""


def duty(name: str) -> Receiver | None:
    """What something of this name is there for; the last telling word decides."""
    for word in reversed(tokens.words(name)):
        found = _DUTIES.get(word) or tokens.RECEIVERS.get(word)
        if found is not None:
            return found
    return None


def names_cache(name: str) -> bool:
    """Whether a name is that of a cache, whose content is made good from its source."""
    return bool(frozenset(tokens.words(name)) & {"cache", "cached", "caching", "memo", "lru"})


def says_stand_in(name: str) -> bool:
    """Whether a class name calls it a stand-in: `MockMailer`; a stub at the end is a gRPC client."""
    parts = tokens.words(name)
    return any(part in STAND_IN_NAMES for part in parts[:-1]) or parts[-1:] == ("mock",)


def says_in_memory(name: str) -> bool:
    """Whether a class name says that what it keeps stays in the process: `InMemoryQueue`, `LocalStore`."""
    parts = tokens.words(name)
    if "inmemory" in parts:
        return True
    if frozenset(parts) & tokens.MEMORY_DOMAIN_WORDS:
        return False
    return any(parts[: len(prefix)] == prefix and len(parts) > len(prefix) for prefix in tokens.IN_MEMORY_PREFIXES)
