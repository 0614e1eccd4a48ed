"""Expressions to values and conditions. Calls and subscript loads become effects of the frame."""

import _ast
from _ast import (
    AST,
    Add,
    And,
    Attribute,
    Await,
    BinOp,
    BoolOp,
    Call,
    Compare,
    Constant,
    Dict,
    DictComp,
    Eq,
    FormattedValue,
    GeneratorExp,
    IfExp,
    In,
    Is,
    IsNot,
    JoinedStr,
    Lambda,
    List,
    ListComp,
    Lt,
    LtE,
    Mod,
    Name,
    NamedExpr,
    Not,
    NotEq,
    NotIn,
    Set,
    SetComp,
    Slice,
    Starred,
    Subscript,
    Tuple,
    UnaryOp,
    USub,
    Yield,
    YieldFrom,
)
from collections.abc import Callable
from typing import Any, Literal

from aether_lint.facts import (
    NEXT,
    TEXT_LIMIT,
    Arms,
    Atom,
    Attr,
    Cond,
    Const,
    Definition,
    Display,
    Each,
    Every,
    Function,
    Opaque,
    Param,
    Ref,
    Result,
    Some,
    Test,
    Text,
    Value,
    negate,
)
from aether_lint.lower.binders import bind_parameters, bind_target
from aether_lint.lower.frame import Frame
from aether_lint.lower.scope import Scope

_INT_LIMIT = 2**63


def value(frame: Frame, node: AST) -> Value:
    """Lowers an expression; its calls and subscript loads are emitted in order of evaluation."""
    return _LOWERERS[type(node)](frame, node)


def condition(frame: Frame, node: AST) -> Cond:
    """Lowers an expression of which only the truth matters."""
    kind = type(node)
    if kind is BoolOp:
        conds: list[Cond] = []
        conjunction = type(node.op) is And  # type: ignore[attr-defined]
        before = frame.guard
        for operand in node.values:  # type: ignore[attr-defined]
            conds.append(condition(frame, operand))
            frame.push(conds[-1] if conjunction else negate(conds[-1]), frame.at(operand))
        frame.pop(before)
        return Every(tuple(conds)) if conjunction else Some(tuple(conds))
    if kind is UnaryOp and type(node.op) is Not:  # type: ignore[attr-defined]
        return negate(condition(frame, node.operand))  # type: ignore[attr-defined]
    if kind is Compare:
        return _comparison(frame, node)
    return truth(value(frame, node), frame)


def truth(of: Value, frame: Frame) -> Cond:
    """The condition "`of` is true"."""
    if isinstance(of, Test):
        return of.cond
    if isinstance(of, Const):
        return Every(()) if of.value else Some(())
    if isinstance(of, Arms) and of.op != "if":
        conds = tuple(truth(v, frame) for v in of.values)
        return Every(conds) if of.op == "and" else Some(conds)
    if isinstance(of, Result) and (call := frame.effects[of.effect]).kind == "call":
        name = call.value.name if isinstance(call.value, Ref) else ""
        if name == "builtins.bool" and len(call.args) == 1:
            return truth(call.args[0], frame)
        if name == "builtins.isinstance" and len(call.args) == 2:
            return Atom("isinstance", call.args[0], call.args[1])
    return Atom("truthy", of)


def _comparison(frame: Frame, node: Any) -> Cond:
    left = value(frame, node.left)
    conds: list[Cond] = []
    for op, comparator in zip(node.ops, node.comparators, strict=True):
        right = value(frame, comparator)
        conds.append(_compare(type(op), left, right))
        left = right
    return conds[0] if len(conds) == 1 else Every(tuple(conds))


def _compare(op: type[AST], left: Value, right: Value) -> Cond:
    positive = op in _POSITIVE
    if op in _IDENTITY or op in _EQUALITY:
        if isinstance(left, Const) and not isinstance(right, Const):
            left, right = right, left
        if isinstance(right, Const) and right.value is None:
            return Atom("none", left, None, positive)
        if isinstance(right, Const) and isinstance(right.value, bool) and op in _IDENTITY:
            return Atom("truthy", left, None, positive == right.value)
        return Atom("equals", left, right, positive)
    if op is In or op is NotIn:
        return Atom("in", left, right, positive)
    return Atom("less", left, right, positive)


