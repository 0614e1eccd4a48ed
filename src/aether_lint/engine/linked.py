"""One project with its program, judged file by file."""

from collections.abc import Mapping, Sequence

from aether_lint.engine.discover import Project, SourceFile
from aether_lint.engine.extent import is_read, judged_modules
from aether_lint.engine.imported import ImportedFiles
from aether_lint.engine.index import NO_FORK, Sources, refresh
from aether_lint.engine.judging import Judged, judge_modules
from aether_lint.engine.policy import Policy, Selection
from aether_lint.link import link
from aether_lint.lower import lower
from aether_lint.model import Finding


class LinkedProject:
    """Linked when it is made; a file is judged when it is asked for. `gates` are findings known already.

    `texts` stand for files, by absolute path. With `write`, the index is brought up to date, by several processes
    where that pays; without, it is only read.
    """

    def __init__(
        self, project: Project, texts: Mapping[str, bytes], *, write: bool, gates: Sequence[Finding] = ()
    ) -> None:
        self.root = project.root
        self.limit = project.config.max_file_size
        self.gates = tuple(gates)
        self.files = {file.path: file for file in (*project.files, *project.context)}
        self._config = project.config
        self._policy = Policy(project.config, Selection())
        wanted = [file for file in self.files.values() if is_read(file)]
        spare = [file for file in self.files.values() if not is_read(file)]
        self._index = refresh(
            project.root,
            wanted,
            Sources(lower, texts, self.limit, 0 if write else NO_FORK),
            cache=project.complete,
            write=write,
            imported=ImportedFiles(wanted, spare, project.config.src),
        )
        complete = project.complete and not self._index.errors
        self._program = link(self._index.modules, project.config.src, complete)
        everything = Project(project.root, project.config, list(self.files.values()))
        self._modules = {module.path: module for module in judged_modules(everything, self._index.modules)}

    def judge(self, file: SourceFile) -> Judged:
        """What there is to say about one file: findings to show, and why it could not be analyzed."""
        errors = [error for error in self._index.errors if error.path == file.path]
        module = self._modules.get(file.relative)
        modules = [] if module is None else [module]
        judged = judge_modules(self._program, modules, self._policy.of_modules, self._config)
        about_file = [finding for finding in self.gates if finding.path == file.relative]
        findings = self._policy.reported([*judged.findings, *about_file])
        return Judged([finding for finding in findings if self._policy.is_shown(finding)], [*errors, *judged.errors])
