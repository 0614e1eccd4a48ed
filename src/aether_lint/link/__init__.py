"""The facts of all modules, joined: names, values, absences, gates and callers across the project."""

from collections.abc import Sequence
from typing import Any

from aether_lint.facts import ModuleFacts
from aether_lint.link.absence import AbsenceTable
from aether_lint.link.callgraph import CallGraph
from aether_lint.link.constants import Constants
from aether_lint.link.defaults import DefaultReader
from aether_lint.link.env_settings import SettingsTable
from aether_lint.link.environment import Environment
from aether_lint.link.environment_names import EnvironmentNames
from aether_lint.link.gates import GateTable
from aether_lint.link.hashing import HashTable
from aether_lint.link.injection import InjectionTable
from aether_lint.link.mentions import MentionTable
from aether_lint.link.names import Module, Names
from aether_lint.link.nature import NatureTable
from aether_lint.link.own_names import OwnNames
from aether_lint.link.readiness import ReadinessTable
from aether_lint.link.refusals import RefusalTable
from aether_lint.link.remote import RemoteTable
from aether_lint.link.settings_fields import FieldReader
from aether_lint.link.startup import StartupTable
from aether_lint.link.subjects import SubjectTable
from aether_lint.link.things import ThingTable

NO_OWN_NAMES = OwnNames()


class Program:
    """A linked project. Each attribute answers one kind of question; all are solved on demand.

    `complete` is False when only part of the project's modules is known: then "nobody calls this" is no answer.
    """

    def __init__(self, modules: Sequence[ModuleFacts], sources: Sequence[str], complete: bool, own: OwnNames) -> None:
        self.complete = complete
        self.kept: dict[object, Any] = {}  # what detectors found out about modules, by their questions
        self.names = Names(modules, sources)
        self.things = ThingTable(self.names)
        self.constants = Constants(self.names)
        self.calls = CallGraph(self.names, self.things)
        self.environment = Environment(self.names, self.things, self.constants, self.calls)
        self.subjects = SubjectTable(self.names, self.things, own)
        self.remote = RemoteTable(self.names, self.things, self.subjects)
        self.hashes = HashTable(self.names, self.things, self.subjects)
        self.natures = NatureTable(self.names, self.things, self.constants, self.subjects, own)
        self.absences = AbsenceTable(self.names, self.things, self.constants, self.environment, self.calls)
        self.gates = GateTable(self.names, self.things, self.constants, self.absences, self.calls, own)
        defaults = DefaultReader(self.names, self.things, self.constants, self.environment)
        fields = FieldReader(self.names, self.things, self.constants, defaults)
        self.settings = SettingsTable(self.things, self.environment, defaults, fields)
        self.environment_names = EnvironmentNames(self.names, self.things, self.settings)
        self.mentions = MentionTable(self.names, self.environment)
        self.injections = InjectionTable(self.names, self.things, self.natures, self.calls, self.mentions)
        self.refusals = RefusalTable(
            self.names, self.things, self.constants, self.environment, self.gates, self.mentions
        )
        self.readiness = ReadinessTable(self.names, self.things)
        self.startup = StartupTable(self.names, self.things, self.calls, self.gates, own.startup_hooks)


def link(
    modules: Sequence[ModuleFacts],
    sources: Sequence[str] = (),
    complete: bool = True,
    own: OwnNames = NO_OWN_NAMES,
) -> Program:
    """Joins the modules of one project. `sources` are source roots relative to it (config key `src`)."""
    return Program(sorted(modules, key=lambda facts: facts.path), sources, complete, own)


__all__ = ["Module", "OwnNames", "Program", "link"]
