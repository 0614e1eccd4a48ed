"""One project with its program, judged file by file."""

from collections.abc import Collection, Mapping, Sequence

from aether_lint.engine.accept import accept
from aether_lint.engine.conclude import conclude, reader
from aether_lint.engine.discover import Project, SourceFile
from aether_lint.engine.extent import is_read, judged_modules
from aether_lint.engine.imported import ImportedFiles
from aether_lint.engine.index import NO_FORK, Sources, refresh
from aether_lint.engine.judging import Judged, judge_modules, own_names
from aether_lint.engine.policy import Policy, Selection
from aether_lint.engine.request import CheckRequest
from aether_lint.link import Program, link
from aether_lint.lower import lower
from aether_lint.model import Finding


class LinkedProject:
    """Its facts are there when it is made; it is linked, and a file is judged, when that is asked for.

    `texts` stand for files, by absolute path. With `write`, the index is brought up to date, by several processes
    where that pays; without, it is only read. `ran` are the codes of the rules that run on all of the root.
    """

    def __init__(self, project: Project, texts: Mapping[str, bytes], *, write: bool, ran: Collection[str] = ()) -> None:
        self.files = {file.path: file for file in (*project.files, *project.context)}
        self._project = project
        self._ran = ran
        self._read = reader(project.root, texts, project.config.max_file_size)
        self._program: Program | None = None
        self._policy = Policy(project.config, Selection())
        wanted = [file for file in self.files.values() if is_read(file)]
        spare = [file for file in self.files.values() if not is_read(file)]
        self._index = refresh(
            project.root,
            wanted,
            Sources(lower, texts, project.config.max_file_size, 0 if write else NO_FORK),
            cache=project.complete,
            write=write,
            imported=ImportedFiles(wanted, spare, project.config.src),
        )
        everything = Project(project.root, project.config, list(self.files.values()))
        self._modules = {module.path: module for module in judged_modules(everything, self._index.modules)}

    def link(self) -> Program:
        """The program, linked once."""
        if self._program is None:
            complete = self._project.complete and not self._index.errors
            self._program = link(
                self._index.modules, self._project.config.src, complete, own_names(self._project.config)
            )
        return self._program

    def judge(self, file: SourceFile, gates: Sequence[Finding], *, noqa: bool) -> Judged:
        """What there is to say about one file: findings to show, and why it could not be analyzed.

        `gates` are findings about the project's own checks, of which those in the file are taken. Without `noqa`,
        comments of flake8 suppress nothing.
        """
        errors = [error for error in self._index.errors if error.path == file.path]
        modules = [self._modules[file.relative]] if file.relative in self._modules else []
        judged = judge_modules(self.link(), modules, self._policy.of_modules, self._project.config)
        findings = [*judged.findings, *(finding for finding in gates if finding.path == file.relative)]
        conclusion = conclude(findings, modules, self._read, self._policy, ran=self._ran, noqa=noqa)
        accepted = accept(conclusion.shown, self._project, [file.relative], CheckRequest())
        return Judged(accepted.shown, [*errors, *judged.errors, *accepted.errors])
