"""Discovery for one text that need not be on disk: piped in, or in the buffer of an editor."""

import os
from collections.abc import Collection

from aether_lint.config import RootFinder, load_config
from aether_lint.engine.discover import Discovery, Project, SourceFile, discover
from aether_lint.engine.roles import role_of


def discover_text(path: str, config_path: str | None, known: Collection[str]) -> Discovery:
    """The project of the module at `path`, absolute, with that module alone in `files`.

    A path that does not exist is taken for a new file of its folder. Raises `ConfigError` for a configuration that
    cannot be used.
    """
    folder = os.path.realpath(os.path.dirname(path))
    path = os.path.join(folder, os.path.basename(path))
    if os.path.isfile(path):
        return discover((path,), folder, config_path, known)
    root = RootFinder().root_of(folder)
    relative = os.path.relpath(path, root.path).replace(os.sep, "/")
    file = SourceFile(path, relative, role_of(relative), named=True)
    found = Discovery() if root.evidence == "folder" else discover((root.path,), folder, config_path, known)
    project = next((project for project in found.projects if project.root == root.path), None)
    if project is None:
        config = load_config(root.path, known, path=config_path or "")
        project = Project(root.path, config, [], complete=root.evidence != "folder")
    alone = Project(project.root, project.config, [file], [*project.files, *project.context], project.complete)
    return Discovery([alone], folders=found.folders, consulted=found.consulted)
