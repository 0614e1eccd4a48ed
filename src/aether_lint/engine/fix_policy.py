"""Which fixes may be made where, and what the configuration adds to them."""

import os
from collections.abc import Iterable
from functools import cache

import msgspec

from aether_lint.config import Config, RootFinder, load_config
from aether_lint.engine.request import CheckRequest
from aether_lint.files import read_regular
from aether_lint.model import Finding, Fix

PROJECTS = frozenset({"config", "git", "packaging"})  # roots that hold more than the files named
GUARDED = frozenset({"raise_in_handler", "require_config"})  # codemods that can call `fix-guard` instead of raising


class FixPolicy:
    """Which fixes are allowed where: by the request, and by the configuration of each file's root."""

    def __init__(self, request: CheckRequest, unsafe_fixes: bool | None = None) -> None:
        self._request = request
        self._unsafe_fixes = unsafe_fixes
        self._roots = RootFinder()
        self._load = cache(load_config)

    def absolute(self, path: str) -> str:
        """The absolute path of a finding's path."""
        return os.path.normpath(os.path.join(self._request.folder, path))

    def read(self, path: str) -> bytes:
        """The bytes of a finding's file. Raises OSError."""
        return read_regular(self.absolute(path), self.config(path).max_file_size)

    def config(self, path: str) -> Config:
        """The configuration in force for a file. Raises ConfigError."""
        root = self._roots.root_of(os.path.dirname(self.absolute(path)))
        return self._load(root.path, path=self._request.config_path or "")

    def roots_beyond_request(self, paths: Iterable[str]) -> list[str]:
        """The roots of these files that the request does not cover as a whole; where only files were named, none."""
        asked = [self._request.absolute(path) for path in self._request.paths]
        folders = {os.path.dirname(self.absolute(path)) for path in paths}
        roots = {root.path for folder in folders if (root := self._roots.root_of(folder)).evidence in PROJECTS}
        return sorted(root for root in roots if not any(_is_in(root, path) for path in asked))

    def wants(self, finding: Finding) -> bool:
        """Whether the fix of this finding may be made."""
        if finding.fix is None or finding.fix.applicability == "display":
            return False
        config = self.config(finding.path)
        if not any(finding.code.startswith(selector) or finding.name == selector for selector in config.fixable):
            return False
        unsafe = config.unsafe_fixes if self._unsafe_fixes is None else self._unsafe_fixes
        return finding.fix.applicability == "safe" or unsafe

    def guarded(self, path: str, planned: Fix) -> Fix:
        """The fix with the project's `fix-guard` as an argument, where its codemod can call it."""
        guard = self.config(path).fix_guard
        if not guard or planned.codemod not in GUARDED:
            return planned
        return msgspec.structs.replace(planned, arguments={**planned.arguments, "guard": guard})


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
