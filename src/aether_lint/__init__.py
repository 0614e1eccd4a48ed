"""aether-lint: finds fail-open code in Python back ends, and mends it."""

__version__ = "0.1.0"
