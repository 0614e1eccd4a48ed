"""Names that a project's configuration adds to the catalogue."""

from collections.abc import Iterable

from msgspec import Struct


class OwnNames(Struct, frozen=True):
    """Dotted names (`app.stores.Ledger`), or the last parts of them; each field is the config key of its name."""

    volatile: tuple[str, ...] = ()
    durable: tuple[str, ...] = ()
    production_guards: tuple[str, ...] = ()
    test_gates: tuple[str, ...] = ()
    startup_hooks: tuple[str, ...] = ()


def matches(name: str, entries: Iterable[str]) -> bool:
    """Whether a global name (`app/stores.py:Ledger`) or an external dotted name is one of some dotted names."""
    path, colon, key = name.rpartition(":")
    dotted = f"{path.removesuffix('.py').replace('/', '.')}.{key}" if colon else name
    return any(dotted == entry or dotted.endswith("." + entry) for entry in entries)
