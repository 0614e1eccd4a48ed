"""Statements to effects, guards and blocks; every block reports the set of ways in which it is left."""

import _ast
from _ast import (
    AST,
    AnnAssign,
    Assert,
    Assign,
    AsyncFor,
    AsyncFunctionDef,
    AsyncWith,
    AugAssign,
    Break,
    ClassDef,
    Constant,
    Continue,
    Delete,
    Expr,
    For,
    FunctionDef,
    If,
    Import,
    ImportFrom,
    Match,
    MatchAs,
    MatchOr,
    MatchSingleton,
    MatchValue,
    Name,
    Raise,
    Return,
    Subscript,
    Try,
    While,
    With,
    Yield,
    YieldFrom,
)
from collections.abc import Callable, Sequence
from typing import Any

from aether_lint import facts
from aether_lint.facts import (
    BREAK,
    CONTINUE,
    EXIT,
    LOOP,
    NEXT,
    RAISE,
    RETURN,
    Atom,
    Attempt,
    Caught,
    Cond,
    Const,
    Definition,
    Each,
    Every,
    Failed,
    Function,
    Guard,
    Handler,
    Imported,
    Opaque,
    Ref,
    Result,
    Some,
    Value,
    atoms_in,
    negate,
    packed,
)
from aether_lint.lower.binders import imported_names
from aether_lint.lower.expressions import bind_names, condition, names_in, parameters, value
from aether_lint.lower.frame import Frame
from aether_lint.model import Span

# calls after which the process is gone; a project function that never returns is the link's business
EXIT_CALLS = frozenset({"sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit"})
BROAD = frozenset({"builtins.Exception", "builtins.BaseException"})
DOC_LIMIT = 200
MOST_ATOMS = 16  # of what is known after a statement [longer ones were never the reason of anything]


def block(frame: Frame, body: Sequence[AST]) -> int:
    """Lowers the statements of a block and returns the set of its exits.

    Conditions that early exits establish hold to the end of the block. Statements that cannot be
    reached are left out (a `yield` among them still makes a generator).
    """
    before = frame.guard
    exits = NEXT
    for index, node in enumerate(body):
        lowerer = _LOWERERS.get(type(node))
        left = NEXT if lowerer is None else lowerer(frame, node)
        exits = (exits & ~NEXT) | left
        if not left & NEXT:
            frame.generator = frame.generator or any(_has_yield(rest) for rest in body[index + 1 :])
            break
    frame.fell = frame.above(before) if exits & NEXT and frame.guard != before else ()
    frame.guard = before
    return exits


def _either(*alternatives: tuple[Cond, Sequence[Guard]]) -> Cond | None:
    """What holds after alternatives of which some end only under conditions; None where that says nothing."""
    if not any(fell for _, fell in alternatives):
        return None
    cond = Some(tuple(Every((first, *(g.cond for g in fell))) if fell else first for first, fell in alternatives))
    return cond if atoms_in(cond) <= MOST_ATOMS else None


def _has_yield(node: AST) -> bool:
    if isinstance(node, (FunctionDef, AsyncFunctionDef, ClassDef)):
        return False
    if isinstance(node, (Yield, YieldFrom)):
        return True
    for field in node._fields:
        child = getattr(node, field, None)
        for item in child if isinstance(child, list) else [child]:
            if isinstance(item, AST) and _has_yield(item):
                return True
    return False


def _expression(frame: Frame, node: Any) -> int:
    if type(node.value) is Constant:
        return NEXT
    found = value(frame, node.value)
    if isinstance(found, Result) and frame.effects[found.effect].place in EXIT_CALLS:
        return EXIT
    return NEXT


def _assign(frame: Frame, node: Any) -> int:
    found = value(frame, node.value)
    for target in node.targets:
        bind_names(frame, target, found, node)
        if len(node.targets) > 1 and type(target) is Name:
            found = found if isinstance(found, (Const, Result, Ref)) else value(frame, target)
    return NEXT


def _annotated(frame: Frame, node: Any) -> int:
    names = names_in(frame, node.annotation)
    if type(node.target) is not Subscript:
        target = value(frame, node.target)
        if isinstance(target, Ref) and names:
            place = target.name
            if type(node.target) is Name:
                place = frame.scope.target(node.target.id)
            frame.annotations.append((place, names))
    if node.value is not None:
        bind_names(frame, node.target, value(frame, node.value), node)
    return NEXT


def _augmented(frame: Frame, node: Any) -> int:
    found = value(frame, node.value)
    target = value(frame, node.target)
    place = target.name if isinstance(target, Ref) else ""
    if type(node.target) is Name:
        place = frame.scope.target(node.target.id)
    frame.emit("augment", node, found, place, () if place else (target,))
    return NEXT


