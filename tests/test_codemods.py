"""Each codemod on one place: text before, text after, in the many ways people write Python.

In a case `[[` and `]]` mark the target; they are taken out before the codemod runs.
"""

import subprocess
import sys
import textwrap
from typing import NamedTuple

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aether_lint.codemods.apply import Applied, apply
from aether_lint.codemods.target import WAITS, Target
from aether_lint.model import Span


class Case(NamedTuple):
    name: str
    codemod: str
    before: str
    after: str
    arguments: dict[str, str] = {}  # noqa: RUF012 - a NamedTuple's default, never changed


def marked(text: str) -> tuple[str, Span]:
    """The text without its marks, and the span between them."""
    start = text.index("[[")
    text = text[:start] + text[start + 2 :]
    end = text.index("]]")
    text = text[:end] + text[end + 2 :]
    return text, Span(*position(text, start), *position(text, end))


def position(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset].replace("\r\n", "\n")
    return before.count("\n") + 1, offset - max(text.rfind("\n", 0, offset), -1)


def run(case: Case) -> tuple[str, Applied]:
    text, span = marked(case.before)
    return text, apply(text, [Target(case.codemod, span, case.arguments)])


REDIS = {"distribution": "redis", "subject": "sessions"}
GUARD = {"guard": "app.guards:refuse", "subject": "sessions"}

