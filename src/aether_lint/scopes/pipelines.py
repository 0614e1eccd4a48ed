"""Every check that CI and the hooks run: one record a command, with where it runs and what loses its failure."""

import re
from collections.abc import Callable, Iterable

from msgspec import Struct

from aether_lint.catalog.word_list import word_set
from aether_lint.model import Related, Span
from aether_lint.scopes import github, gitlab, precommit, runners
from aether_lint.scopes.ci_runs import ANYTHING, GivenUp, Pipelines, Run, Started
from aether_lint.scopes.commands import Call, check_of, known, unwrap
from aether_lint.scopes.documents import DocumentError, Keys, scalar
from aether_lint.scopes.known_tools import ACTIONS
from aether_lint.scopes.observations import Invocation, Place
from aether_lint.scopes.project import Project, is_workflow
from aether_lint.scopes.shell import Options, Script, ShellCommand, parse_script
from aether_lint.scopes.shell_failures import Loss
from aether_lint.scopes.yaml_scripts import ScriptPlace

MAX_STEPS_FOLLOWED = 4  # a workflow runs make, make runs a script, the script runs the tool


class _Context(Struct):
    """What is known around a piece of shell."""

    place: Callable[[ShellCommand], Place]
    at: Callable[[int, int, int], Place]
    on_pull_requests: bool
    where: str
    env: dict[str, str]
    loss: Loss | None = None
    loss_place: Place | None = None
    path: str = ""
    keys: Keys = ()
    job: str = ""
    step_id: str = ""
    step_name: str = ""
    script: str = ""
    via: tuple[Related, ...] = ()
    depth: int = 0


def read_pipelines(project: Project) -> Pipelines:
    """Read all CI files and hooks of the project."""
    found = Pipelines([], [], {}, [], False, [])
    reader = _Reader(project, found)
    reader.github_workflows()
    reader.gitlab_jobs()
    reader.other_systems()
    reader.hooks()
    found.runs = list(_distinct(found.runs))
    for run in found.runs:
        run.dead = run.path in found.workflows and bool(found.workflows[run.path].rejected)
    return found


def _distinct(runs: Iterable[Run]) -> Iterable[Run]:
    """Each command of a matrix once for each set of arguments."""
    seen = set()
    for run in runs:
        one = run.invocation
        key = (one.place, one.tool, one.args, one.cwd, run.path, run.keys)
        if key not in seen:
            seen.add(key)
            yield run