def _delete(frame: Frame, node: Any) -> int:
    for target in node.targets:
        base = target.value if type(target) is Subscript else target
        found = value(frame, base)
        args = (value(frame, target.slice),) if type(target) is Subscript else ()
        frame.emit("delete", node, None, found.name if isinstance(found, Ref) else "", args)
    return NEXT


def _return(frame: Frame, node: Any) -> int:
    frame.emit("return", node, Const(None) if node.value is None else value(frame, node.value))
    return RETURN


def _raise(frame: Frame, node: Any) -> int:
    found = None if node.exc is None else value(frame, node.exc)
    cause = () if node.cause is None else (value(frame, node.cause),)
    frame.emit("raise", node, found, "", cause)
    return RAISE


def _assert(frame: Frame, node: Any) -> int:
    # `python -O` removes it, so it establishes nothing
    frame.emit("assert", node, facts.Test(condition(frame, node.test)))
    return NEXT


def _break(frame: Frame, node: Any) -> int:
    del frame, node
    return BREAK


def _continue(frame: Frame, node: Any) -> int:
    del frame, node
    return CONTINUE


def _import(frame: Frame, node: Any) -> int:
    for alias, loaded, qualified in imported_names(node):
        frame.module.imports[loaded] = None
        place = frame.scope.target(alias) if alias else ""
        frame.emit("import", node, Imported(qualified if alias else loaded), place, (Imported(loaded),))
    return NEXT


def _if(frame: Frame, node: Any) -> int:
    if _is_main_test(node.test):
        frame.module.has_main = True
    test = condition(frame, node.test)
    at = frame.at(node.test)
    before = frame.push(test, at)
    chosen = block(frame, node.body)
    fell = frame.fell
    frame.pop(before)
    frame.push(negate(test), at)
    other, frame.fell = NEXT, ()
    if node.orelse:
        other = block(frame, node.orelse)
    frame.pop(before)
    if not chosen & NEXT and other & NEXT:
        frame.push(negate(test), at)
        frame.push_all(frame.fell)
    elif chosen & NEXT and not other & NEXT:
        frame.push(test, at)
        frame.push_all(fell)
    elif chosen & NEXT and (cond := _either((test, fell), (negate(test), frame.fell))):
        frame.push(cond, at)
    return chosen | other


def _is_main_test(test: Any) -> bool:
    left = getattr(test, "left", None)
    return type(left) is Name and left.id == "__name__"


def _loop_exits(body: int, endless: bool) -> int:
    inside = body & (RETURN | RAISE | EXIT)
    if not endless:
        return inside | NEXT
    return inside | (NEXT if body & BREAK else LOOP)


def _for(frame: Frame, node: Any) -> int:
    source = value(frame, node.iter)
    start = frame.here()
    before = frame.guard
    bind_names(frame, node.target, Each(source), node.target)
    body_exits = block(frame, node.body)
    frame.pop(before)
    if not body_exits & (BREAK | CONTINUE):
        frame.push_all(frame.fell)  # the last round fell through: a loop of retries that never succeeded
    exits = _loop_exits(body_exits, False)
    frame.loops.append(facts.Loop(frame.module.spans.header(node, node.iter), frame.since(start), False))
    return _after_loop(frame, node, exits)


def _while(frame: Frame, node: Any) -> int:
    start = frame.here()
    before = frame.guard
    test = condition(frame, node.test)
    endless = test == Every(())
    frame.push(test, frame.at(node.test))
    exits = _loop_exits(block(frame, node.body), endless)
    frame.pop(before)
    frame.loops.append(facts.Loop(frame.module.spans.header(node, node.test), frame.since(start), endless))
    return _after_loop(frame, node, exits)


def _after_loop(frame: Frame, node: Any, exits: int) -> int:
    # a `break` skips the `else`, so what the `else` establishes holds only where there is no `break`
    if node.orelse:
        exits |= block(frame, node.orelse)
    return exits


def _with(frame: Frame, node: Any) -> int:
    items: list[Value] = []
    suppressed: tuple[str, ...] | None = None
    for item in node.items:
        found = value(frame, item.context_expr)
        items.append(found)
        if item.optional_vars is not None:
            bind_names(frame, item.optional_vars, found, item.context_expr)
        suppressed = _suppressed(frame, found) if suppressed is None else suppressed
    start = frame.here()
    exits = block(frame, node.body)
    effects = frame.since(start)
    if suppressed is None:
        frame.push_all(frame.fell)
    header = frame.module.spans.header(node, node.items[-1].context_expr)
    frame.withs.append(facts.With(header, effects, tuple(items)))
    if suppressed is not None:
        end = facts.Range(effects.end, effects.end)
        handler = Handler(suppressed, "", header, end, NEXT)
        span = frame.module.spans.span(node)
        frame.attempts.append(Attempt(span, frame.guard, effects, (handler,), end, end, exits, True))
        if not exits & NEXT:
            frame.push(Failed(len(frame.attempts) - 1, 0), packed(header))
        exits |= NEXT
    return exits


