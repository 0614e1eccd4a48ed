"""What is known of the commands of CI and hooks: the records that the gates are judged by."""

from msgspec import Struct

from aether_lint.model import Related
from aether_lint.scopes import github
from aether_lint.scopes.documents import Keys
from aether_lint.scopes.observations import Invocation, Place
from aether_lint.scopes.shell import Skip
from aether_lint.scopes.shell_failures import Loss

ANYTHING = "*"


class Run(Struct):
    """One check on one command line."""

    invocation: Invocation
    loss: Loss | None = None
    loss_place: Place | None = None
    path: str = ""  # the CI file, "" for a hook
    keys: Keys = ()  # its step
    job: str = ""
    step_id: str = ""
    step_name: str = ""
    script: str = ""
    via: tuple[Related, ...] = ()
    dead: bool = False  # its workflow is rejected: the command never runs


class GivenUp(Struct):
    """A script that ends with success before its check ran, because something is absent."""

    place: Place
    skip: Skip
    run: Run | None
    step_name: str
    script: str
    on_pull_requests: bool
    via: tuple[Related, ...]


class Started(Struct):
    """Any command of a CI job, check or not."""

    path: str
    job: str
    step_name: str
    place: Place
    words: tuple[str, ...]
    on_pull_requests: bool


class Pipelines(Struct):
    """All that CI and the hooks run, and what of it could not be followed."""

    runs: list[Run]
    given_up: list[GivenUp]
    workflows: dict[str, github.Workflow]
    opaque: list[str]  # texts of what could not be followed on pull requests; "*" for anything
    has_ci: bool
    commands: list[Started]
