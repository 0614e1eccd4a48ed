"""Checks that cannot stop anything, checks that no pull request runs, and workflows that never load."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from aether_lint.model import Related, Severity
from aether_lint.scopes import github
from aether_lint.scopes.ci_runs import GivenUp, Pipelines, Run
from aether_lint.scopes.commands import only_formats, shown, soft_flag
from aether_lint.scopes.known_tools import CHECKS
from aether_lint.scopes.observations import DeadWorkflow, Place, SoftGate
from aether_lint.scopes.project import Project, is_workflow
from aether_lint.scopes.runners import exists
from aether_lint.scopes.shell import UNKNOWN
from aether_lint.scopes.shell_failures import Loss

CHECK_WORDS = re.compile(
    r"\b(?:verif(?:y|ies|ication)|checks?|lint(?:ing)?|audit|scan(?:ning)?|tests?|validat\w+|enforce)\b", re.IGNORECASE
)
NOT_NEEDED = re.compile(
    r"git (?:diff|log|ls-files)|changed|modified|--name-only|\bdiff\b|event_name|\bis_pr\b", re.IGNORECASE
)
WRITES_BACK = re.compile(
    r"git[ -](?:auto-)?commit|git push|git diff|create-pull-request|add-and-commit|autofix-ci|restyled"
)
WEAKER = frozenset(("security", "coverage"))


def soft_gates(project: Project, pipelines: Pipelines) -> Iterator[SoftGate]:
    """Checks whose failure stops nothing, one for each step and cause."""
    seen: set[tuple[object, ...]] = set()
    for run in pipelines.runs:
        loss, place = _loss_of(run)
        if loss is None or place is None or _harmless(project, pipelines, run, loss):
            continue
        key = (run.path, run.keys or place, "step" if run.keys else run.step_name)
        if key in seen:
            continue
        seen.add(key)
        others = [
            other for other in pipelines.runs if other is not run and other.keys == run.keys and other.path == run.path
        ]
        blocking = any(
            other.path == run.path and other.invocation.tool == run.invocation.tool and _loss_of(other)[0] is None
            for other in pipelines.runs
        )
        yield _soft_gate(run, loss, place, others if run.keys else [], blocking)
    for given_up in pipelines.given_up:
        if _decides_nothing(project, given_up):
            continue
        if (given_up.place,) not in seen:
            seen.add((given_up.place,))
            yield _absent(given_up)


def stops_nothing(project: Project, pipelines: Pipelines, run: Run) -> bool:
    """Whether the failure of this one command has no effect, here or later."""
    loss, _ = _loss_of(run)
    return loss is not None and not _rechecked(project, run)


def _loss_of(run: Run) -> tuple[Loss | None, Place | None]:
    one = run.invocation
    if run.loss is not None:
        return run.loss, run.loss_place or one.place
    flag = soft_flag(one.tool, one.args)
    if flag:
        return Loss(flag, f"`{flag}` turns every finding into success", True), one.place
    if only_formats(one.tool, one.args) and one.origin == "ci":
        return Loss(one.tool, f"`{one.tool}` without `--check` changes the files and succeeds"), one.place
    return None, None


def _harmless(project: Project, pipelines: Pipelines, run: Run, loss: Loss) -> bool:
    """Whether something else stops the change: a later look at the outcome, or the same check run for real."""
    tidies = loss.construct == run.invocation.tool or (
        not run.invocation.on_pull_requests and _family(run.invocation.tool) in ("lint", "format")
    )
    if tidies and WRITES_BACK.search(_job_text(project, run)):
        return True
    return _rechecked(project, run) or _repeated(pipelines, run)


def _job_text(project: Project, run: Run) -> str:
    document = project.documents.get(run.path)
    return run.script + (document.text if document is not None else "")


def _rechecked(project: Project, run: Run) -> bool:
    document = project.documents.get(run.path)
    if document is None or not run.keys or not is_workflow(run.path):
        return False
    text = github.later(document, run.keys)
    if (
        run.step_id
        and re.search(rf"steps\.{re.escape(run.step_id)}\.(?:outcome|outputs)", text)
        and _fails_on_purpose(text)
    ):
        return True
    report = _report_file(run)
    if not report:
        return False
    if any(report in script and _fails_on_purpose(script) for script in github.later_scripts(document, run.keys)):
        return True
    readers = rf"(?:python3?|node|jq|grep|\./\S+|bash|sh)\b[^\n]*{re.escape(report)}"
    return bool(re.search(readers, text)) and _fails_on_purpose(text)


def _fails_on_purpose(text: str) -> bool:
    return bool(
        re.search(r"\bexit\s+(?:\"?\$|[1-9])|\bfalse\b(?!['\"])|setFailed|sys\.exit|\braise\b|python3?\s+\S+\.py", text)
    )


def _report_file(run: Run) -> str:
    """The file that the check writes its findings to."""
    args = run.invocation.args
    for position, arg in enumerate(args):
        name, _, value = arg.partition("=")
        if name in (
            "-o",
            "--output",
            "--output-file",
            "--report",
            "--report-path",
            "--outfile",
            "--junitxml",
            "--save-json",
        ):
            return posixpath.basename(value or (args[position + 1] if position + 1 < len(args) else ""))
    program = re.escape(run.invocation.tool.split()[0])
    redirected = re.search(rf"{program}[^\n|]*>\s*([\w./-]+\.\w+)", github.masked(run.script))
    return posixpath.basename(redirected[1]) if redirected else ""


def _repeated(pipelines: Pipelines, run: Run) -> bool:
    """Whether the same workflow also runs the tool so that its failure counts, at least as widely selected."""
    for other in pipelines.runs:
        one = other.invocation
        if one.tool != run.invocation.tool or other.path != run.path or _loss_of(other)[0] is not None:
            continue
        if not (one.on_pull_requests or not run.invocation.on_pull_requests) or one.origin == "hook":
            continue
        if _family(one.tool) == "tests" and not set(one.args) & {"tests", "tests/", "."} and _paths(one.args):
            continue  # a few test files do not stand for the suite
        if not any(arg.startswith("--select") for arg in one.args):
            return True
    return False


def _paths(args: Sequence[str]) -> list[str]:
    return [arg for arg in args if "/" in arg and not arg.startswith("-")]


def _family(tool: str) -> str:
    return CHECKS.get(tool, "security")


def _soft_gate(run: Run, loss: Loss, place: Place, others: Sequence[Run], blocking: bool) -> SoftGate:
    one = run.invocation
    more = [
        Related(
            other.invocation.place.path,
            other.invocation.place.span,
            f"`{shown(other.invocation.tool, other.invocation.args)}`",
        )
        for other in others
        if other.loss is not None and other.invocation.place != place
    ]
    if place != one.place and all(related.span != one.place.span for related in more):
        more.insert(0, Related(one.place.path, one.place.span, "the check"))
    return SoftGate(
        place=place,
        tool=one.tool,
        command=shown(one.tool, one.args),
        cause=loss.cause,
        construct=loss.construct,
        ceiling="warning" if blocking else _ceiling(run, loss),
        removable=loss.removable,
        related=tuple([*run.via, *more][:6]),
    )


def _ceiling(run: Run, loss: Loss) -> Severity:
    if run.invocation.origin == "hook" or not run.invocation.on_pull_requests or loss.construct == run.invocation.tool:
        return "warning"
    return "warning" if _family(run.invocation.tool) in WEAKER else "error"


def _decides_nothing(project: Project, given_up: GivenUp) -> bool:
    """Whether the early success is no hole: nothing was to be checked, or what is absent is there."""
    named = f"{given_up.step_name} {posixpath.basename(given_up.place.path)}".replace("_", " ").replace("-", " ")
    if given_up.run is None and not (CHECK_WORDS.search(named) and re.search(r"\bexit\s+[1-9]", given_up.script)):
        return True
    if given_up.run is None and not re.search(
        r"skip|not (?:found|installed|configured|available)|no \w+", _near(project, given_up), re.IGNORECASE
    ):
        return True
    test = given_up.skip.test
    if UNKNOWN in test or NOT_NEEDED.search(test) or _computed_from_changes(given_up, test):
        return True
    if _nothing_listed(given_up, test) or _tells_codes_apart(given_up, test):
        return True
    outcome = _outcome(project, test)
    return outcome is not None and outcome != given_up.skip.when


def _near(project: Project, given_up: GivenUp) -> str:
    """The lines just before the exit, where a script says why it gives up."""
    lines = given_up.script.splitlines()
    row = given_up.skip.line
    return "\n".join(lines[max(0, row - 2) : row + 1])


def _computed_from_changes(given_up: GivenUp, test: str) -> bool:
    names = re.findall(r"\$\{?#?(\w+)", test)
    return any(
        re.search(rf"\b{re.escape(name)}\+?=.*(?:git diff|git log|changed|--name-only|gh pr)", given_up.script)
        or re.search(r"chang|diff|modif", name, re.IGNORECASE)
        for name in names
    )


def _nothing_listed(given_up: GivenUp, test: str) -> bool:
    """Whether the test asks for an empty list of what the script goes on to check one by one."""
    listed = re.search(r"\$\{#(\w+)\[[@*]\]\}", test)
    return listed is not None and re.search(rf"\bfor\s+\w+\s+in\s+\"?\$\{{{listed[1]}\[", given_up.script) is not None


def _tells_codes_apart(given_up: GivenUp, test: str) -> bool:
    """Whether the test is for one exit code of the check, other than the one that means findings."""
    compared = re.search(r"\$\{?(\w+|\?)\}?[\"']?\s*(?:==?|-eq)\s*[\"']?(\d+)", test)
    if compared is None or compared[2] == "1":
        return False
    return compared[1] == "?" or re.search(rf"\b{compared[1]}=\$\?", given_up.script) is not None


def _outcome(project: Project, test: str) -> bool | None:
    """What a test of presence says in this tree, or None when only the run knows."""
    found = re.fullmatch(r"\s*(!?)\s*(?:\[\[?|test)\s+(!?)\s*-([fdes])\s+[\"']?([\w./-]+)[\"']?\s*\]?\]?\s*", test)
    if found is None:
        return None
    return exists(project, found[4]) != bool(found[1] or found[2])


def _absent(given_up: GivenUp) -> SoftGate:
    run = given_up.run
    command = shown(run.invocation.tool, run.invocation.args) if run else given_up.step_name or "the check"
    negation = "" if given_up.skip.when else "not "
    test = " ".join(given_up.skip.test.split())
    related = [*given_up.via]
    if run is not None and run.invocation.place.path == given_up.place.path:
        related.append(Related(run.invocation.place.path, run.invocation.place.span, "the check"))
    return SoftGate(
        place=given_up.place,
        tool=run.invocation.tool if run else "script",
        command=command,
        cause=f"the script ends with success when {negation}`{test if len(test) <= 60 else test[:57] + '…'}`",
        construct="exit 0",
        ceiling="warning",
        removable=False,
        related=tuple(related[:4]),
    )


def dead_workflows(project: Project, pipelines: Pipelines) -> Iterator[DeadWorkflow]:
    """Workflows that GitHub rejects, and those with checks that nothing starts."""
    for path, error in project.broken.items():
        if is_workflow(path):
            from aether_lint.model import Span

            line, column = max(error.line, 1), max(error.column, 1)
            yield DeadWorkflow(Place(path, Span(line, column, line, column + 1)), error.message, ())
    checks: dict[str, list[str]] = {}
    for run in pipelines.runs:
        checks.setdefault(run.path, []).append(run.invocation.tool)
    for path, flow in pipelines.workflows.items():
        if flow.rejected:
            place = Place(path, flow.document.locate(*flow.rejected_at))
            yield DeadWorkflow(place, flow.rejected, tuple(dict.fromkeys(checks.get(path, []))))
        elif checks.get(path) and not flow.events - {"workflow_call"} and not flow.started_by:
            reason = "nothing calls it" if flow.events else "it names no event (`on:`)"
            place = Place(path, flow.document.locate("on"))
            yield DeadWorkflow(place, reason, tuple(dict.fromkeys(checks[path])))