_IDENTITY = (Is, IsNot)
_EQUALITY = (Eq, NotEq)
_POSITIVE = frozenset((Is, Eq, In, Lt, LtE))


def names_in(frame: Frame, node: AST | None) -> tuple[str, ...]:
    """The names in an annotation, outermost first; a string annotation is looked into as far as it is dotted names."""
    if node is None:
        return ()
    kind = type(node)
    if kind is Name:
        return (frame.scope.loads[node.id].name,)  # type: ignore[attr-defined]
    if kind is Attribute:
        found = value(frame, node)
        return (found.name,) if isinstance(found, Ref) else ()
    if kind is Constant:
        return _names_in_text(frame, node.value)  # type: ignore[attr-defined]
    if kind is Subscript:
        return names_in(frame, node.value) + names_in(frame, node.slice)  # type: ignore[attr-defined]
    if kind is BinOp:
        return names_in(frame, node.left) + names_in(frame, node.right)  # type: ignore[attr-defined]
    return tuple([name for child in _expressions(node) for name in names_in(frame, child)])


def _names_in_text(frame: Frame, text: object) -> tuple[str, ...]:
    if not isinstance(text, str):
        return ()
    for mark in "[]|,\"'":
        text = text.replace(mark, " ")
    found = []
    for word in text.split():
        head, dot, tail = word.partition(".")
        if head.isidentifier():
            found.append(frame.scope.loads[head].name + dot + tail)
    return tuple(found)


def _expressions(node: AST) -> list[AST]:
    found: list[AST] = []
    for field in node._fields:
        child = getattr(node, field)
        if isinstance(child, list):
            found.extend(c for c in child if isinstance(c, AST))
        elif isinstance(child, AST):
            found.append(child)
    return [c for c in found if c._fields]  # operators and contexts have none


def _unknown(frame: Frame, node: AST) -> Value:
    return Opaque(type(node).__name__, tuple([value(frame, child) for child in _expressions(node)]))


def _constant(frame: Frame, node: Any) -> Value:
    del frame
    found = node.value
    kind = type(found)
    if kind is str:
        return Const(found) if len(found) <= TEXT_LIMIT and found.isascii() else text_constant(found)
    if found is None or kind is bool or kind is float:
        return Const(found)
    if kind is int:
        return Const(found) if -_INT_LIMIT <= found < _INT_LIMIT else Opaque("int")
    if kind is bytes:
        return Const(found[:TEXT_LIMIT].decode("latin-1"), True)
    return Opaque(kind.__name__)


def text_constant(text: str) -> Value:
    """A string literal, unless UTF-8 cannot hold it."""
    text = text[:TEXT_LIMIT]
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return Opaque("str")
    return Const(text)


def _name(frame: Frame, node: Any) -> Value:
    return frame.scope.loads[node.id]


def _attribute(frame: Frame, node: Any) -> Value:
    names = node.attr
    base = node.value
    while type(base) is Attribute:
        names = f"{base.attr}.{names}"
        base = base.value
    if type(base) is Name:
        return frame.scope.attribute_loads[f"{base.id}.{names}"]
    found = value(frame, base)
    for name in names.split("."):
        found = Ref(f"{found.name}.{name}") if isinstance(found, Ref) else Attr(found, name)
    return found


def _call(frame: Frame, node: Any) -> Value:
    func = value(frame, node.func)
    args = tuple([_LOWERERS[type(arg)](frame, arg) for arg in node.args])
    keywords = tuple([(keyword.arg or "**", value(frame, keyword.value)) for keyword in node.keywords])
    return frame.emit("call", node, func, func.name if type(func) is Ref else "", args, keywords)


def _subscript(frame: Frame, node: Any) -> Value:
    base = value(frame, node.value)
    key = value(frame, node.slice)
    return frame.emit("item", node, base, base.name if type(base) is Ref else "", (key,))


def _boolean(frame: Frame, node: Any) -> Value:
    conjunction = type(node.op) is And
    before = frame.guard
    values: list[Value] = []
    for operand in node.values:
        if values:
            cond = truth(values[-1], frame)
            frame.push(cond if conjunction else negate(cond), frame.at(operand))
        values.append(value(frame, operand))
    frame.pop(before)
    if all(isinstance(v, Test) for v in values):
        conds = tuple(v.cond for v in values if isinstance(v, Test))
        return Test(Every(conds) if conjunction else Some(conds))
    return Arms("and" if conjunction else "or", tuple(values))


