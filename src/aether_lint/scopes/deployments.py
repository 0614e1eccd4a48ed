"""Jobs that publish or deploy on push without waiting for a job that checks."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aether_lint.scopes import github
from aether_lint.scopes.ci_runs import Pipelines
from aether_lint.scopes.documents import scalar
from aether_lint.scopes.known_tools import DEPLOY_ACTIONS
from aether_lint.scopes.observations import Place, UncheckedDeploy
from aether_lint.scopes.project import Project

DEPLOYS = re.compile(
    r"^(?:twine upload|(?:uv|poetry|flit|hatch|pdm) publish|docker push|docker buildx build .*--push"
    r"|kubectl (?:apply|set)|helm (?:upgrade|install)|terraform apply|gcloud (?:run|app|functions) deploy"
    r"|(?:flyctl|fly) deploy|serverless deploy|sam deploy|cdk deploy|aws ecs update-service|argocd app sync|az webapp"
    r"|heroku container:release|vercel deploy)\b"
)


def unchecked_deployments(project: Project, pipelines: Pipelines) -> Iterator[UncheckedDeploy]:
    """One for each job, at the step that publishes."""
    checked = {(run.path, run.job) for run in pipelines.runs if run.path and not run.dead}
    elsewhere = sorted({path.rpartition("/")[2] for path, _ in checked})
    for path, flow in pipelines.workflows.items():
        if not _starts_on_branches(flow) or "workflow_run" in flow.events or flow.rejected:
            continue
        all_jobs = dict(github.jobs(flow.document))
        for key, job in all_jobs.items():
            # A protected environment asks a person: that is a check of another kind.
            found = None if "environment" in job else _deploys(flow, key, job, pipelines)
            if found and not _waits(path, key, all_jobs, checked, set()):
                place, command = found
                others = ", ".join(name for name in elsewhere if name != path.rpartition("/")[2])
                yield UncheckedDeploy(place, key, command, others)


def _starts_on_branches(flow: github.Workflow) -> bool:
    """Whether a push to a branch starts it; a tag or a release is somebody's decision."""
    trigger = flow.document.data.get("on")
    if not isinstance(trigger, dict):
        return "push" in flow.events
    filters = trigger.get("push", False)
    return filters is None or (isinstance(filters, dict) and not ("tags" in filters and "branches" not in filters))


def _deploys(flow: github.Workflow, key: str, job: Mapping[str, Any], pipelines: Pipelines) -> tuple[Place, str] | None:
    document = flow.document
    listed = job.get("steps")
    for index, step in enumerate(listed if isinstance(listed, list) else []):
        uses = scalar(step.get("uses")).partition("@")[0] if isinstance(step, dict) else ""
        if uses in DEPLOY_ACTIONS and not (uses == "docker/build-push-action" and not _pushes(step)):
            return Place(document.path, document.locate("jobs", key, "steps", index, "uses")), uses
    for command in pipelines.commands:
        if command.path == document.path and command.job == key and DEPLOYS.match(" ".join(command.words)):
            return command.place, " ".join(command.words[:3])
    return None


def _pushes(step: Mapping[str, Any]) -> bool:
    inputs = step.get("with")
    value = inputs.get("push") if isinstance(inputs, dict) else None
    return value is True or (isinstance(value, str) and value.strip() not in ("", "false"))


def _waits(
    path: str, key: str, jobs: Mapping[str, Mapping[str, Any]], checked: set[tuple[str, str]], seen: set[str]
) -> bool:
    """Whether the job or one that it needs checks something; called workflows are taken to."""
    if (path, key) in checked:
        return True
    job = jobs.get(key)
    if job is None or key in seen:
        return False
    seen.add(key)
    needs = job.get("needs") or []
    names = [needs] if isinstance(needs, str) else [scalar(need) for need in needs]
    return any("uses" in jobs.get(name, {}) or _waits(path, name, jobs, checked, seen) for name in names)
