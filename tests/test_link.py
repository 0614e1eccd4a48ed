"""Linking: absence has several roots and no order, gates are a lattice, imports find their modules."""

import itertools

import pytest

from aether_lint.facts import Ref
from aether_lint.link import Program, link
from aether_lint.link.fixpoint import Fixpoint
from aether_lint.link.roots import ModuleTable
from aether_lint.lower import lower


def program(files: dict[str, str], order: tuple[str, ...] = ()) -> Program:
    return link([lower(files[path].encode(), path) for path in order or tuple(files)])


DATABASE = """
import os
try:
    import psycopg
except ImportError:
    psycopg = None
DSN = os.getenv("DSN")
"""
STORE = """
from app.db import DSN, psycopg

def f():
    if psycopg is None or not DSN:
        return 1
"""
SENTINEL = {"app/db.py": DATABASE, "app/store.py": STORE}


def roots_of_test(found: Program, path: str, key: str) -> list[tuple[str, str]]:
    module = found.names.modules[path]
    function = module.functions[key]
    explained = [found.absences.of_cond(guard.cond, module, function) for guard in function.guards]
    return [(root.kind, root.name) for root, _ in max(explained, key=len)]


def test_a_condition_has_all_its_roots_across_modules() -> None:
    assert roots_of_test(program(SENTINEL), "app/store.py", "f") == [("import", "psycopg"), ("unset", "DSN")]


def test_answers_do_not_depend_on_the_order_of_modules() -> None:
    answers = {
        tuple(roots_of_test(program(SENTINEL, order), "app/store.py", "f"))
        for order in itertools.permutations(SENTINEL)
    }
    assert len(answers) == 1


def test_a_comparison_that_holds_when_unset_is_no_flag() -> None:
    source = "import os\n\ndef f():\n    if os.getenv('SHARED') != '1':\n        return 1\n"
    assert roots_of_test(program({"app/a.py": source}), "app/a.py", "f") == [("unset", "SHARED")]


def test_a_comparison_that_somebody_has_to_make_true_is_a_flag() -> None:
    source = "import os\n\ndef f():\n    if os.getenv('IN_MEMORY') == '1':\n        return 1\n"
    assert roots_of_test(program({"app/a.py": source}), "app/a.py", "f") == [("flag", "IN_MEMORY")]


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("'pytest' in sys.modules", "test"),
        ("'pytest' in sys.modules or os.getenv('ALLOW') == '1'", "flag"),
        ("'pytest' in sys.modules and os.getenv('ALLOW') == '1'", "test"),
        ("os.getenv('APP_ENV') == 'production'", "open"),
        ("os.getenv('APP_ENV') != 'production'", "closed"),
        ("os.getenv('APP_ENV') in ('dev', 'test')", "closed"),
        ("allowed()", "flag"),
        ("unknown()", "open"),
    ],
)
def test_gates_form_a_lattice(test: str, level: str) -> None:
    source = (
        "import os, sys\n\ndef allowed():\n    return os.getenv('ALLOW') == '1'\n\n"
        f"def f():\n    if {test}:\n        return 1\n"
    )
    found = program({"app/a.py": source})
    module = found.names.modules["app/a.py"]
    function = module.functions["f"]
    assert found.gates.of_guard(0, module, function).level == level or any(
        found.gates.of_guard(i, module, function).level == level
        for i, g in enumerate(function.guards)
        if g.span.line == 7 and g.span.column == 8
    )


def test_a_check_that_raises_before_the_place_is_a_gate() -> None:
    source = (
        "import os\n\ndef check():\n    if os.getenv('APP_ENV') == 'production':\n        raise SystemExit\n\n"
        "def f():\n    check()\n    return make()\n"
    )
    found = program({"app/a.py": source})
    module = found.names.modules["app/a.py"]
    function = module.functions["f"]
    place = next(i for i, e in enumerate(function.effects) if e.kind == "return")
    assert found.gates.of_site(module, function, place).level == "closed"


def test_a_check_that_is_swallowed_is_no_gate() -> None:
    source = (
        "import os\n\ndef check():\n    if os.getenv('APP_ENV') == 'production':\n        raise ValueError\n\n"
        "def f():\n    try:\n        check()\n    except Exception:\n        pass\n    return make()\n"
    )
    found = program({"app/a.py": source})
    module = found.names.modules["app/a.py"]
    function = module.functions["f"]
    place = next(i for i, e in enumerate(function.effects) if e.kind == "return")
    assert found.gates.of_site(module, function, place).level == "open"


def test_a_store_is_known_by_its_state_not_by_its_name() -> None:
    source = (
        "class AccountBook:\n    def __init__(self):\n        self._rows = {}\n\n"
        "    def put(self, key, row):\n        self._rows[key] = row\n\n"
        "class MemoryOfElephants:\n    def greet(self):\n        return compute()\n"
    )
    found = program({"app/a.py": source})
    module = found.names.modules["app/a.py"]
    body = module.functions[""]
    assert found.natures.of_value(Ref(":AccountBook"), module, body).kind == "volatile"
    assert found.natures.of_value(Ref(":MemoryOfElephants"), module, body).kind == "unknown"


def test_imports_find_their_module_below_a_source_root() -> None:
    table = ModuleTable(["src/shop/db.py", "src/shop/__init__.py", "tools/db.py"])
    assert table.find("shop.db", "src/shop/api.py") == "src/shop/db.py"
    assert table.find("db", "tools/run.py") == "tools/db.py"
    assert table.find("db", "src/shop/api.py") is None


def test_a_fixpoint_does_not_depend_on_the_first_question() -> None:
    edges = {"a": ["b"], "b": ["c", "a"], "c": ["a"], "d": ["c"]}

    def reached(key: str, ask: object) -> frozenset[str]:
        return frozenset({key}).union(*(ask(other) for other in edges[key]))  # type: ignore[operator]

    answers = []
    for first in edges:
        solve = Fixpoint(reached, frozenset[str]())
        solve(first)
        answers.append({key: solve(key) for key in edges})
    assert all(answer == answers[0] for answer in answers)
