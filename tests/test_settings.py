"""What the link says of settings: defaults, refusals, and how a place is reached when nobody says where it runs."""

import pytest

from aether_lint.detect.reach import reach
from aether_lint.detect.secret_values import credentials, is_secret_literal
from aether_lint.link import Program, link
from aether_lint.link.env_settings import EnvSetting
from aether_lint.lower import lower


def linked(**modules: str) -> Program:
    """A program of modules, by name and source."""
    return link([lower(text.encode(), f"{name}.py") for name, text in modules.items()])


def setting(program: Program, module: str = "conf") -> EnvSetting:
    """The last read of the first variable, in alphabetical order, of a module."""
    found = program.settings.of_module(program.names.modules[f"{module}.py"])
    name = min(s.name for s in found)
    return [s for s in found if s.name == name][-1]


@pytest.mark.parametrize(
    ("source", "kind", "texts"),
    [
        ('import os\nX = os.getenv("X")', "none", ()),
        ('import os\nX = os.environ["X"]', "required", ()),
        ('import os\nX = os.getenv("X", "a")', "text", ("a",)),
        ('import os\nX = os.getenv("X") or "a"', "text", ("a",)),
        ('import os\nX = os.getenv("X", "").strip() or "a"', "text", ("a",)),
        ('import os\nX = os.getenv("X") if os.getenv("X") else "a"', "text", ("a",)),
        ('import os\nX = os.getenv("X")\nif not X:\n    X = "a"', "text", ("a",)),
        ('import os\nX = os.getenv("X")\nif X is None:\n    X = "a"', "text", ("a",)),
        ('import os\ntry:\n    X = os.environ["X"]\nexcept KeyError:\n    X = "a"', "text", ("a",)),
        ('import os\nD = "a"\nX = os.getenv("X", D)', "text", ("a",)),
        ('import os, secrets\nX = os.getenv("X") or secrets.token_hex()', "random", ()),
        ('import os\nX = os.getenv("X", os.getenv("Y"))', "read", ()),
        ('import os\nX = os.getenv("X", False)', "flag", ()),
        (
            'import os\ndef f():\n    v = os.getenv("X")\n    if not v:\n        return "a"\n    return v',
            "text",
            ("a",),
        ),
    ],
)
def test_effective_default(source: str, kind: str, texts: tuple[str, ...]) -> None:
    default = setting(linked(conf=source)).default
    assert (default.kind, default.texts) == (kind, texts)


@pytest.mark.parametrize(
    ("check", "verdict"),
    [
        ('if conf.KEY == "a":\n    raise SystemExit', "always"),
        ('if conf.KEY == "b":\n    raise SystemExit', "never"),
        ("if not conf.KEY:\n    raise SystemExit", "never"),
        ('if conf.KEY in ("a", "b"):\n    raise SystemExit', "always"),
        ("if len(conf.KEY) < 8:\n    raise SystemExit", "always"),
        ('if conf.KEY.startswith("a"):\n    raise SystemExit', "always"),
        ('if conf.KEY == "a":\n    print("weak")', "never"),
        ('if conf.KEY == "a" and os.environ["APP_ENV"] == "production":\n    raise SystemExit', "production"),
        ('if conf.KEY == "a" and os.environ["APP_ENV"] == "development":\n    raise SystemExit', "never"),
        ('try:\n    if conf.KEY == "a":\n        raise ValueError\nexcept ValueError:\n    pass', "never"),
        ('def check(key):\n    if key == "a":\n        raise ValueError\ncheck(conf.KEY)', "always"),
        ('weak = conf.KEY == "a"\nif weak:\n    raise SystemExit', "always"),
        ('errors = []\nif conf.KEY == "a":\n    errors.append("weak")\nif errors:\n    raise SystemExit', "always"),
        ('for key in (conf.KEY, "b"):\n    if key == "a":\n        raise SystemExit', "always"),
    ],
)
def test_a_value_is_refused(check: str, verdict: str) -> None:
    program = linked(conf='import os\nKEY = os.getenv("KEY", "a")', start=f"import os\nimport conf\n{check}\n")
    assert program.refusals.of(setting(program).holding("a")).verdict == verdict


@pytest.mark.parametrize(
    ("default", "expected"),
    [('"development"', "unset"), ('"production"', "closed")],
)
def test_a_guard_that_forgetting_opens(default: str, expected: str) -> None:
    source = f'import os\nENV = os.getenv("APP_ENV", {default})\nif ENV != "production":\n    print("lenient")\n'
    program = linked(conf=source)
    module = program.names.modules["conf.py"]
    function = module.functions[""]
    index = next(i for i, e in enumerate(function.effects) if e.place == "builtins.print")
    assert reach(program, module, function, index) == expected


@pytest.mark.parametrize("url", ["postgresql://app:app@db/app", "redis://:secret@cache:6379/0", "amqp://u:p@h//"])
def test_urls_with_a_password(url: str) -> None:
    assert credentials(url)


@pytest.mark.parametrize(
    "url", ["postgresql://db/app", "postgresql://app@db/app", "https://h/a:b@c", "mailto:a@b", "redis://u:${P}@h", "x"]
)
def test_urls_without_a_password(url: str) -> None:
    assert credentials(url) is None


@pytest.mark.parametrize("text", ["", "${SECRET}", "/run/secrets/key", "true", "https://id.example.org", "not-needed"])
def test_literals_that_are_no_secret(text: str) -> None:
    assert not is_secret_literal(text, "JWT_SECRET")
