"""Lowering: scopes are Python's, exits are what running shows, guards hold what early exits establish."""

import ast
import asyncio
import concurrent
import email
import json
import logging
import string
import symtable
import textwrap
import unittest
from pathlib import Path
from types import ModuleType

import pytest

from aether_lint.facts import EXIT, LOOP, NEXT, RAISE, RETURN, Failed, Function, ModuleFacts, Ref
from aether_lint.lower import lower
from aether_lint.lower.binders import ScopeTable
from aether_lint.lower.scope import Scope

PACKAGES = [asyncio, concurrent, email, json, logging, unittest]
STANDARD_LIBRARY = [ast, string, symtable, textwrap]


def facts(source: str) -> ModuleFacts:
    return lower(textwrap.dedent(source).encode(), "app/module.py")


def function(source: str, key: str = "f") -> Function:
    return next(found for found in facts(source).functions if found.key == key)


@pytest.mark.parametrize("module", STANDARD_LIBRARY, ids=lambda module: module.__name__)
def test_names_are_bound_where_symtable_says(module: ModuleType) -> None:
    check_scopes(Path(str(module.__file__)))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_names_are_bound_where_symtable_says_in_whole_packages(package: ModuleType) -> None:
    for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
        check_scopes(path)


def check_scopes(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    table = ScopeTable(tree, ":=" in source)
    compare(symtable.symtable(source, str(path), "exec"), table.module, tree, table)


def compare(expected: symtable.SymbolTable, scope: Scope, node: ast.AST, table: ScopeTable) -> None:
    own = {s.get_name() for s in expected.get_symbols() if s.is_assigned() or s.is_imported() or s.is_parameter()}
    hidden = {s.get_name() for s in expected.get_symbols() if s.is_free()}
    if expected.get_type() != "module":
        hidden |= {s.get_name() for s in expected.get_symbols() if s.is_global()}
    inner = {child.get_name() for child in expected.get_children()}
    # since Python 3.12 the table of a function lists the variables of comprehensions in it (PEP 709)
    loops = [loop.target for loop in ast.walk(node) if isinstance(loop, ast.comprehension)]
    inner |= {name.id for target in loops for name in ast.walk(target) if isinstance(name, ast.Name)}
    assert {n for n in own - hidden - inner if not n.startswith((".", "_"))} <= scope.bound, expected.get_name()
    definitions = [n for n in direct(node) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    tables = [
        t for t in expected.get_children() if t.get_type() in ("function", "class") and t.get_name().isidentifier()
    ]
    by_line = {(t.get_name(), t.get_lineno()): t for t in tables if t.get_name() not in ("lambda", "genexpr")}
    for definition in definitions:
        first = definition.decorator_list[0].lineno if definition.decorator_list else definition.lineno
        found = by_line.get((definition.name, first)) or by_line.get((definition.name, definition.lineno))
        if found is not None:
            compare(found, table.of(definition), definition, table)


def direct(node: ast.AST) -> list[ast.AST]:
    """The definitions in a scope, not those in the scopes inside it."""
    found: list[ast.AST] = []
    stack = list(getattr(node, "body", []))
    while stack:
        item = stack.pop()
        found.append(item)
        if not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            stack.extend(child for child in ast.iter_child_nodes(item) if not isinstance(child, ast.expr))
    return found


EXITS = [
    ("pass", NEXT),
    ("return 1", RETURN),
    ("raise ValueError", RAISE),
    ("import sys; sys.exit(3)", EXIT),
    ("if a: return 1", NEXT | RETURN),
    ("if a: return 1\nelse: raise ValueError", RETURN | RAISE),
    ("if a: raise ValueError\nraise KeyError", RAISE),
    ("while True: pass", LOOP),
    ("while True: break", NEXT),
    ("while True:\n    if a: break", NEXT),
    ("while a: return 1", NEXT | RETURN),
    ("for x in a: raise ValueError", NEXT | RAISE),
    ("try: raise ValueError\nfinally: return 1", RETURN),
    ("try: return 1\nfinally: pass", RETURN),
    ("try: return 1\nexcept ValueError: pass", RETURN | NEXT),
    ("try: raise ValueError\nexcept Exception: return 1", RETURN),
    ("try: pass\nexcept ValueError: raise\nelse: return 1", RAISE | RETURN),
    ("with a: return 1", RETURN),
    ("match a:\n    case 1: return 1\n    case _: raise ValueError", RETURN | RAISE),
    ("match a:\n    case 1: return 1", RETURN | NEXT),
    ("import contextlib\nwith contextlib.suppress(ValueError): return 1", RETURN | NEXT),
    ("if a: pass\nelse: return 1", NEXT | RETURN),
    ("if a: return 1\nelif a is None: raise ValueError\nelse: pass", RETURN | RAISE | NEXT),
    ("for x in a: break\nelse: return 1", NEXT | RETURN),
    ("for x in a: continue", NEXT),
    ("for x in a:\n    if x: return 1\n    raise ValueError", NEXT | RETURN | RAISE),
    ("while True:\n    if a: return 1\n    raise ValueError", RETURN | RAISE | LOOP),
    ("while True:\n    try: return 1\n    finally: pass", RETURN | LOOP),
    ("import sys\ntry: sys.exit(3)\nexcept ValueError: pass", EXIT | NEXT),
    ("import sys\nif a: sys.exit(3)\nreturn 1", EXIT | RETURN),
    ("try: return a[0]\nexcept IndexError: raise ValueError from None", RETURN | RAISE),
    ("try: a[0]\nexcept IndexError: return 1\nelse: raise ValueError", RETURN | RAISE),
    ("try: a[0]\nexcept IndexError: return 1\nfinally: pass", NEXT | RETURN),
    ("try: a[0]\nfinally: raise ValueError", RAISE),
    ("try: return 1\nfinally: raise ValueError", RAISE),
    ("try:\n    try: raise ValueError\n    except KeyError: return 1\nexcept ValueError: return 2", RETURN | RAISE),
    ("try: raise ValueError\nexcept: return 1", RETURN),
    ("try: raise ValueError\nexcept (KeyError, ValueError): pass", RAISE | NEXT),
    ("def inner(): return 1", NEXT),
    ("class Inner:\n    x = 1\nreturn Inner", RETURN),
    ("if True: return 1", NEXT | RETURN),
    ("assert a is not None\nreturn 1", RETURN),
]


@pytest.mark.parametrize(("body", "exits"), EXITS, ids=[body.replace("\n", "; ") for body, _ in EXITS])
def test_exits_are_a_set(body: str, exits: int) -> None:
    assert function(f"def f(a):\n{textwrap.indent(body, '    ')}\n").exits == exits


RUN = [case for case in EXITS if "while" not in case[0] and "with a" not in case[0]]


@pytest.mark.parametrize(("body", "exits"), RUN, ids=[body.replace("\n", "; ") for body, _ in RUN])
@pytest.mark.parametrize("argument", [[], [1]])
def test_a_way_out_that_running_shows_is_in_the_set(body: str, exits: int, argument: list[int]) -> None:
    namespace: dict[str, object] = {}
    exec(f"def f(a):\n{textwrap.indent(body, '    ')}\n    return 'next'\n", namespace)
    try:
        outcome = NEXT if namespace["f"](argument) == "next" else RETURN  # type: ignore[operator]
    except SystemExit:
        outcome = EXIT
    except Exception:
        outcome = RAISE
    assert outcome & exits


def test_what_follows_an_early_return_runs_under_its_negation() -> None:
    found = function("def f(a):\n    if a is None:\n        return 1\n    use(a)\n")
    call = next(e for e in found.effects if e.kind == "call")
    assert found.guards[call.when].cond == negated_none(":f>a")


def negated_none(name: str) -> object:
    from aether_lint.facts import Atom

    return Atom("none", Ref(name), None, False)


def test_what_follows_a_try_whose_body_returns_runs_under_its_failure() -> None:
    found = function("def f(a):\n    try:\n        return read(a)\n    except OSError:\n        pass\n    keep(a)\n")
    call = next(e for e in found.effects if e.place == "?keep")
    assert found.guards[call.when].cond == Failed(0, 0)


def test_what_follows_a_branch_that_some_paths_leave_runs_under_what_is_left() -> None:
    source = """
        def f(client, key):
            if client is not None:
                try:
                    return client.get(key)
                except OSError:
                    pass
            return local(key)
    """
    found = function(source)
    call = next(e for e in found.effects if e.place == "?local")
    from aether_lint.facts import failures_in

    assert failures_in(found.guards[call.when].cond) == [Failed(0, 0)]


def test_a_name_that_only_an_import_binds_is_the_imported_thing() -> None:
    found = facts("from redis import Redis as R\nclient = R()\n").functions[0]
    assert next(e for e in found.effects if e.kind == "call").value == Ref("redis.Redis")


def test_a_name_that_a_handler_binds_again_is_a_place() -> None:
    source = "try:\n    import redis\nexcept ImportError:\n    redis = None\n\ndef f():\n    return redis.Redis()\n"
    assert next(e for e in function(source).effects if e.kind == "call").value == Ref(":redis.Redis")


def test_columns_count_characters() -> None:
    found = facts('name = "é€😀"; call()\n').functions[0]
    assert next(e for e in found.effects if e.kind == "call").span.column == 15
