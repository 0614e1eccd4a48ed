"""Configuration: which root a file belongs to, and which settings hold there."""

from aether_lint.config.error import ConfigError
from aether_lint.config.load import Setting, find_source, load_config, origins, settings
from aether_lint.config.project_root import Root, RootFinder, find_root
from aether_lint.config.settings import Config, json_schema

__all__ = [
    "Config",
    "ConfigError",
    "Root",
    "RootFinder",
    "Setting",
    "find_root",
    "find_source",
    "json_schema",
    "load_config",
    "origins",
    "settings",
]