CASES = [
    Case(
        "import_handler_raises_and_names_the_distribution",
        "raise_in_handler",
        "try:\n    import redis\n[[except ImportError:]]\n    redis = None\n",
        "try:\n    import redis\nexcept ImportError as exc:\n"
        '    raise ImportError("redis is required for sessions: install redis") from exc\n',
        REDIS,
    ),
    Case(
        "name_of_the_handler_is_kept",
        "raise_in_handler",
        "try:\n    import redis\nexcept ImportError as e:\n    log.warning(e)\n    [[redis = None]]\n",
        "try:\n    import redis\nexcept ImportError as e:\n"
        '    raise ImportError("redis is required: install redis") from e\n',
        {"distribution": "redis"},
    ),
    Case(
        "tuple_of_errors_pragma_and_tabs",
        "raise_in_handler",
        "def f():\n\ttry:\n\t\timport a.b as c  # c\n\texcept (ImportError, OSError):  # pragma: no cover\n"
        "\t\t[[c = Fake()]]\n\t\t# kept\n\treturn c\n",
        "def f():\n\ttry:\n\t\timport a.b as c  # c\n\texcept (ImportError, OSError) as exc:  # pragma: no cover\n"
        '\t\traise ImportError("a is required: install a") from exc\n\t\t# kept\n\treturn c\n',
        {"distribution": "a"},
    ),
    Case(
        "bare_except_gets_no_name",
        "raise_in_handler",
        "try:\n    import redis\n[[except:]]\n    class redis:\n        pass\n",
        'try:\n    import redis\nexcept:\n    raise ImportError("redis is required: install redis")\n',
        {"distribution": "redis"},
    ),
    Case(
        "one_line_handler_stays_on_its_line",
        "raise_in_handler",
        "try: import redis\n[[except ImportError: redis = None]]  # why\nx = 1\n",
        'try: import redis\nexcept ImportError as exc: raise ImportError("redis is required: install redis") from exc'
        "  # why\nx = 1\n",
        {"distribution": "redis"},
    ),
    Case(
        "only_the_flagged_handler_of_several_changes",
        "raise_in_handler",
        "try:\n    import a\nexcept KeyError:\n    pass\n[[except ImportError:]]\n    a = None\nfinally:\n    done()\n",
        "try:\n    import a\nexcept KeyError:\n    pass\nexcept ImportError as exc:\n"
        '    raise ImportError("a is required: install a") from exc\nfinally:\n    done()\n',
        {"distribution": "a"},
    ),
    Case(
        "inner_try_of_a_nested_one",
        "raise_in_handler",
        "try:\n    import a\nexcept ImportError:\n    try:\n        import b as a\n"
        "    [[except ImportError:]]\n        a = None\n",
        "try:\n    import a\nexcept ImportError:\n    try:\n        import b as a\n"
        '    except ImportError as exc:\n        raise ImportError("a is required: install a") from exc\n',
        {"distribution": "a"},
    ),
    Case(
        "a_taken_name_is_not_bound_again",
        "raise_in_handler",
        "def f(exc):\n    try:\n        import a\n    [[except ImportError:]]\n        a = None\n    return exc\n",
        "def f(exc):\n    try:\n        import a\n    except ImportError as error:\n"
        '        raise ImportError("a is required: install a") from error\n    return exc\n',
        {"distribution": "a"},
    ),
    Case(
        "without_a_distribution_the_try_goes",
        "raise_in_handler",
        "import os\n\n# redis\ntry:\n    import redis\n    HAS = True\n[[except ImportError:]]\n    HAS = False\n"
        "else:\n    done = 1\n\ny = 2\n",
        "import os\n\n# redis\nimport redis\nHAS = True\ndone = 1\n\ny = 2\n",
    ),
    Case(
        "without_a_distribution_a_comment_keeps_the_try",
        "raise_in_handler",
        "try:\n    import redis\n[[except ImportError:]]  # pragma: no cover\n    redis = None\n",
        "try:\n    import redis\nexcept ImportError:  # pragma: no cover\n    raise\n",
    ),
    Case(
        "crlf_is_kept",
        "raise_in_handler",
        "try:\r\n    import a\r\n[[except ImportError:]]\r\n    a = None\r\n    b = 1\r\nx = 2\r\n",
        "try:\r\n    import a\r\nexcept ImportError as exc:\r\n"
        '    raise ImportError("a is required: install a") from exc\r\nx = 2\r\n',
        {"distribution": "a"},
    ),
    Case(
        "quotes_in_a_subject_are_escaped",
        "raise_in_handler",
        "try:\n    import a\n[[except ImportError:]]\n    a = None",
        "try:\n    import a\nexcept ImportError as exc:\n"
        '    raise ImportError("a is required for the \\"x\\": install a") from exc',
        {"distribution": "a", "subject": 'the "x"'},
    ),
    Case(
        "runtime_handler_keeps_its_log",
        "raise_in_handler",
        "def f():\n    try:\n        return Redis()\n    except RedisError as e:\n"
        "        log.warning('x %s', e)\n        [[return MemoryStore()]]\n",
        "def f():\n    try:\n        return Redis()\n    except RedisError as e:\n"
        "        log.warning('x %s', e)\n        raise\n",
    ),
    Case(
        "reports_after_the_replacement_move_before_the_raise",
        "raise_in_handler",
        "try:\n    c = Redis()\nexcept RedisError:\n    n += 1\n    [[c = {}]]\n    mode = 'memory'\n"
        "    log.error('x')  # y\n",
        "try:\n    c = Redis()\nexcept RedisError:\n    n += 1\n    log.error('x')  # y\n    raise\n",
    ),
    Case(
        "target_on_the_except_line_keeps_what_reports_need",
        "raise_in_handler",
        "try:\n    c = Redis()\n[[except RedisError as err:]]\n    why = str(err)\n    where = host\n    c = None\n"
        "    log.error(why, where)\n    return None\n",
        "try:\n    c = Redis()\nexcept RedisError as err:\n    why = str(err)\n    where = host\n"
        "    log.error(why, where)\n    raise\n",
    ),
    Case(
        "replacement_below_an_if_of_the_handler",
        "raise_in_handler",
        "try:\n    c = Redis()\nexcept RedisError:\n    if strict:\n        stop()\n    else:\n"
        "        [[c = {}]]\n        log.info('x')\n",
        "try:\n    c = Redis()\nexcept RedisError:\n    if strict:\n        stop()\n    else:\n        log.info('x')\n"
        "        raise\n",
    ),
    Case(
        "a_handler_with_nothing_else_goes",
        "raise_in_handler",
        "async def f(self):\n    try:\n        await self.a(\n            1,\n        )  # b\n    except OSError:\n"
        "        [[self.c = None]]\n    return 1\n",
        "async def f(self):\n    await self.a(\n        1,\n    )  # b\n    return 1\n",
    ),
    Case(
        "comments_above_what_goes_stay",
        "raise_in_handler",
        "try:\n    c = Redis()\nexcept RedisError:\n    # local copy\n    [[c = {}]]  # x\n\n"
        "    # b\n    d = 1\n    print(d)\n",
        "try:\n    c = Redis()\nexcept RedisError:\n    print(d)\n    # local copy\n    # b\n    raise\n",
    ),
    Case(
        "comment_above_the_first_statement_of_a_block",
        "require_config",
        "def f():\n    if not dsn:\n        # dev\n        [[return {}]]\n    return Pg(dsn)\n",
        "def f():\n    if not dsn:\n        # dev\n"
        '        raise RuntimeError("DSN is required and is not set")\n    return Pg(dsn)\n',
        {"variable": "DSN"},
    ),
    Case(
        "semicolons",
        "raise_in_handler",
        "try:\n    c = Redis()\nexcept RedisError:\n    log('x'); [[c = {}]]; d = 1  # e\n",
        "try:\n    c = Redis()\nexcept RedisError:\n    log('x')  # e\n    raise\n",
    ),
    Case(
        "guard_goes_before_the_replacement",
        "raise_in_handler",
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\n\ntry:\n    import redis\nexcept ImportError:\n'
        "    log('x')\n    [[redis = None]]  # y\n",
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport os\nfrom app.guards import refuse\n\ntry:\n'
        "    import redis\nexcept ImportError as exc:\n    log('x')\n"
        '    refuse("sessions", exc)\n    redis = None  # y\n',
        GUARD,
    ),
    Case(
        "guard_under_another_name_and_in_one_line",
        "raise_in_handler",
        "from app.guards import refuse as stop\ntry: c = f()\nexcept E as e: [[c = {}]]\n",
        'from app.guards import refuse as stop\ntry: c = f()\nexcept E as e: stop("sessions", e); c = {}\n',
        GUARD,
    ),
    Case(
        "guard_in_a_bare_except",
        "raise_in_handler",
        "def f():\n    try:\n        g()\n    [[except:]]\n        log('x')\n        return {}\n",
        "from app.guards import refuse\ndef f():\n    try:\n        g()\n    except BaseException as exc:\n"
        "        log('x')\n"
        '        refuse("sessions", exc)\n        return {}\n',
        GUARD,
    ),
    Case(
        "start_up_handler_raises_after_its_log",
        "append_raise",
        "@asynccontextmanager\nasync def life(app):\n    try:\n        await connect()\n    [[except Exception:]]\n"
        "        logger.exception('no')  # why\n    yield\n",
        "@asynccontextmanager\nasync def life(app):\n    try:\n        await connect()\n    except Exception:\n"
        "        logger.exception('no')  # why\n        raise\n    yield\n",
    ),
    Case(
        "return_at_the_end_of_the_handler_becomes_raise",
        "append_raise",
        "def up():\n    try:\n        go()\n    except Exception as e:\n        [[log(e)]]\n        self.ok = False\n"
        "        return None\n",
        "def up():\n    try:\n        go()\n    except Exception as e:\n        log(e)\n"
        "        self.ok = False\n        raise\n",
    ),
    Case(
        "pass_handler_is_unwrapped",
        "append_raise",
        "def up():\n    x = 1\n\n    # start\n    try:\n        # go\n        go()\n        if x:\n            y()\n"
        "    [[except Exception: pass]]\n    return x\n",
        "def up():\n    x = 1\n\n    # start\n    # go\n    go()\n    if x:\n        y()\n    return x\n",
    ),
    Case(
        "pass_handler_with_a_finally_raises",
        "append_raise",
        "try:\n    go()\n[[except Exception:]]\n    ...\nfinally:\n    end()\n",
        "try:\n    go()\nexcept Exception:\n    raise\nfinally:\n    end()\n",
    ),
    Case(
        "suppress_is_unwrapped_and_its_import_dropped",
        "append_raise",
        "import asyncio\nfrom contextlib import asynccontextmanager, suppress\n\n@asynccontextmanager\n"
        "async def life(app):\n"
        "    # warm\n    [[with suppress(Exception):]]\n        await warm()\n        more()\n    yield\n",
        "import asyncio\nfrom contextlib import asynccontextmanager\n\n@asynccontextmanager\nasync def life(app):\n"
        "    # warm\n    await warm()\n    more()\n    yield\n",
    ),
    Case(
        "comment_on_the_suppress_line_stays",
        "append_raise",
        "[[with suppress(Exception):]]  # why\n    # go\n    go()\n",
        "# why\n# go\ngo()\n",
    ),
    Case(
        "raise_under_a_flag_becomes_a_raise",
        "append_raise",
        "try:\n    go()\n[[except Exception:]]\n    log()\n    if strict:\n        raise\n",
        "try:\n    go()\nexcept Exception:\n    log()\n    raise\n",
    ),
    Case(
        "a_name_that_nothing_uses_any_more_goes",
        "append_raise",
        "try:\n    go()\n[[except Exception as e:]]\n    log()\n    if e:\n        raise\n",
        "try:\n    go()\nexcept Exception:\n    log()\n    raise\n",
    ),
    Case(
        "suppress_before_a_local_copy",
        "raise_in_handler",
        "def f(self):\n    [[with suppress(OSError):]]\n        return self.r.get()\n    return self.m\n",
        "def f(self):\n    return self.r.get()\n    return self.m\n",
    ),
    Case(
        "replacement_after_the_handler",
        "raise_in_handler",
        "def f():\n    if pool is None:\n        [[return {}]]\n    return pool\n",
        "def f():\n    if pool is None:\n"
        '        raise RuntimeError("the order store cannot be reached")\n    return pool\n',
        {"subject": "the order store"},
    ),
    Case(
        "suppress_beside_other_managers",
        "append_raise",
        "import contextlib\nwith lock, [[contextlib.suppress(OSError)]]:\n    go()\n",
        "with lock:\n    go()\n",
    ),
    Case(
        "suppress_that_is_used_elsewhere_stays_imported",
        "append_raise",
        "import contextlib\n[[with contextlib.suppress(OSError): go()]]\nwith contextlib.suppress(KeyError): x()\n",
        "import contextlib\ngo()\nwith contextlib.suppress(KeyError): x()\n",
    ),
    Case(
        "getenv_with_a_literal",
        "require_env",
        'import os\n\nSECRET = [[os.getenv("SECRET", "changeme")]]  # key\nX = 1\n',
        'import os\n\nSECRET = os.environ["SECRET"]  # key\nif not SECRET:\n'
        '    raise RuntimeError("SECRET is empty")\nX = 1\n',
    ),
    Case(
        "environ_get_on_self_with_tabs_and_a_keyword",
        "require_env",
        "import os as _os\nclass A:\n\tdef f(self):\n\t\tself.key = [[_os.environ.get('K', default='x')]]\n",
        "import os as _os\nclass A:\n\tdef f(self):\n\t\tself.key = _os.environ['K']\n"
        '\t\tif not self.key:\n\t\t\traise RuntimeError("K is empty")\n',
    ),
    Case(
        "or_default_and_encode_over_lines",
        "require_env",
        'import os\nKEY = ([[os.getenv("K")\n       or "x"]]).encode()\n',
        'import os\nKEY = (os.environ["K"]).encode()\nif not KEY:\n    raise RuntimeError("K is empty")\n',
    ),
    Case(
        "second_variable_becomes_the_required_one",
        "require_env",
        'import os\nk = [[os.getenv("A") or os.getenv("B") or "x"]]\n',
        'import os\nk = os.getenv("A") or os.environ["B"]\nif not k:\n    raise RuntimeError("B is empty")\n',
    ),
    Case(
        "bare_getenv_gets_its_import",
        "require_env",
        '"""Doc."""\n\nfrom os import getenv\n\nSECRET = [[getenv("S", "x")]]\n',
        '"""Doc."""\n\nimport os\n\nSECRET = os.environ["S"]\nif not SECRET:\n    raise RuntimeError("S is empty")\n',
    ),
    Case(
        "read_inside_a_call_gets_no_check",
        "require_env",
        'import os\nengine = create_engine(\n    [[os.getenv("DB", "postgres://u:p@h/d")]],  # url\n'
        "    echo=False,\n)\n",
        'import os\nengine = create_engine(\n    os.environ["DB"],  # url\n    echo=False,\n)\n',
    ),
    Case(
        "constant_names_the_variable",
        "require_env",
        'import os\nKEY = "S"\nsecret = os.environ.get(KEY, [["x"]])\n',
        'import os\nKEY = "S"\nsecret = os.environ[KEY]\nif not secret:\n    raise RuntimeError(f"{KEY} is empty")\n',
    ),
    Case(
        "random_value_of_the_process",
        "require_env",
        "import os\nimport secrets\n\nKEY = [[os.environ.get('K')]] or secrets.token_hex(32)\n",
        "import os\n\nKEY = os.environ['K']\nif not KEY:\n    raise RuntimeError(\"K is empty\")\n",
    ),
    Case(
        "wrapper_of_the_project_with_a_known_variable",
        "require_env",
        'import os\n\nkey = [[_env("KEY", "x")]]\n',
        'import os\n\nkey = os.environ["APP_KEY"]\nif not key:\n    raise RuntimeError("KEY is empty")\n',
        {"variable": "APP_KEY"},
    ),
    Case(
        "mapping_parameter",
        "require_env",
        'def load(env):\n    return Client([[env.get("TOKEN", "x")]])\n',
        'def load(env):\n    return Client(env["TOKEN"])\n',
    ),
    Case(
        "pydantic_field_default",
        "require_env",
        'class S(BaseSettings):\n    [[secret: str = "x"]]  # key\n    n: int = 1\n',
        "class S(BaseSettings):\n    secret: str  # key\n    n: int = 1\n",
    ),
    Case(
        "pydantic_field_of_a_url_type",
        "require_env",
        'class S(BaseSettings):\n    [[broker: AmqpDsn = AmqpDsn("amqp://a:b@c//")]]\n',
        "class S(BaseSettings):\n    broker: AmqpDsn\n",
    ),
    Case(
        "pydantic_optional_secret",
        "require_env",
        'class S(BaseSettings):\n    [[secret: SecretStr | None = SecretStr("x")]]\n',
        "class S(BaseSettings):\n    secret: SecretStr\n",
    ),
    Case(
        "pydantic_field_call_keeps_its_other_arguments",
        "require_env",
        'class S(BaseSettings):\n    [[secret]]: str = Field(\n        "x",\n        alias="SECRET",  # a\n    )\n',
        'class S(BaseSettings):\n    secret: str = Field(\n        alias="SECRET",  # a\n    )\n',
    ),
    Case(
        "pydantic_field_call_with_a_default_alone",
        "require_env",
        'class S(BaseSettings):\n    secret: Optional[str] = [[Field(default="x")]]\n',
        "class S(BaseSettings):\n    secret: str\n",
    ),
    Case(
        "decouple_keeps_the_cast",
        "require_env",
        'SECRET = [[config("SECRET", default="x", cast=str)]]\n',
        'SECRET = config("SECRET", cast=str)\n',
    ),
    Case(
        "environs_positional_default",
        "require_env",
        'SECRET = [[env.str("SECRET", "x")]]\n',
        'SECRET = env.str("SECRET")\n',
    ),
    Case(
        "typer_option",
        "require_env",
        'def main(key: str = [[typer.Option("x", envvar="KEY")]]): ...\n',
        'def main(key: str = typer.Option(..., envvar="KEY")): ...\n',
    ),
    Case(
        "click_option",
        "require_env",
        '[[@click.option("--key", envvar="KEY", default="x")]]\ndef main(key): ...\n',
        '@click.option("--key", envvar="KEY", required=True)\ndef main(key): ...\n',
    ),
    Case(
        "bool_of_getenv",
        "parse_boolean_env",
        'import os\nDEBUG = [[bool(os.getenv("DEBUG", "false"))]]  # x\n',
        'import os\nDEBUG = os.getenv("DEBUG", "false").strip().lower() in {"1", "true", "yes", "on"}  # x\n',
    ),
    Case(
        "if_getenv",
        "parse_boolean_env",
        'import os\nif [[os.getenv("X", "0")]] and y:\n    pass\n',
        'import os\nif os.getenv("X", "0").strip().lower() in {"1", "true", "yes", "on"} and y:\n    pass\n',
    ),
    Case(
        "not_environ_get",
        "parse_boolean_env",
        'import os\nAUTH = not [[os.environ.get("NO_AUTH", "false")]]\n',
        'import os\nAUTH = os.environ.get("NO_AUTH", "false").strip().lower() not in {"1", "true", "yes", "on"}\n',
    ),
    Case(
        "boolean_default_of_a_text",
        "parse_boolean_env",
        'import os\nDEBUG = [[os.getenv("DEBUG", True)]]\n',
        'import os\nDEBUG = os.getenv("DEBUG", "true").strip().lower() in {"1", "true", "yes", "on"}\n',
    ),
    Case(
        "no_default",
        "parse_boolean_env",
        'import os\nf(a=[[bool(os.getenv("X"))]])\n',
        'import os\nf(a=os.getenv("X", "").strip().lower() in {"1", "true", "yes", "on"})\n',
    ),
    Case(
        "comparison_needs_parentheses",
        "parse_boolean_env",
        'import os\na = [[bool(os.getenv("X", "0"))]] is True\n',
        'import os\na = (os.getenv("X", "0").strip().lower() in {"1", "true", "yes", "on"}) is True\n',
    ),
    Case(
        "decouple_gets_a_cast",
        "parse_boolean_env",
        'DEBUG = [[config("DEBUG", default=False)]]\n',
        'DEBUG = config("DEBUG", default=False, cast=bool)\n',
    ),
    Case(
        "environs_gets_its_method",
        "parse_boolean_env",
        'DEBUG = [[env("DEBUG", default=False)]]\n',
        'DEBUG = env.bool("DEBUG", default=False)\n',
    ),
    Case(
        "secret_in_constant_time",
        "compare_digest",
        "import os\n\n\ndef check(token):\n    if [[token != KEY]]:\n        raise ValueError\n",
        "import hmac\nimport os\n\n\ndef check(token):\n"
        "    if not (isinstance(token, str) and isinstance(KEY, str)"
        " and hmac.compare_digest(token.encode(), KEY.encode())):\n        raise ValueError\n",
        {"operand": "KEY"},
    ),
    Case(
        "mac_in_constant_time",
        "compare_digest",
        "import hmac\nok = [[sig == mac.hexdigest()]]\n",
        "import hmac\nok = isinstance(sig, str) and hmac.compare_digest(sig.encode(), mac.hexdigest().encode())\n",
        {"operand": "hexdigest"},
    ),
    Case(
        "cost_by_keyword",
        "raise_work_factor",
        "salt = [[bcrypt.gensalt(rounds=4)]]\n",
        "salt = bcrypt.gensalt(rounds=10)\n",
        {"keyword": "rounds", "position": "0", "value": "10"},
    ),
    Case(
        "cost_by_position",
        "raise_work_factor",
        'key = [[pbkdf2_hmac("sha256", password, salt, 1_000, 32)]]\n',
        'key = pbkdf2_hmac("sha256", password, salt, 600000, 32)\n',
        {"keyword": "iterations", "position": "3", "value": "600000"},
    ),
    Case(
        "missing_setting_raises",
        "require_config",
        "def build(dsn):\n    if not dsn:\n        log('x')\n        [[return MemoryStore()]]  # dev\n"
        "    return Pg(dsn)\n",
        "def build(dsn):\n    if not dsn:\n        log('x')\n"
        '        raise RuntimeError("DSN is required for orders and is not set")\n    return Pg(dsn)\n',
        {"variable": "DSN", "subject": "orders"},
    ),
    Case(
        "conditional_expression_raises_before",
        "require_config",
        "def build(dsn):\n    # which\n    return Pg(dsn) if dsn else [[MemoryStore()]]\n",
        "def build(dsn):\n    # which\n    if not dsn:\n"
        '        raise RuntimeError("DSN is required and is not set")\n    return Pg(dsn)\n',
        {"variable": "DSN"},
    ),
    Case(
        "conditional_expression_the_other_way_round",
        "require_config",
        "x = [[MemoryStore()]] if dsn is None else Pg(dsn)\n",
        'if dsn is None:\n    raise RuntimeError("DSN is required and is not set")\nx = Pg(dsn)\n',
        {"variable": "DSN"},
    ),
    Case(
        "missing_dependency_raises_at_the_use",
        "require_config",
        "def f(x):\n\tif redis is None: [[return]]\n\tredis.set(x)\n",
        'def f(x):\n\tif redis is None: raise ImportError("redis is required: install redis")\n\tredis.set(x)\n',
        {"distribution": "redis"},
    ),
    Case(
        "or_tail_raises_after",
        "require_config",
        "store = [[connect() or MemoryStore()]]  # x\n",
        'store = connect()  # x\nif not store:\n    raise RuntimeError("DSN is required and is not set")\n',
        {"variable": "DSN"},
    ),
    Case(
        "default_address_is_dropped",
        "require_config",
        'import os\n[[URI = os.getenv("URI", "memory://")]]\n',
        'import os\nURI = os.environ["URI"]\nif not URI:\n    raise RuntimeError("URI is empty")\n',
        {"variable": "URI"},
    ),
    Case(
        "default_mode_of_a_settings_class_is_dropped",
        "require_config",
        'class S(BaseSettings):\n    [[mode: str = "memory"]]\n',
        "class S(BaseSettings):\n    mode: str\n",
        {"variable": "MODE"},
    ),
    Case(
        "target_on_the_condition",
        "require_config",
        "def f():\n    [[if not dsn:]]\n        log.info('x')\n        s.m = {}\n"
        "        return None\n    return g(dsn)\n",
        "def f():\n    if not dsn:\n        log.info('x')\n"
        '        raise RuntimeError("DSN is required and is not set")\n    return g(dsn)\n',
        {"variable": "DSN"},
    ),
    Case(
        "guard_before_the_replacement_of_a_missing_setting",
        "require_config",
        "import os\ndef build(dsn):\n    if not dsn:\n        [[return MemoryStore()]]\n",
        "import os\nfrom app.guards import refuse\ndef build(dsn):\n    if not dsn:\n"
        '        refuse("sessions", None)\n        return MemoryStore()\n',
        GUARD,
    ),
]

