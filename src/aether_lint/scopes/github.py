"""GitHub workflows: which steps run on pull requests, with which shell, folder and variables, and what mutes them."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from aether_lint.scopes.documents import Document, Keys, scalar
from aether_lint.scopes.observations import Place
from aether_lint.scopes.shell import UNKNOWN, Options
from aether_lint.scopes.shell_failures import Loss

MAX_VARIANTS = 40  # combinations of a matrix that are looked at
MAX_MATRIX_DEPTH = 3  # `matrix.tool.cmd.x`; aliases could nest without end
PLAIN = Options(errexit=True, pipefail=False)  # `bash -e {0}`, when no shell is named
NAMED_BASH = Options(errexit=True, pipefail=True)  # `bash --noprofile --norc -eo pipefail {0}`
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
NOT_ON_PULL_REQUESTS = re.compile(
    r"github\.event_name\s*==\s*'(?!pull_request|merge_group)\w+'|github\.event_name\s*!=\s*'pull_request'"
    r"|github\.ref(?:_name)?\s*==\s*'|startsWith\(\s*github\.ref\s*,\s*'refs/tags|github\.ref_type\s*==\s*'tag'"
)
REVIEW_EVENTS = frozenset(("pull_request", "pull_request_target", "merge_group"))
REVIEW_TYPES = frozenset(("opened", "synchronize", "reopened", "ready_for_review", "edited"))


class Step(Struct):
    """One step of a job, for one combination of its matrix."""

    path: str
    keys: Keys
    job: str
    name: str
    id: str
    script: str  # "" for a step that uses an action
    uses: str
    inputs: dict[str, str]
    options: Options | None  # None where the shell is none we read
    cwd: str
    env: dict[str, str]
    on_pull_requests: bool
    loss: Loss | None
    loss_place: Place | None
    via: tuple[Place, ...] = ()


class Workflow(Struct):
    """A workflow document with what its events mean."""

    document: Document
    events: frozenset[str]
    on_pull_requests: bool
    rejected: str = ""  # why GitHub does not accept the file
    rejected_at: Keys = ()
    started_by: list[str] = []  # paths of the workflows that call it


def workflow(document: Document) -> Workflow:
    """Read the events of a workflow."""
    trigger = document.data.get("on")
    events: dict[str, Any] = {}
    if isinstance(trigger, str):
        events = {trigger: None}
    elif isinstance(trigger, list):
        events = dict.fromkeys(map(str, trigger))
    elif isinstance(trigger, dict):
        events = {str(key): value for key, value in trigger.items()}
    reason, keys = _rejection(document)
    reviews = not reason and any(_reviews(name, value) for name, value in events.items())
    return Workflow(document, frozenset(events), reviews, reason, keys)


def _rejection(document: Document) -> tuple[str, Keys]:
    """What GitHub's schema refuses, and where: no job of the whole file runs then."""
    found = False
    for key, job in jobs(document):
        found = True
        if "uses" not in job and "runs-on" not in job:
            return f"job `{key}` has neither `runs-on` nor `uses`, so GitHub rejects the file", ("jobs", key)
        listed = job.get("steps")
        for index, step in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(step, dict) and ("run" in step) == ("uses" in step):
                which = "both `run` and `uses`" if "run" in step else "neither `run` nor `uses`"
                return f"a step has {which}, so GitHub rejects the file", ("jobs", key, "steps", index)
    return ("", ()) if found else ("it has no jobs, so GitHub rejects the file", ("jobs",))


def _reviews(event: str, detail: Any) -> bool:
    """Whether the event covers what is proposed for merging."""
    filters = detail if isinstance(detail, dict) else {}
    if event in REVIEW_EVENTS:
        types = filters.get("types")
        return not isinstance(types, list | str) or bool(
            REVIEW_TYPES & set([types] if isinstance(types, str) else types)
        )
    if event != "push" or ("tags" in filters and "branches" not in filters):
        return False
    branches = filters.get("branches")
    return branches is None or bool({"*", "**"} & set(branches if isinstance(branches, list) else [branches]))


def resolve_calls(workflows: Mapping[str, Workflow]) -> None:
    """A workflow that another one calls runs on the events of its caller."""
    for _ in range(3):  # callers of callers
        for path, caller in workflows.items():
            for _, job in jobs(caller.document):
                target = scalar(job.get("uses") or "").removeprefix("./")
                called = workflows.get(target)
                if called is None:
                    continue
                if path not in called.started_by:
                    called.started_by.append(path)
                if caller.on_pull_requests and not called.rejected and not NOT_ON_PULL_REQUESTS.search(_condition(job)):
                    called.on_pull_requests = True


