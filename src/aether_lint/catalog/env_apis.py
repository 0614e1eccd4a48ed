"""Callables that read a setting from the environment: where the name and the default stand, and what they cast to.

`lookup` takes the qualified name of a function or method (`environs.Env.str`); instances are resolved to their class
by the linker (`env = environs.Env()`; `env.str(...)`; `env(...)` is `environs.Env.__call__`).
"""

from typing import Literal

from msgspec import Struct

Cast = Literal["text", "bool", "number", "list", "json", "url", "any"]
Missing = Literal["none", "raises", "default"]
"""What a read without a default gives: None, an error, or whatever a schema says."""


class EnvApi(Struct, frozen=True):
    """One reader. Positions are 0-based, -1 when the argument is keyword only; an empty keyword means there is none."""

    library: str
    name_position: int
    default_position: int
    name_keyword: str
    default_keyword: str
    cast: Cast
    missing: Missing
    cast_keyword: str = ""
    scheme: bool = False  # the reader is built with a default for each variable: `Env(DEBUG=(bool, False))`


class SettingsBase(Struct, frozen=True):
    """A base class whose annotated attributes are settings read from variables of the same name."""

    library: str
    prefix: str  # the attribute of the inner configuration that holds the prefix


_CASTS: dict[str, Cast] = {
    "str": "text", "bool": "bool", "int": "number", "float": "number", "decimal": "number", "list": "list",
    "tuple": "list", "dict": "list", "json": "json", "url": "url", "path": "text", "uuid": "text", "date": "text",
    "datetime": "text", "time": "text", "timedelta": "number", "log_level": "number", "enum": "text", "bytes": "text",
    "unicode": "text", "dj_db_url": "url", "dj_cache_url": "url", "dj_email_url": "url", "db": "url", "db_url": "url",
    "cache": "url", "cache_url": "url", "email": "url", "email_url": "url", "search_url": "url", "channels": "url",
    "channels_url": "url", "get_value": "any", "__call__": "any",
}  # fmt: skip

_ENVIRONS = (
    "__call__ str bool int float decimal list dict json url path uuid date datetime time timedelta log_level enum "
    "dj_db_url dj_cache_url dj_email_url"
)
_DJANGO_ENVIRON = (
    "__call__ str unicode bytes bool int float list tuple dict json url path db db_url cache cache_url email email_url "
    "search_url channels channels_url get_value"
)

ENV_APIS: dict[str, EnvApi] = {
    "os.getenv": EnvApi("stdlib", 0, 1, "key", "default", "text", "none"),
    "os.environ.get": EnvApi("stdlib", 0, 1, "key", "default", "text", "none"),
    "os.environ.setdefault": EnvApi("stdlib", 0, 1, "key", "value", "text", "none"),
    "os.environ.pop": EnvApi("stdlib", 0, 1, "key", "default", "text", "raises"),
    "os.environ.__getitem__": EnvApi("stdlib", 0, -1, "key", "", "text", "raises"),
    "os.getenvb": EnvApi("stdlib", 0, 1, "key", "default", "text", "none"),
    "os.environb.get": EnvApi("stdlib", 0, 1, "key", "default", "text", "none"),
    "decouple.config": EnvApi("python-decouple", 0, 1, "option", "default", "any", "raises", "cast"),
    "decouple.Config.__call__": EnvApi("python-decouple", 0, 1, "option", "default", "any", "raises", "cast"),
    "decouple.Config.get": EnvApi("python-decouple", 0, 1, "option", "default", "any", "raises", "cast"),
    "decouple.AutoConfig.__call__": EnvApi("python-decouple", 0, 1, "option", "default", "any", "raises", "cast"),
    "starlette.config.Config.__call__": EnvApi("starlette", 0, 2, "key", "default", "any", "raises", "cast"),
    "starlette.config.Config.get": EnvApi("starlette", 0, 2, "key", "default", "any", "raises", "cast"),
    "dynaconf.LazySettings.get": EnvApi("dynaconf", 0, 1, "key", "default", "any", "none", "cast"),
    "dynaconf.Dynaconf.get": EnvApi("dynaconf", 0, 1, "key", "default", "any", "none", "cast"),
    "dynaconf.settings.get": EnvApi("dynaconf", 0, 1, "key", "default", "any", "none", "cast"),
    "dynaconf.LazySettings.__call__": EnvApi("dynaconf", 0, 1, "key", "default", "any", "none", "cast"),
    "dynaconf.Dynaconf.__call__": EnvApi("dynaconf", 0, 1, "key", "default", "any", "none", "cast"),
    "dynaconf.Validator": EnvApi("dynaconf", 0, -1, "names", "default", "any", "none", "cast"),
    "click.option": EnvApi("click", -1, -1, "envvar", "default", "any", "none", "type"),
    "click.argument": EnvApi("click", -1, -1, "envvar", "default", "any", "none", "type"),
    "typer.Option": EnvApi("typer", -1, 0, "envvar", "default", "any", "raises"),
    "typer.Argument": EnvApi("typer", -1, 0, "envvar", "default", "any", "raises"),
    "environ.var": EnvApi("environ-config", -1, 0, "name", "default", "any", "raises", "converter"),
    "environ.bool_var": EnvApi("environ-config", -1, 0, "name", "default", "bool", "raises"),
    "flask.Config.get": EnvApi("Flask", 0, 1, "key", "default", "any", "none"),
}
for _method in _ENVIRONS.split():
    _reader = EnvApi("environs", 0, 1, "name", "default", _CASTS[_method], "raises")
    ENV_APIS[f"environs.Env.{_method}"] = ENV_APIS[f"environs.env.{_method}"] = _reader