REFUSED = [
    Case("star_except", "raise_in_handler", "try:\n    f()\nexcept* OSError:\n    [[x = None]]\n", "except*"),
    Case("no_handler", "append_raise", "[[x = 1]]\n", "no exception handler"),
    Case("raises_already", "append_raise", "try:\n    f()\n[[except E:]]\n    log()\n    raise\n", "raises already"),
    Case(
        "import_handler_raises_already",
        "raise_in_handler",
        "try:\n    import a\n[[except ImportError as e:]]\n    raise X() from e\n",
        "raises already",
        {"distribution": "a"},
    ),
    Case("comment_at_the_end_of_suppress", "append_raise", "[[with suppress(E):]]\n    f()\n    # why\nx\n", "comment"),
    Case(
        "retries",
        "append_raise",
        "def f():\n    for i in range(3):\n        try:\n            g()\n            break\n"
        "        [[except E:]]\n            time.sleep(i)\n",
        "another attempt",
    ),
    Case("class_body", "require_config", "class A:\n    [[x = {}]]\n", "does not depend", {"variable": "X"}),
    Case(
        "statement_among_others",
        "require_config",
        "def f():\n    [[x = {}]]\n    return g(x)\n",
        "does not depend",
        {"variable": "X"},
    ),
    Case("no_read", "require_env", "x = [[y]]\n", "no read of the environment"),
    Case("wrapper_without_a_name", "require_env", 'x = [[_env("A", "b")]]\n', "own function"),
    Case("text_is_used", "parse_boolean_env", 'x = [[os.getenv("A", "b")]]\n', "text of this variable is used"),
    Case(
        "name_is_compared",
        "parse_boolean_env",
        'x = [[os.getenv("A", False)]]\nif x == "true": pass\n',
        "also used as a text",
    ),
    Case("computed_default", "parse_boolean_env", 'x = [[bool(os.getenv("A", b()))]]\n', "not a literal"),
    Case(
        "guard_is_malformed",
        "raise_in_handler",
        "try:\n    f()\n[[except E:]]\n    x = 1\n",
        "fix-guard",
        {"guard": "x"},
    ),
    Case(
        "name_of_the_guard_is_taken",
        "raise_in_handler",
        "refuse = 1\ntry:\n    f()\n[[except E:]]\n    x = 1\n",
        "uses the name refuse",
        GUARD,
    ),
    Case(
        "guard_is_there",
        "raise_in_handler",
        "from app.guards import refuse\ntry:\n    f()\nexcept E as e:\n    refuse('sessions', e)\n    [[x = 1]]\n",
        "already",
        GUARD | {"subject": "sessions"},
    ),
    Case("unknown_codemod", "paint_it_black", "[[x]]\n", "no codemod named"),
    Case("form_feed", "append_raise", "a = 1\n\x0cb = 2\ntry:\n    f()\n[[except E:]]\n    log()\n", "unchanged"),
    Case("not_python", "append_raise", "print [[1]]\n", "cannot parse"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_edit_is_exactly_this(case: Case) -> None:
    _, applied = run(case)

    assert applied.outcomes == ("",)
    assert applied.text == case.after
    compile(applied.text, case.name, "exec", flags=0x2000)  # PyCF_ALLOW_TOP_LEVEL_AWAIT


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_refused_place_is_left_alone_with_a_reason(case: Case) -> None:
    before, applied = run(case)

    assert applied.text == before
    assert case.after in applied.outcomes[0]


MOVABLE = [case for case in CASES if "import" not in case.after.replace("import redis", "") and "\r" not in case.after]


@pytest.mark.parametrize("case", MOVABLE, ids=lambda case: case.name)
def test_surroundings_do_not_matter(case: Case) -> None:
    """The same place further down, in a file with other line ends, with text that must stay around it."""
    lead = "# -*- lead -*-\nimport  os, sys ;x=1\nwhile  x :\n    x-=1 # odd\n\n\ndef g( a,b ) :return  a\n\n"
    tail = "\n\n\nclass  Z : # end\n\n  def  a(self):\n        '''doc\n  '''\n        return  [1,\n 2 ]\n"
    text, span = marked(case.before)
    moved = Span(span.line + lead.count("\n"), span.column, span.end_line + lead.count("\n"), span.end_column)
    body = text if text.endswith("\n") else f"{text}\n"
    after = case.after if case.after.endswith("\n") else f"{case.after}\n"

    applied = apply(lead + body + tail, [Target(case.codemod, moved, case.arguments)])

    assert applied.outcomes == ("",)
    assert applied.text == lead + after + tail


def test_two_fixes_of_one_file_are_made_together() -> None:
    text = 'import os\nA = os.getenv("A", "x")\nB = bool(os.getenv("B", "0"))\n'

    applied = apply(
        text,
        [Target("require_env", Span(2, 5, 2, 24)), Target("parse_boolean_env", Span(3, 5, 3, 30))],
    )

    assert applied.outcomes == ("", "")
    assert 'os.environ["A"]' in applied.text
    assert 'os.getenv("B", "0").strip()' in applied.text


def test_overlapping_fixes_wait_for_each_other() -> None:
    text = "try:\n    f()\nexcept E:\n    log()\n    x = None\n"

    applied = apply(text, [Target("append_raise", Span(3, 1, 3, 10)), Target("raise_in_handler", Span(5, 5, 5, 13))])

    assert applied.outcomes == ("", WAITS)


STATEMENTS = st.sampled_from(
    [
        "x = 1 ;y=2\n",
        "import  os\n",
        "if  a :\n\tb( 1,\n  2)\n\n",
        "def f( a ):\n  '''d\n d'''\n\n  return  {a :1}\n",
        "# comment\n\n\n",
        "class A :\n\n    b : int=1 # c\n",
        "for i in range(3): pass\n",
        "x = '''\\\n  try:\n'''\n",
        "with a as b,c : d()\n",
        "async def g(): await  h ( )\n",
        "lambda : ( yield )\n",
        "é = 'ü' # ö\n",
        "a = f'{x !r:>{w}}' 'b'\n",
        "try:\n  a()\nexcept  E :\n  b()\nelse :\n  c()\nfinally:\n  d()\n",
        "@ dec\nclass C( B,metaclass = M ):pass\n",
        "x = a if b else(\n c)\n",
    ]
)


@given(st.lists(STATEMENTS), st.lists(STATEMENTS), st.sampled_from(["\n", "\r\n"]), st.sampled_from(CASES))
@settings(max_examples=150, deadline=None)
def test_every_other_line_is_the_same_to_the_byte(before: list[str], after: list[str], end: str, case: Case) -> None:
    text, span = marked(case.before)
    lead, tail = "".join(before), "".join(after)
    body = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    whole = (lead + body + tail).replace("\n", end)
    down = lead.count("\n")
    moved = Span(span.line + down, span.column, span.end_line + down, span.end_column)

    applied = apply(whole, [Target(case.codemod, moved, case.arguments)])

    if applied.outcomes != ("",):
        assert applied.text == whole
        return
    assert applied.text != whole
    assert applied.text.endswith(tail.replace("\n", end))
    assert "\n" not in applied.text.replace("\r\n", "") if end == "\r\n" else "\r" not in applied.text
    if "import" not in case.after:
        assert applied.text.startswith(lead.replace("\n", end))
    cst.parse_module(applied.text)


@given(st.lists(STATEMENTS))
@settings(max_examples=50, deadline=None)
def test_a_file_without_a_fix_comes_back_as_it_was(lines: list[str]) -> None:
    text = "".join(lines)

    assert apply(text, []).text == text


def executed(source: str, *, hide: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program, with a module that cannot be imported."""
    blocked = f"import sys; sys.modules[{hide!r}] = None\n" if hide else ""
    return subprocess.run(
        [sys.executable, "-c", blocked + source], capture_output=True, text=True, check=False, timeout=60
    )


SERVICE = textwrap.dedent("""\
    try:
        import colorsys as driver
    [[except ImportError:]]
        driver = None

    class Store:
        def __init__(self):
            self.rows = driver.hsv_to_rgb(0, 0, 1) if driver else {}

    print("serving", Store().rows)
    """)


def test_fixed_program_stops_without_the_package_and_is_the_same_with_it() -> None:
    before, applied = run(Case("", "raise_in_handler", SERVICE, "", {"distribution": "colors"}))

    assert executed(before, hide="colorsys").returncode == 0
    refused = executed(applied.text, hide="colorsys")
    assert refused.returncode == 1
    assert refused.stderr.rstrip().endswith("ImportError: colors is required: install colors")
    assert executed(before).stdout == executed(applied.text).stdout


def test_fixed_secret_stops_without_its_variable_or_with_an_empty_one() -> None:
    _, applied = run(Case("", "require_env", 'import os\nK = [[os.getenv("K_FOR_TEST", "x")]]\nprint(K)\n', ""))

    assert "KeyError: 'K_FOR_TEST'" in executed(applied.text).stderr
    assert "K_FOR_TEST is empty" in executed('import os; os.environ["K_FOR_TEST"] = ""\n' + applied.text).stderr
    assert executed('import os; os.environ["K_FOR_TEST"] = "k"\n' + applied.text).stdout == "k\n"


@pytest.mark.parametrize(
    ("value", "truth"), [("false", False), ("0", False), ("", False), (" True ", True), ("1", True), ("on", True)]
)
def test_fixed_flag_means_what_it_says(value: str, truth: bool) -> None:
    _, applied = run(Case("", "parse_boolean_env", 'import os\nF = [[bool(os.getenv("F", "false"))]]\nprint(F)\n', ""))

    assert executed(f'import os; os.environ["F"] = {value!r}\n' + applied.text).stdout == f"{truth}\n"


def test_fixed_start_up_lets_the_error_out() -> None:
    source = (
        "def up():\n    try:\n        1 / 0\n    [[except Exception:]]\n        print('no')\nup()\nprint('serving')\n"
    )
    before, applied = run(Case("", "append_raise", source, ""))

    assert executed(before).stdout == "no\nserving\n"
    assert executed(applied.text).stdout == "no\n"
    assert "ZeroDivisionError" in executed(applied.text).stderr