def _suppressed(frame: Frame, found: Value) -> tuple[str, ...] | None:
    if not isinstance(found, Result):
        return None
    call = frame.effects[found.effect]
    if call.place != "contextlib.suppress":
        return None
    return tuple(arg.name if isinstance(arg, Ref) else "" for arg in call.args)


def _try(frame: Frame, node: Any) -> int:
    index = len(frame.attempts)
    frame.attempts.append(Attempt(frame.module.spans.span(node), frame.guard, _NONE, (), _NONE, _NONE, NEXT))
    before = frame.guard
    start = frame.here()
    body_exits = block(frame, node.body)
    body = frame.since(start)
    fell = [frame.fell]
    start = frame.here()
    if node.orelse and body_exits & NEXT:
        frame.push(Failed(index, -1, False), packed(frame.module.spans.header(node, None)))
        frame.push_all(fell[0])
        body_exits = (body_exits & ~NEXT) | block(frame, node.orelse)
        fell = [(*fell[0], *frame.fell)]
        frame.pop(before)
    orelse = frame.since(start)
    handlers = []
    for number, handler in enumerate(node.handlers):
        handlers.append(_handler(frame, index, number, handler))
        fell.append(frame.fell)
    start = frame.here()
    final_exits = block(frame, node.finalbody)
    frame.attempts[index] = Attempt(
        frame.attempts[index].span, before, body, tuple(handlers), orelse, frame.since(start), body_exits
    )
    return _after_try(frame, index, fell, final_exits)


_NONE = facts.Range(0, 0)


def _after_try(frame: Frame, index: int, fell: Sequence[Sequence[Guard]], final_exits: int) -> int:
    """`fell` holds what is known at the end of the body, then at the end of each handler."""
    attempt = frame.attempts[index]
    if not final_exits & NEXT:
        return final_exits  # `finally: return` overrides whatever was under way
    goes_on = [number for number, h in enumerate(attempt.handlers) if h.exits & NEXT]
    at = packed(attempt.handlers[0].span if attempt.handlers else attempt.span)
    if attempt.body_exits & NEXT and attempt.handlers and not goes_on:
        frame.push(Failed(index, -1, False), at)
        frame.push_all(fell[0])
    elif not attempt.body_exits & NEXT and goes_on:
        which = goes_on[0] if len(goes_on) == 1 else -1
        frame.push(Failed(index, which), packed(attempt.handlers[goes_on[0]].span))
        if which >= 0:
            frame.push_all(fell[which + 1])
    elif goes_on:
        alternatives = [(Failed(index, number), fell[number + 1]) for number in goes_on]
        if cond := _either((Failed(index, -1, False), fell[0]), *alternatives):
            frame.push(cond, packed(attempt.handlers[goes_on[0]].span))
    broad = any(not h.types or BROAD.intersection(h.types) for h in attempt.handlers)
    exits = attempt.body_exits & ~RAISE if broad else attempt.body_exits
    for handler in attempt.handlers:
        exits |= handler.exits
    return exits | (final_exits & ~NEXT)


def _handler(frame: Frame, attempt: int, number: int, node: Any) -> Handler:
    types: tuple[str, ...] = ()
    if node.type is not None:
        found = value(frame, node.type)
        parts = found.items if isinstance(found, facts.Display) else (found,)
        types = tuple(p.name if isinstance(p, Ref) else "" for p in parts)
    span = _handler_span(frame, node)
    before = frame.push(Failed(attempt, number), packed(span))
    start = frame.here()
    if node.name:
        frame.emit("bind", node, Caught(attempt), frame.scope.target(node.name))
    exits = block(frame, node.body)
    frame.pop(before)
    return Handler(types, node.name or "", span, frame.since(start), exits)


def _handler_span(frame: Frame, node: Any) -> Any:
    return frame.module.spans.header(node, node.type)


def _match(frame: Frame, node: Any) -> int:
    subject = value(frame, node.subject)
    before = frame.guard
    exits = 0
    exhaustive = False
    for case in node.cases:
        at = frame.at(case.pattern)
        cond = _pattern(frame, subject, case.pattern)
        _bind_pattern(frame, case.pattern, subject)
        if case.guard is not None:
            outer = frame.push(cond, at)
            cond = Every((cond, condition(frame, case.guard)))
            frame.pop(outer)
        outer = frame.push(cond, at)
        exits |= block(frame, case.body)
        frame.pop(outer)
        exhaustive = exhaustive or cond == Every(())
        frame.push(negate(cond), at)
    frame.pop(before)
    return exits if exhaustive else exits | NEXT


