"""The findings of single files, for programs that bring their own file loop: flake8 and pylint."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from functools import partial

from aether_lint.config import ConfigError
from aether_lint.engine.discover import Discovery, Project, discover
from aether_lint.engine.extent import asks_for_gates, rules_on_whole_root
from aether_lint.engine.host_text import encoded, is_on_disk
from aether_lint.engine.judging import Judged, describe, judge_gates
from aether_lint.engine.linked import LinkedProject
from aether_lint.engine.policy import Policy, Selection
from aether_lint.engine.request import CheckRequest
from aether_lint.engine.unsaved import discover_text
from aether_lint.model import FileError, Finding
from aether_lint.rules.lint.not_analyzed import RULE as NOT_ANALYZED
from aether_lint.rules.registry import load_rules

STDIN = "-"


class HostSession:
    """What a host process knows about the projects of its files; pickles as an empty one.

    The index is written where there is no parent process; workers read it, and lower in place what it lacks.
    Without `noqa`, comments of flake8 suppress nothing.
    """

    def __init__(self, *, noqa: bool = True) -> None:
        self._noqa = noqa
        self._paths: tuple[str, ...] = ()
        self._searched = False
        self._root_of: dict[str, str] = {}
        self._projects: dict[str, Project] = {}
        self._linked: dict[str, LinkedProject] = {}
        self._gates: dict[str, list[Finding]] = {}
        self._writes = multiprocessing.parent_process() is None

    def __reduce__(self) -> tuple[Callable[..., "HostSession"], tuple[()]]:
        return (partial(HostSession, noqa=self._noqa), ())

    def prepare(self, paths: Sequence[str]) -> None:
        """Take the paths that the host was asked to check; bring the index up to date before it starts workers.

        Raises `ConfigError`.
        """
        self._paths = tuple(os.path.realpath(path) for path in paths if path != STDIN)
        self._searched = False
        if self._writes:
            self._search()
            for root in self._projects:
                self._link(root)

    def share(self) -> None:
        """Find out now what forked workers would each find out for themselves."""
        for root, linked in self._linked.items():
            linked.link()
            self._about_gates(root)

    def findings_for(self, path: str, text: str | bytes | None = None) -> list[Finding]:
        """The findings in the module at an absolute path, in order of place; their paths are relative to its root.

        `text` is what the host has read, from disk or elsewhere. What cannot be analyzed is a finding AET000.
        Raises `ConfigError`.
        """
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        try:
            judged = self._judge(path, text)
        except ConfigError:
            raise
        except Exception as error:
            judged = Judged([], [FileError(path, "crash", describe(error))])
        findings = [*judged.findings, *map(NOT_ANALYZED.finding, judged.errors)]
        return sorted(findings, key=lambda finding: (finding.span, finding.code, finding.message))

    def _judge(self, path: str, text: str | bytes | None) -> Judged:
        self._search()
        root = self._root_of.get(path, "")
        if not root and self._is_left_out(path):
            return Judged([], [])
        if not root:
            found = _sound(discover_text(path, None, _selectors()))
            (project,) = found.projects
            if project.root not in self._projects:
                self._take(found)
                root = project.root
        else:
            project = self._projects[root]
        if root and (text is None or is_on_disk(path, text, project.config.max_file_size)):
            return self._conclude(self._link(root), root, path)
        return self._judge_alone(path, text)

    def _judge_alone(self, path: str, text: str | bytes | None) -> Judged:
        """Judge a text that the project on disk does not have, or a file that is no part of it."""
        (project,) = _sound(discover_text(path, None, _selectors())).projects
        texts = {} if text is None else {path: text if isinstance(text, bytes) else encoded(text)}
        return self._conclude(LinkedProject(project, texts, write=False), project.root, path)

    def _conclude(self, linked: LinkedProject, root: str, path: str) -> Judged:
        return linked.judge(linked.files[path], self._about_gates(root), noqa=self._noqa)

    def _search(self) -> None:
        """Find the projects of the paths, once; a worker that checks no file is spared it."""
        if self._paths and not self._searched:
            self._searched = True
            self._take(_sound(discover(self._paths, known=_selectors())))

    def _take(self, found: Discovery) -> None:
        for project in found.projects:
            self._projects[project.root] = project
            self._root_of |= {file.path: project.root for file in (*project.files, *project.context)}

    def _is_left_out(self, path: str) -> bool:
        """Whether the file lies in a folder that was searched, without having been found or named."""
        searched = any(path.startswith(os.path.join(folder, "")) for folder in self._paths)
        return searched and path not in self._paths and os.path.isfile(path)

    def _link(self, root: str) -> LinkedProject:
        if root not in self._linked:
            project = self._projects[root]
            ran = rules_on_whole_root(project, Policy(project.config, Selection()), self._request(root))
            self._linked[root] = LinkedProject(project, {}, write=self._writes, ran=ran)
        return self._linked[root]

    def _request(self, root: str) -> CheckRequest:
        """The part of what was asked for that concerns a root."""
        below = os.path.join(root, "")
        return CheckRequest(
            tuple(path for path in self._paths if path.startswith(below) or below.startswith(os.path.join(path, "")))
        )

    def _about_gates(self, root: str) -> list[Finding]:
        """The findings about the root's own checks, if it was asked for; of errors there, the runner speaks."""
        if root not in self._gates:
            project = self._projects.get(root)
            asked = project is not None and asks_for_gates(project, self._request(root))
            self._gates[root] = _gates(project) if project and asked else []
        return self._gates[root]


def _gates(project: Project) -> list[Finding]:
    rules = Policy(project.config, Selection()).of_gates
    return judge_gates(project.root, rules, project.config, cache=project.complete).findings


def _sound(found: Discovery) -> Discovery:
    """The same. Raises `ConfigError` for the first configuration that cannot be used."""
    for error in found.errors:
        if error.kind == "config":
            raise ConfigError(error.path, error.message, line=error.line, column=error.column)
    return found


def _selectors() -> frozenset[str]:
    return frozenset(word for code, rule in load_rules().items() for word in (code, rule.name))