def _conditional(frame: Frame, node: Any) -> Value:
    test = condition(frame, node.test)
    at = frame.at(node.test)
    before = frame.push(test, at)
    chosen = value(frame, node.body)
    frame.pop(before)
    frame.push(negate(test), at)
    other = value(frame, node.orelse)
    frame.pop(before)
    return Arms("if", (chosen, other), test)


def _comparison_value(frame: Frame, node: Any) -> Value:
    return Test(_comparison(frame, node))


def _unary(frame: Frame, node: Any) -> Value:
    if type(node.op) is Not:
        return Test(negate(condition(frame, node.operand)))
    operand = value(frame, node.operand)
    if type(node.op) is USub and isinstance(operand, Const) and type(operand.value) in (int, float):
        return Const(-operand.value)  # type: ignore[operator]
    return Opaque(type(node.op).__name__, (operand,))


def _binary(frame: Frame, node: Any) -> Value:
    op = type(node.op)
    operands = [node.right]
    left = node.left
    while type(left) is BinOp and type(left.op) is op:  # a chain of thousands of terms is one level, not thousands
        operands.append(left.right)
        left = left.left
    operands.append(left)
    parts = tuple([value(frame, operand) for operand in reversed(operands)])
    if op is Add and any(map(_is_text, parts)):
        return _join(parts)
    if op is Mod and _is_text(parts[0]):
        return Text(parts)
    return Opaque(op.__name__, parts)


def _is_text(of: Value) -> bool:
    return isinstance(of, Text) or (isinstance(of, Const) and type(of.value) is str and not of.binary)


def _join(parts: tuple[Value, ...]) -> Value:
    if all(isinstance(p, Const) and type(p.value) is str for p in parts):
        return text_constant("".join(str(p.value) for p in parts if isinstance(p, Const)))
    return Text(parts)


def _joined(frame: Frame, node: Any) -> Value:
    return _join(tuple([value(frame, part) for part in node.values]))


def _formatted(frame: Frame, node: Any) -> Value:
    return value(frame, node.value)


def _sequence(frame: Frame, node: Any) -> Value:
    return Display(_KINDS[type(node)], tuple([value(frame, element) for element in node.elts]))


_KINDS: dict[type, Literal["list", "set", "tuple"]] = {Tuple: "tuple", List: "list", Set: "set"}


def _dict(frame: Frame, node: Any) -> Value:
    keys, items = [], []
    for key, item in zip(node.keys, node.values, strict=True):
        keys.append(Opaque("**") if key is None else value(frame, key))
        items.append(value(frame, item))
    return Display("dict", tuple(items), tuple(keys))


def _wrapped(frame: Frame, node: Any) -> Value:
    return value(frame, node.value)


def _starred(frame: Frame, node: Any) -> Value:
    return Opaque("*", (value(frame, node.value),))


def _walrus(frame: Frame, node: Any) -> Value:
    found = value(frame, node.value)
    scope = frame.scope
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    place = scope.target(node.target.id)
    frame.emit("bind", node, found, place)
    return found if isinstance(found, (Const, Result)) else Ref(place)


def _slice(frame: Frame, node: Any) -> Value:
    return Opaque("slice", tuple(value(frame, p) for p in (node.lower, node.upper, node.step) if p is not None))


def _comprehension(frame: Frame, node: Any) -> Value:
    outer = frame.scope
    before = frame.guard
    frame.scope = Scope("comprehension", outer.key, outer)
    sources: list[Value] = []
    for index, generator in enumerate(node.generators):
        inner, frame.scope = frame.scope, outer if index == 0 else frame.scope
        source = value(frame, generator.iter)
        frame.scope = inner
        bind_target(generator.target, inner)
        inner.forget()
        bind_names(frame, generator.target, Each(source), generator.target)
        sources.append(source)
        for test in generator.ifs:
            frame.push(condition(frame, test), frame.at(test))
    elements = [node.key, node.value] if type(node) is DictComp else [node.elt]
    items = tuple(value(frame, element) for element in elements)
    frame.pop(before)
    frame.scope = outer
    return Opaque(type(node).__name__, (*items, *sources))