def _pattern(frame: Frame, subject: Value, pattern: Any) -> Cond:
    kind = type(pattern)
    if kind is MatchValue:
        return Atom("equals", subject, value(frame, pattern.value))
    if kind is MatchSingleton:
        return Atom("none", subject) if pattern.value is None else Atom("equals", subject, Const(pattern.value))
    if kind is MatchOr:
        return Some(tuple(_pattern(frame, subject, p) for p in pattern.patterns))
    if kind is MatchAs:
        return Every(()) if pattern.pattern is None else _pattern(frame, subject, pattern.pattern)
    return Atom("opaque", subject)


def _bind_pattern(frame: Frame, pattern: Any, subject: Value) -> None:
    name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
    if isinstance(name, str):
        found = subject if type(pattern) is MatchAs else Opaque("match", (subject,))
        frame.emit("bind", pattern, found, frame.scope.target(name))
    inner = getattr(pattern, "pattern", None)
    for child in [
        *getattr(pattern, "patterns", ()),
        *getattr(pattern, "kwd_patterns", ()),
        *([inner] if inner else ()),
    ]:
        _bind_pattern(frame, child, Opaque("match", (subject,)) if type(pattern) is not MatchAs else subject)


def _function(frame: Frame, node: Any) -> int:
    module = frame.module
    scope = module.scopes.of(node)
    decorators = tuple(value(frame, d) for d in node.decorator_list)
    params = parameters(frame, node.args)
    inner = Frame(module, scope, scope.key)
    slot = len(module.functions)
    module.functions.append(_EMPTY)  # outer functions come before inner ones
    exits = block(inner, node.body)
    module.functions[slot] = Function(
        key=scope.key, kind="function", span=module.spans.header(node, None), parent=frame.key,
        owner=frame.key if frame.scope.kind == "class" else "", params=params, returns=names_in(frame, node.returns),
        decorators=decorators, annotations=tuple(inner.annotations), doc=_doc(node.body), exits=exits,
        is_async=type(node) is AsyncFunctionDef, generator=inner.generator, guards=tuple(inner.guards),
        effects=tuple(inner.effects), attempts=tuple(inner.attempts), loops=tuple(inner.loops),
        withs=tuple(inner.withs),
    )  # fmt: skip
    frame.emit("define", node, Definition(scope.key), frame.scope.target(node.name))
    return NEXT


_EMPTY = Function("", "function", Span(1, 1, 1, 1))


def _class(frame: Frame, node: Any) -> int:
    module = frame.module
    scope = module.scopes.of(node)
    decorators = tuple(value(frame, d) for d in node.decorator_list)
    bases = tuple(value(frame, b) for b in node.bases)
    inner = Frame(module, scope, scope.key)
    slot = len(module.functions)
    module.functions.append(_EMPTY)
    block(inner, node.body)
    module.functions[slot] = Function(
        key=scope.key, kind="class", span=module.spans.header(node, None), parent=frame.key, decorators=decorators,
        bases=bases, annotations=tuple(inner.annotations), doc=_doc(node.body), guards=tuple(inner.guards),
        effects=tuple(inner.effects), attempts=tuple(inner.attempts), loops=tuple(inner.loops),
        withs=tuple(inner.withs),
    )  # fmt: skip
    keywords = tuple([(k.arg or "**", value(frame, k.value)) for k in node.keywords])
    frame.emit("define", node, Definition(scope.key), frame.scope.target(node.name), (), keywords)
    return NEXT


def _doc(body: Sequence[Any]) -> str:
    first = body[0]
    if type(first) is Expr and type(first.value) is Constant and isinstance(first.value.value, str):
        return first.value.value[:DOC_LIMIT].encode("utf-8", "replace").decode()
    return ""


def _type_alias(frame: Frame, node: Any) -> int:
    frame.emit("bind", node, Opaque("type"), frame.scope.target(node.name.id))
    return NEXT


_LOWERERS: dict[type, Callable[[Frame, Any], int]] = {
    Expr: _expression,
    Assign: _assign,
    AnnAssign: _annotated,
    AugAssign: _augmented,
    Delete: _delete,
    Return: _return,
    Raise: _raise,
    Assert: _assert,
    Break: _break,
    Continue: _continue,
    Import: _import,
    ImportFrom: _import,
    If: _if,
    For: _for,
    AsyncFor: _for,
    While: _while,
    With: _with,
    AsyncWith: _with,
    Try: _try,
    Match: _match,
    FunctionDef: _function,
    AsyncFunctionDef: _function,
    ClassDef: _class,
}
# since Python 3.11 and 3.12
_LOWERERS |= {
    getattr(_ast, name): lowerer
    for name, lowerer in (("TryStar", _try), ("TypeAlias", _type_alias))
    if hasattr(_ast, name)
}
