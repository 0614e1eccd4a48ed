"""What mypy, ruff and CI really cover: measured with the tools' own discovery, seen by the gates family alone."""