def bind_names(frame: Frame, target: AST, found: Value, node: AST) -> None:
    """Binds the names of an assignment target to a value, or to its parts."""
    kind = type(target)
    if kind is Name:
        frame.emit("bind", node, found, frame.scope.target(target.id))  # type: ignore[attr-defined]
    elif kind is Tuple or kind is List:
        elements = target.elts  # type: ignore[attr-defined]
        spread = isinstance(found, Display) and found.kind != "dict" and len(found.items) == len(elements)
        for index, element in enumerate(elements):
            if isinstance(found, Display) and spread:
                bind_names(frame, element, found.items[index], node)
            else:
                bind_names(frame, element, Opaque("part", (found, Const(index))), node)
    elif kind is Attribute:
        attribute = value(frame, target)
        if isinstance(attribute, Ref):
            frame.emit("bind", node, found, attribute.name)
        else:
            frame.emit("write", node, found, "", (attribute,))
    elif kind is Subscript:
        base = value(frame, target.value)  # type: ignore[attr-defined]
        key = value(frame, target.slice)  # type: ignore[attr-defined]
        frame.emit("write", node, found, base.name if isinstance(base, Ref) else "", (key, base))
    elif kind is Starred:
        bind_names(frame, target.value, Opaque("rest", (found,)), node)  # type: ignore[attr-defined]


def parameters(frame: Frame, spec: Any) -> tuple[Param, ...]:
    """The parameters of a function; defaults are evaluated in `frame`, the scope around it."""
    positional = [*spec.posonlyargs, *spec.args]
    missing: list[AST | None] = [None] * (len(positional) - len(spec.defaults))
    params = [
        _param(frame, arg, "positional", d) for arg, d in zip(positional, [*missing, *spec.defaults], strict=True)
    ]
    if spec.vararg:
        params.append(_param(frame, spec.vararg, "args", None))
    params += [_param(frame, arg, "keyword", d) for arg, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    if spec.kwarg:
        params.append(_param(frame, spec.kwarg, "kwargs", None))
    return tuple(params)


def _param(frame: Frame, arg: Any, kind: Any, default: AST | None) -> Param:
    return Param(arg.arg, kind, None if default is None else value(frame, default), names_in(frame, arg.annotation))


def _lambda(frame: Frame, node: Any) -> Value:
    module = frame.module
    module.lambdas += 1
    key = f"{frame.key}.<lambda{module.lambdas}>" if frame.key else f"<lambda{module.lambdas}>"
    params = parameters(frame, node.args)
    scope = Scope("function", key, frame.scope)
    bind_parameters(node, scope)
    inner = Frame(module, scope, key)
    inner.emit("return", node.body, value(inner, node.body))
    module.functions.append(
        Function(
            key=key, kind="lambda", span=module.spans.span(node), parent=frame.key, params=params, exits=NEXT,
            guards=tuple(inner.guards), effects=tuple(inner.effects), generator=inner.generator,
        )
    )  # fmt: skip
    return Definition(key)


def _yield(frame: Frame, node: Any) -> Value:
    frame.generator = True
    found = None if node.value is None else value(frame, node.value)
    return frame.emit("yield", node, found)


_LOWERERS: dict[type, Callable[[Frame, Any], Value]] = {
    **dict.fromkeys((kind for kind in vars(_ast).values() if isinstance(kind, type)), _unknown),
    Constant: _constant,
    Name: _name,
    Attribute: _attribute,
    Call: _call,
    Subscript: _subscript,
    BoolOp: _boolean,
    IfExp: _conditional,
    Compare: _comparison_value,
    UnaryOp: _unary,
    BinOp: _binary,
    JoinedStr: _joined,
    FormattedValue: _formatted,
    Tuple: _sequence,
    List: _sequence,
    Set: _sequence,
    Dict: _dict,
    Await: _wrapped,
    Starred: _starred,
    NamedExpr: _walrus,
    Slice: _slice,
    ListComp: _comprehension,
    SetComp: _comprehension,
    DictComp: _comprehension,
    GeneratorExp: _comprehension,
    Lambda: _lambda,
    Yield: _yield,
    YieldFrom: _yield,
}
