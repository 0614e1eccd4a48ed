"""What statements of a shell script do to a failure: which ones can fail, which ones lose it, which are mere tests."""

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tree_sitter import Node

QUIET = frozenset(("true", ":", "echo", "printf", "/bin/true"))


class Loss(Struct, frozen=True):
    """Why a failure is lost: `construct` is the text that loses it, `cause` the words about it."""

    construct: str
    cause: str
    removable: bool = False


def text_of(node: "Node") -> str:
    """The text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def is_test(node: "Node") -> bool:
    """A test of files or variables, or a look for a program: no check of the project."""
    if node.type == "test_command":
        return True
    if node.type in ("negated_command", "redirected_statement"):
        return any(is_test(child) for child in node.named_children)
    if node.type == "list":
        return all(is_test(child) for child in node.named_children)
    return bool(re.match(r"(?:command -v|which|type|hash|test|\[|grep|ls)\b", text_of(node)))


def is_success_exit(node: "Node") -> bool:
    """Whether a statement ends the script or function with success."""
    if node.type == "compound_statement" and node.named_children:
        return is_success_exit(node.named_children[-1])
    return node.type == "command" and bool(re.fullmatch(r"(?:exit|return)(?:\s+0)?", text_of(node).strip()))


def tells_apart(text: str) -> bool:
    """Whether a script anywhere ends by a status it has kept, or by failing on purpose."""
    return bool(re.search(r"\b(?:exit|return)\s+(?:\"?\$|[1-9])|\bfalse\b", text))


def can_fail(nodes: list["Node"], script: str) -> bool:
    """Whether a branch fails on purpose, or keeps a status that the script tells apart later."""
    text = "\n".join(text_of(node) for node in nodes)
    if re.search(r"\b(?:exit|return)\s+(?:\"?\$|[1-9])|\bfalse\b|\bdie\b|\bfail\b|exit -1", text):
        return True
    keeps = re.search(r"^\s*(?:\w+=\S|\(\(\s*\w+|\w+\+=)|GITHUB_(?:OUTPUT|ENV)", text, re.MULTILINE)
    return bool(keeps) and (tells_apart(script) or "GITHUB_" in text)


def leaves(node: "Node", script: str) -> bool:
    """Whether a branch takes care of the failure itself: `… || exit 1`, `if ! …; then exit 1; fi`."""
    if node.type == "list":
        return any(child.type == "||" for child in node.children) and can_fail([node.named_children[-1]], script)
    return node.type == "if_statement" and can_fail([node], script)


def lost_by(right: "Node", script: str) -> Loss | None:
    """What `… || right` makes of a failure: lost when the right side cannot fail and keeps nothing."""
    text = text_of(right).strip()
    if can_fail([right], script):
        return None
    if right.type == "compound_statement" or right.type == "subshell":
        commands = [child for child in right.named_children if child.type != "comment"]
    else:
        commands = [right]
    if right.type == "variable_assignment" and not tells_apart(script):
        return Loss(f"|| {short(text)}", f"`|| {short(text)}` keeps a status that nothing reads")
    names = [re.split(r"[\s;]", text_of(command).strip(), maxsplit=1)[0] for command in commands]
    quiet = all(
        name in QUIET or re.fullmatch(r"(?:exit|return)(?:\s+0)?", text_of(command).strip())
        for name, command in zip(names, commands, strict=True)
    )
    if not quiet:
        return None
    return Loss(f"|| {short(text)}", f"`|| {short(text)}` turns every failure into success", right.type == "command")


def short(text: str) -> str:
    """A piece of script for a message."""
    first = text.splitlines()[0] if text else ""
    return first if len(first) <= 24 and first == text else f"{first[:20].rstrip()} …"


def arms(node: "Node") -> list[list["Node"]]:
    """The branches of an `if`: its own statements, then those of `elif` and `else`."""
    conditions = {child.id for child in node.children_by_field_name("condition")}
    own = [child for child in node.named_children if child.id not in conditions and child.type != "comment"]
    arms = [[child for child in own if child.type not in ("elif_clause", "else_clause")]]
    for clause in own:
        if clause.type == "else_clause":
            arms.append([child for child in clause.named_children if child.type != "comment"])
        elif clause.type == "elif_clause":
            arms.append([clause])
    return arms
