"""How far a run looks: which files are read, which modules are judged, and what that leaves open."""

import os
from collections import Counter
from collections.abc import Sequence

from aether_lint.engine.discover import Project, SourceFile
from aether_lint.engine.index import Refreshed
from aether_lint.engine.policy import Policy
from aether_lint.engine.request import CheckRequest
from aether_lint.facts import ModuleFacts
from aether_lint.model import Family, FileError, NotChecked

_LEFT_OUT = {"test": "tests", "migration": "migrations", "sample": "samples", "script": "scripts"}


def is_read(file: SourceFile) -> bool:
    """Whether a file is read though nothing imports it: service code, and what stands on the command line."""
    return file.named or file.role == "service"


def judged_modules(project: Project, modules: Sequence[ModuleFacts]) -> list[ModuleFacts]:
    """The modules that were asked for and are service code, by their path and by what they say of themselves."""
    asked = {file.relative for file in project.files if file.role == "service"}
    return [facts for facts in modules if facts.path in asked and not facts.role]


def asks_for_gates(project: Project, request: CheckRequest) -> bool:
    """Whether the whole root was asked for, or the files that configure its own checks."""
    if request.stdin is not None:
        return False
    for path in map(request.absolute, request.paths):
        if os.path.isdir(path):
            if project.root == path or project.root.startswith(os.path.join(path, "")):
                return True
        elif path.startswith(os.path.join(project.root, "")) and not path.endswith((".py", ".pyw", ".pyi")):
            return True
    return False


def rules_on_whole_root(
    project: Project, policy: Policy, request: CheckRequest, *, gates_failed: bool = False
) -> frozenset[str]:
    """The codes of the rules that ran on all of the root; none where a part of it was asked for, or is known."""
    if project.context or not project.complete or request.stdin is not None:
        return frozenset()
    whole = not gates_failed and asks_for_gates(project, request)
    rules = policy.rules if whole else [rule for rule in policy.rules if rule.family != "gates"]
    return frozenset(rule.code for rule in rules)


def asked_errors(project: Project, index: Refreshed) -> list[FileError]:
    """The errors of the files that were asked for."""
    asked = {file.path for file in project.files}
    return [error for error in index.errors if error.path in asked]


def left_out(project: Project, modules: Sequence[ModuleFacts]) -> dict[str, int]:
    """How many of the files that were asked for are no service code, by what they are."""
    says = {facts.path: facts.role for facts in modules}
    roles = ((says.get(file.relative) or file.role) if file.role == "service" else file.role for file in project.files)
    return dict(Counter(_LEFT_OUT[role] for role in roles if role != "service"))


def checked_families(policy: Policy, with_gates: bool) -> list[Family]:
    """The families of the rules that ran, in order of their codes."""
    families = dict.fromkeys(rule.family for rule in policy.rules)
    return [family for family in families if with_gates or family != "gates"]


def open_questions(
    project: Project, policy: Policy, index: Refreshed, *, with_gates: bool, narrow: bool
) -> list[NotChecked]:
    """What was not looked at, and why; `narrow` if the rest of the root was not read."""
    questions: list[NotChecked] = []
    if not with_gates and any(rule.family == "gates" for rule in policy.rules):
        questions.append(NotChecked("the project's own static checks", "only a part of the project was asked for"))
    if not project.complete:
        questions.append(NotChecked("what other code does with these files", "no project around them is known"))
    if narrow:
        reason = "the project is large and has no index yet: `aether-lint check` on all of it makes one"
        questions.append(NotChecked("what other code does with these files", reason))
    unknown = len(index.errors) - len(asked_errors(project, index))
    if unknown:
        modules = "1 module" if unknown == 1 else f"{unknown} modules"
        reason = "the rest of the project was read for context alone, and they could not be analyzed"
        questions.append(NotChecked(f"what {modules} of the project do", reason))
    return questions