class _Reader:
    def __init__(self, project: Project, found: Pipelines) -> None:
        self.project = project
        self.found = found

    def github_workflows(self) -> None:
        """The workflows, with the reusable ones on their callers' events."""
        documents = self.project.documents
        flows = {path: github.workflow(document) for path, document in documents.items() if is_workflow(path)}
        actions = {
            path: document for path, document in documents.items() if path.endswith(("action.yml", "action.yaml"))
        }
        github.resolve_calls(flows)
        self.found.workflows = flows
        self.found.has_ci |= bool(flows) or any(is_workflow(path) for path in self.project.broken)
        for flow in flows.values():
            for _, job in github.jobs(flow.document):
                uses = scalar(job.get("uses"))
                if uses and not uses.startswith("./") and flow.on_pull_requests:
                    self.found.opaque.append(ANYTHING)
            for step in github.steps(flow, actions):
                self._step(step)

    def _step(self, step: github.Step) -> None:
        document = self.project.documents[step.path]
        where = f"job {step.job} of {step.path.rpartition('/')[2]}"
        via = tuple(Related(place.path, place.span, "this step uses the action") for place in step.via)
        if step.uses:
            self._action(step, where, via)
            return
        if not step.script or step.options is None:
            return
        keys = (*step.keys, "run")
        places = ScriptPlace(document, keys, step.script)
        context = _Context(
            place=lambda command: Place(step.path, places.span(command)),
            at=lambda line, start, end: Place(step.path, places.at(line, start, end)),
            on_pull_requests=step.on_pull_requests,
            where=where,
            env=step.env,
            loss=step.loss,
            loss_place=step.loss_place,
            path=step.path,
            keys=step.keys,
            job=step.job,
            step_id=step.id,
            step_name=step.name,
            script=step.script,
            via=via,
        )
        self.shell(step.script, step.options, step.cwd, context)

    def _action(self, step: github.Step, where: str, via: tuple[Related, ...]) -> None:
        name = step.uses.partition("@")[0]
        tool = ACTIONS.get(name) or next((t for action, t in ACTIONS.items() if name.startswith(action + "/")), None)
        place = Place(step.path, self.project.documents[step.path].locate(*step.keys, "uses"))
        if tool is None:
            return
        args = tuple((step.inputs.get("args") or step.inputs.get("extra_args") or "").split())
        context = _Context(
            place=lambda _: place, at=lambda *_: place, on_pull_requests=step.on_pull_requests, where=where,
            env=step.env, loss=step.loss, loss_place=step.loss_place, path=step.path, keys=step.keys, job=step.job,
            step_id=step.id, step_name=step.name, via=via,
        )  # fmt: skip
        if tool == "pre-commit":
            self._pre_commit(args, {}, place, context)
            return
        if tool in ("ruff", "mypy", "pyright", "flake8"):
            args += tuple((step.inputs.get("src") or step.inputs.get("path") or step.inputs.get("paths") or "").split())
        if tool == "ruff" and args[:1] == ("format",):
            tool, args = "ruff format", args[1:]
        elif tool == "ruff" and args[:1] == ("check",):
            args = args[1:]
        self._add(tool, args, step.cwd, place, context)

    def gitlab_jobs(self) -> None:
        """The jobs of a GitLab pipeline."""
        document = self.project.documents.get(".gitlab-ci.yml")
        if document is None:
            return
        self.found.has_ci = True
        if document.data.get("include"):
            self.found.opaque.append(ANYTHING)
        for job in gitlab.jobs(document):
            for keys, text in job.lines:
                places = ScriptPlace(document, keys, text)
                context = _Context(
                    place=lambda command, places=places: Place(document.path, places.span(command)),  # type: ignore[misc]
                    at=lambda line, start, end, places=places: Place(document.path, places.at(line, start, end)),  # type: ignore[misc]
                    on_pull_requests=job.on_merge_requests,
                    where=f"job {job.name} of .gitlab-ci.yml",
                    env={},
                    loss=job.loss,
                    loss_place=job.loss_place,
                    path=document.path,
                    keys=("gitlab", job.name),
                    job=job.name,
                    step_name=job.name,
                    script=job.text,
                )
                self.shell(text, Options(errexit=True, pipefail=True), "", context)

    def other_systems(self) -> None:
        """CI systems whose files are only searched for the names of tools."""
        for path in self.project.tree.files:
            if re.fullmatch(OTHER_CI, path):
                self.found.has_ci = True
                try:
                    self.found.opaque.append(self.project.text(path))
                except DocumentError:
                    self.found.opaque.append(ANYTHING)

    def hooks(self) -> None:
        """The hooks themselves, and pre-commit.ci, which runs them on pull requests."""
        for name in (".pre-commit-config.yaml", ".pre-commit-config.yml"):
            document = self.project.documents.get(name)
            if document is None:
                continue
            hosted = self._hosted(document.data)
            self.found.has_ci |= hosted
            skipped = document.get("ci", "skip")
            skips = set(map(str, skipped)) if isinstance(skipped, list) else set()
            for hook in precommit.hooks(document, self.project.tree.files):
                manual = bool(hook.stages) and set(hook.stages) <= {"manual"}
                loss = (
                    Loss("stages: [manual]", "`stages: [manual]` keeps the hook from running by itself", True)
                    if manual
                    else None
                )
                one = Invocation(
                    hook.tool, hook.args, "", hook.handles, "hook", hook.passed, known(hook.args),
                    on_pull_requests=hosted and hook.id not in skips and not manual, blocks=not manual,
                    workflow=f"the pre-commit hook {hook.id}",
                )  # fmt: skip
                self.found.runs.append(Run(one, loss, hook.stages_place if manual else None, step_name=hook.id))

    def _hosted(self, configuration: dict[str, object]) -> bool:
        if "ci" in configuration:
            return True
        for name in ("README.md", "README.rst", "readme.md"):
            if name in self.project.tree.names():
                try:
                    return "results.pre-commit.ci" in self.project.text(name)
                except DocumentError:
                    return False
        return False

    def shell(self, text: str, options: Options, cwd: str, context: _Context) -> None:
        """Everything that a piece of shell runs."""
        script = parse_script(text, options, context.env, cwd)
        before = len(self.found.runs)
        for command in script.commands:
            self._command(command, context)
        self._given_up(script, context, self.found.runs[before:])

    def _given_up(self, script: Script, context: _Context, runs: list[Run]) -> None:
        for skip in script.skips:
            place = context.at(skip.line, skip.column, skip.end_column)
            after = next((run for run in runs), None)
            self.found.given_up.append(
                GivenUp(place, skip, after, context.step_name, context.script, context.on_pull_requests, context.via)
            )

    def _command(self, command: ShellCommand, context: _Context) -> None:
        call = unwrap(command.words)
        place = context.place(command)
        cwd = "/".join(filter(None, (command.cwd, call.directory)))
        if context.path:
            self.found.commands.append(
                Started(context.path, context.job, context.step_name, place, command.words, context.on_pull_requests)
            )
        inner = context if command.loss is None or context.loss else _with_loss(context, command.loss, place)
        if call.inline:
            self._inline(call, cwd, place, inner)
            return
        check = check_of(call)
        if check is not None and check[0] == "pre-commit":
            self._pre_commit(check[1], dict(command.assigned), place, inner)
        elif check is not None:
            self._add(check[0], check[1], cwd, place, inner)
        elif context.depth < MAX_STEPS_FOLLOWED:
            self._follow(call, cwd, place, inner)

    def _inline(self, call: Call, cwd: str, place: Place, context: _Context) -> None:
        strict = any(re.fullmatch(r"-\w*e\w*", arg) for arg in call.args)
        inner = _Context(**{name: getattr(context, name) for name in context.__struct_fields__})
        inner.place, inner.at, inner.depth = (lambda _: place), (lambda *_: place), context.depth + 1
        if inner.depth <= MAX_STEPS_FOLLOWED:
            self.shell(call.inline, Options(strict, "pipefail" in call.args), cwd, inner)

    def _follow(self, call: Call, cwd: str, place: Place, context: _Context) -> None:
        parts = runners.nested(self.project, call, cwd)
        if parts is None:
            self._opaque(call, cwd, context)
            return
        if not parts and context.on_pull_requests:
            self._unfollowed(call)
        via = (*context.via, Related(place.path, place.span, f"{context.where} runs it"))
        for part in parts:
            inner = _Context(**{name: getattr(context, name) for name in context.__struct_fields__})
            inner.place = _in_file(part)
            inner.at = _piece_in_file(part)
            inner.via, inner.depth, inner.script = via, context.depth + 1, part.text
            if part.loss is not None and inner.loss is None:
                inner.loss = part.loss
                inner.loss_place = Place(part.path, Span(part.line, part.column + 1, part.line, part.column + 2))
            self.shell(part.text, part.options, part.cwd, inner)

    def _unfollowed(self, call: Call) -> None:
        """A runner whose definition is not found: its command line is all there is to go by."""
        if call.program not in ("npm", "pnpm", "yarn", "bun"):
            self.found.opaque.append(" ".join((call.program, *call.args)))

    def _opaque(self, call: Call, cwd: str, context: _Context) -> None:
        """A program that may start tools itself: its command line, and its text where it is a script of the project."""
        if not context.on_pull_requests or call.program in PLUMBING:
            return
        self.found.opaque.append(" ".join((call.program, *call.args)))
        target = next((arg for arg in (call.program, *call.args) if arg.endswith(".py")), "")
        path = "/".join(filter(None, (cwd, target))).removeprefix("./")
        if target and path in self.project.tree.names():
            try:
                self.found.opaque.append(self.project.text(path))
            except DocumentError:
                self.found.opaque.append(ANYTHING)

    def _pre_commit(self, args: tuple[str, ...], assigned: dict[str, str], place: Place, context: _Context) -> None:
        """The hooks that one `pre-commit run` starts, as checks of that step."""
        stage = next((args[i + 1] for i, arg in enumerate(args[:-1]) if arg == "--hook-stage"), "pre-commit")
        stage = next((arg.partition("=")[2] for arg in args if arg.startswith("--hook-stage=")), stage)
        only = args[0] if args and not args[0].startswith("-") else ""
        skipped = set((assigned.get("SKIP") or context.env.get("SKIP") or "").split(","))
        for name in (".pre-commit-config.yaml", ".pre-commit-config.yml"):
            document = self.project.documents.get(name)
            for hook in precommit.hooks(document, self.project.tree.files) if document else ():
                runs_then = not hook.stages or stage in hook.stages or stage.removeprefix("pre-") in hook.stages
                if hook.id in skipped or (only and hook.id != only) or not runs_then:
                    continue
                inner = _Context(**{key: getattr(context, key) for key in context.__struct_fields__})
                inner.via = (*context.via, Related(hook.place.path, hook.place.span, f"the hook {hook.id}"))
                self._add(hook.tool, hook.args, "", place, inner, hook.passed)

    def _add(
        self, tool: str, args: tuple[str, ...], cwd: str, place: Place, context: _Context,
        passed: tuple[str, ...] | None = None,
    ) -> None:  # fmt: skip
        one = Invocation(
            tool, args, cwd, place, "ci", passed, known((*args, cwd)), context.on_pull_requests,
            context.loss is None, context.where,
        )  # fmt: skip
        self.found.runs.append(
            Run(
                one, context.loss, context.loss_place, context.path, context.keys, context.job, context.step_id,
                context.step_name, context.script, context.via,
            )
        )  # fmt: skip