def jobs(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """The jobs of a workflow by key."""
    found = document.get("jobs")
    if isinstance(found, dict):
        yield from ((str(key), job) for key, job in found.items() if isinstance(job, dict))


def steps(flow: Workflow, actions: Mapping[str, Document]) -> Iterator[Step]:
    """Every step of every job; those of local composite actions in place of the step that uses them."""
    document = flow.document
    for key, job in jobs(document):
        runs = flow.on_pull_requests and _runs_on_review(document, key, set())
        mute, mute_place = _job_loss(document, key, job)
        listed = job.get("steps")
        if not isinstance(listed, list):
            continue
        base = _environment(document.data.get("env"), {}) | _environment(job.get("env"), {})
        for matrix in _combinations(job):
            context = matrix | {f"env.{name}": value for name, value in base.items()}
            for index, step in enumerate(listed):
                if not isinstance(step, dict):
                    continue
                keys: Keys = ("jobs", key, "steps", index)
                loss, place = _step_loss(document, keys, step)
                one = Step(
                    path=document.path,
                    keys=keys,
                    job=key,
                    name=scalar(step.get("name") or ""),
                    id=scalar(step.get("id") or ""),
                    script=fill(step.get("run"), context),
                    uses=scalar(step.get("uses") or ""),
                    inputs={str(k): fill(v, context) for k, v in _mapping(step.get("with")).items()},
                    options=_options(step, job, document),
                    cwd=_folder(step, job, document, context),
                    env={
                        name: fill(value, context)
                        for name, value in (base | _environment(step.get("env"), context)).items()
                    },
                    on_pull_requests=runs and not NOT_ON_PULL_REQUESTS.search(_condition(step)),
                    loss=loss or mute,
                    loss_place=place or mute_place,
                )
                yield from _composite(one, actions, Place(document.path, document.locate(*keys)))


def _composite(step: Step, actions: Mapping[str, Document], caller: Place) -> Iterator[Step]:
    """A local action's own steps, or the step itself."""
    if not step.uses.startswith("./"):
        yield step
        return
    folder = step.uses.removeprefix("./").rstrip("/")
    document = actions.get(f"{folder}/action.yml") or actions.get(f"{folder}/action.yaml")
    listed = document.get("runs", "steps") if document else None
    if document is None or not isinstance(listed, list):
        yield step
        return
    context = {f"inputs.{name}": value for name, value in step.inputs.items()}
    for index, inner in enumerate(listed):
        if isinstance(inner, dict):
            keys: Keys = ("runs", "steps", index)
            loss, place = _step_loss(document, keys, inner)
            yield Step(
                path=document.path,
                keys=keys,
                job=step.job,
                name=scalar(inner.get("name") or ""),
                id=scalar(inner.get("id") or ""),
                script=fill(inner.get("run"), context),
                uses=scalar(inner.get("uses") or ""),
                inputs={str(k): fill(v, context) for k, v in _mapping(inner.get("with")).items()},
                options=_options(inner, {}, document),
                cwd=_folder(inner, {}, document, context),
                env=step.env,
                on_pull_requests=step.on_pull_requests,
                loss=step.loss or loss,
                loss_place=step.loss_place or place,
                via=(caller,),
            )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _condition(node: Mapping[str, Any]) -> str:
    """The `if` of a job or step; a disjunction is taken to let pull requests through."""
    text = scalar(node.get("if", ""))
    return "" if "||" in text else text


def _runs_on_review(document: Document, key: str, seen: set[str]) -> bool:
    """Whether a job runs on pull requests: its own condition, then those of the jobs it needs."""
    job = document.get("jobs", key)
    if not isinstance(job, dict) or key in seen:
        return True
    seen.add(key)
    if NOT_ON_PULL_REQUESTS.search(_condition(job)):
        return False
    needs = job.get("needs") or []
    if "always()" in scalar(job.get("if", "")):
        return True
    return all(_runs_on_review(document, scalar(need), seen) for need in ([needs] if isinstance(needs, str) else needs))


def _is_true(value: Any) -> bool:
    return value is True or (
        isinstance(value, str) and bool(re.fullmatch(r"\s*(?:\$\{\{\s*)?true(?:\s*\}\})?\s*", value))
    )


def _is_false(value: Any) -> bool:
    return value is False or (
        isinstance(value, str) and bool(re.fullmatch(r"\s*(?:\$\{\{\s*)?false(?:\s*\}\})?\s*", value))
    )


def _job_loss(document: Document, key: str, job: Mapping[str, Any]) -> tuple[Loss | None, Place | None]:
    if _is_true(job.get("continue-on-error")):
        loss = Loss("continue-on-error", "the job's `continue-on-error: true` lets the workflow pass", True)
        return loss, Place(document.path, document.locate("jobs", key, "continue-on-error"))
    if "if" in job and _is_false(job["if"]):
        return Loss("if: false", "the job's `if: false` keeps it from running", True), Place(
            document.path, document.locate("jobs", key, "if")
        )
    return None, None


def _step_loss(document: Document, keys: Keys, step: Mapping[str, Any]) -> tuple[Loss | None, Place | None]:
    if _is_true(step.get("continue-on-error")):
        loss = Loss("continue-on-error", "`continue-on-error: true` lets the job pass", True)
        return loss, Place(document.path, document.locate(*keys, "continue-on-error"))
    if "if" in step and _is_false(step["if"]):
        return Loss("if: false", "`if: false` keeps the step from running", True), Place(
            document.path, document.locate(*keys, "if")
        )
    return None, None


def _options(step: Mapping[str, Any], job: Mapping[str, Any], document: Document) -> Options | None:
    shell = step.get("shell")
    for holder in (job, document.data):
        shell = shell or _mapping(_mapping(holder.get("defaults")).get("run")).get("shell")
    if shell is None:
        return None if "windows" in _plain(job.get("runs-on")) else PLAIN
    text = scalar(shell).strip()
    if text == "bash":
        return NAMED_BASH
    if text == "sh":
        return PLAIN
    if text.split()[0].rpartition("/")[2] in ("bash", "sh", "zsh"):
        return Options(bool(re.search(r"\s-\w*e", text)), "pipefail" in text)
    return None


def _folder(step: Mapping[str, Any], job: Mapping[str, Any], document: Document, context: Mapping[str, str]) -> str:
    folder = step.get("working-directory")
    for holder in (job, document.data):
        folder = folder or _mapping(_mapping(holder.get("defaults")).get("run")).get("working-directory")
    text = fill(folder or "", context).strip().removeprefix("./").rstrip("/")
    return "" if text in (".", "") else text


def _environment(value: Any, context: Mapping[str, str]) -> dict[str, str]:
    return {str(name): fill(text, context) if context else scalar(text) for name, text in _mapping(value).items()}


def _combinations(job: Mapping[str, Any]) -> list[dict[str, str]]:
    """The values of `matrix.*` that a job runs with, as dotted names."""
    matrix = _mapping(_mapping(job.get("strategy")).get("matrix"))
    axes = {str(k): v for k, v in matrix.items() if k not in ("include", "exclude") and isinstance(v, list)}
    products: Iterable[tuple[Any, ...]] = itertools.islice(itertools.product(*axes.values()), MAX_VARIANTS)
    found = [_flat(dict(zip(axes, values, strict=True))) for values in products] if axes else []
    for extra in matrix.get("include") or []:
        if isinstance(extra, dict) and len(found) < MAX_VARIANTS:
            found.append(_flat(extra))
    return found or [{}]


def _flat(values: Mapping[str, Any], prefix: str = "matrix") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            if prefix.count(".") < MAX_MATRIX_DEPTH:
                found |= _flat(value, f"{prefix}.{key}")
        else:
            found[f"{prefix}.{key}"] = scalar(value)
    return found


def fill(value: Any, context: Mapping[str, str]) -> str:
    """Text with its `${{ }}` filled in where the value is known, `UNKNOWN` elsewhere."""
    if value is None:
        return ""

    def one(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name == "github.workspace":
            return "."
        known = context.get(name, UNKNOWN)
        return known if EXPRESSION.search(known) is None else UNKNOWN

    return EXPRESSION.sub(one, scalar(value))


def later(document: Document, keys: Keys) -> str:
    """What the document says after a step: the job's later steps and outputs, and the other jobs."""
    index = keys[-1]
    listed = document.get(*keys[:-1])
    if not isinstance(index, int) or not isinstance(listed, list):
        return ""
    rest = [_plain(step) for step in listed[index + 1 :]]
    if keys[0] != "jobs":
        return "\n".join(rest)
    own = str(keys[1])
    others = [_plain(job) for name, job in jobs(document) if name != own]
    return "\n".join([*rest, _plain(document.get("jobs", own, "outputs")), *others])


def later_scripts(document: Document, keys: Keys) -> list[str]:
    """The scripts of the job's steps after one, each in one piece."""
    index = keys[-1]
    listed = document.get(*keys[:-1])
    if not isinstance(index, int) or not isinstance(listed, list):
        return []
    return [masked(scalar(step.get("run"))) for step in listed[index + 1 :] if isinstance(step, dict)]


def masked(script: str) -> str:
    """A script with its expressions as single words, and its continued lines joined."""
    return re.sub(r"\$\{\{.*?\}\}", "EXPRESSION", script.replace("\\\n", " "))


def _plain(node: Any) -> str:
    """All scalars of a node, one a line, with their keys; a node that aliases repeat is written once."""
    lines: list[str] = []
    seen: set[int] = set()
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, dict | list):
            if id(one) not in seen:
                seen.add(id(one))
                parts = [part for item in one.items() for part in item] if isinstance(one, dict) else one
                stack += reversed(parts)
        elif one is not None:
            lines.append(str(one))
    return "\n".join(lines)