for _method in _DJANGO_ENVIRON.split():
    for _class in ("Env", "FileAwareEnv"):
        _position = 2 if _method in {"__call__", "get_value"} else 1
        ENV_APIS[f"environ.{_class}.{_method}"] = EnvApi(
            "django-environ", 0, _position, "var", "default", _CASTS[_method], "raises", "cast", scheme=True
        )

SETTINGS_BASES: dict[str, SettingsBase] = {
    "pydantic_settings.BaseSettings": SettingsBase("pydantic-settings", "env_prefix"),
    "pydantic_settings.main.BaseSettings": SettingsBase("pydantic-settings", "env_prefix"),
    "pydantic.BaseSettings": SettingsBase("pydantic", "env_prefix"),
    "pydantic.v1.BaseSettings": SettingsBase("pydantic", "env_prefix"),
    "pydantic.env_settings.BaseSettings": SettingsBase("pydantic", "env_prefix"),
}

FIELD_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "pydantic.Field": ("validation_alias", "alias", "env"),
    "pydantic.fields.Field": ("validation_alias", "alias", "env"),
    "pydantic.v1.Field": ("env", "alias"),
    "dataclasses.field": (),
    "attrs.field": ("alias",),
    "attr.ib": ("alias",),
    "attr.field": ("alias",),
    "typed_settings.option": (),
    "typed_settings.secret": (),
}
"""Field functions -> keywords that name the variable. The default is `default=` or the first argument of pydantic's."""

SECRET_TYPES: dict[str, str] = {
    "pydantic.SecretStr": "pydantic",
    "pydantic.types.SecretStr": "pydantic",
    "pydantic.SecretBytes": "pydantic",
    "pydantic.types.SecretBytes": "pydantic",
    "pydantic.v1.SecretStr": "pydantic",
    "starlette.datastructures.Secret": "starlette",
    "typed_settings.SecretStr": "typed-settings",
    "typed_settings.types.SecretStr": "typed-settings",
}
"""Wrappers that mark a value as secret; the literal inside is the value."""

CONTAINERS: dict[str, str] = {
    "os.environ": "stdlib",
    "os.environb": "stdlib",
    "dotenv.dotenv_values": "python-dotenv",
}
"""Mappings that hold the environment: `.get`, `.pop`, `[...]` and `in` on them are reads."""


def lookup(qualified: str) -> EnvApi | None:
    """How this callable reads the environment, or None when it does not."""
    return ENV_APIS.get(qualified)


def settings_base(qualified: str) -> SettingsBase | None:
    """The settings class of this dotted name, whose annotated attributes are environment reads."""
    return SETTINGS_BASES.get(qualified)