# Programs that start no check.
PLUMBING = word_set(
    "echo printf cat cp mv rm mkdir touch chmod chown ls cd export set source test exit return sleep curl wget tar "
    "unzip git gh pip pip3 uv poetry pdm apt apt-get sudo brew apk yum dnf conda sed awk grep jq yq head tail sort "
    "uniq cut tr tee find date aws gcloud az kubectl helm terraform argocd cosign true false read local declare eval "
    "kill wait npm npx pnpm yarn bun node cargo rustup go playwright"
)
OTHER_CI = (
    r"\.circleci/config\.ya?ml|azure-pipelines[\w-]*\.ya?ml|\.azure-pipelines/.*\.ya?ml|\.travis\.yml|appveyor\.yml"
    r"|\.appveyor\.yml|bitbucket-pipelines\.yml|\.drone\.ya?ml|\.woodpecker(?:/.*)?\.ya?ml|Jenkinsfile|\.cirrus\.ya?ml"
    r"|\.buildkite/.*\.ya?ml|\.semaphore/.*\.ya?ml|cloudbuild\.ya?ml|\.zuul\.ya?ml|zuul\.d/.*\.ya?ml|\.forgejo/workflows/.*"
    r"|\.gitea/workflows/.*|\.builds?/.*\.ya?ml|\.build\.yml|\.packit\.ya?ml|\.teamcity/.*"
)


def _with_loss(context: _Context, loss: Loss, place: Place) -> _Context:
    inner = _Context(**{name: getattr(context, name) for name in context.__struct_fields__})
    inner.loss, inner.loss_place = loss, place
    return inner


def _in_file(part: runners.Nested) -> Callable[[ShellCommand], Place]:
    def place(command: ShellCommand) -> Place:
        start = command.column + (part.column if command.line == 0 else 0) + 1
        end = command.end_column + (part.column if command.end_line == 0 else 0) + 1
        return Place(part.path, Span(part.line + command.line, start, part.line + command.end_line, end))

    return place


def _piece_in_file(part: runners.Nested) -> Callable[[int, int, int], Place]:
    def place(line: int, column: int, end_column: int) -> Place:
        shift = (part.column if line == 0 else 0) + 1
        return Place(part.path, Span(part.line + line, column + shift, part.line + line, end_column + shift))

    return place
