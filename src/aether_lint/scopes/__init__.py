"""What mypy, ruff and CI really cover: measured with the tools' own discovery, seen by the gates family alone."""

from aether_lint.scopes.observe import Survey, observe, survey

__all__ = ["Survey", "observe", "survey"]
