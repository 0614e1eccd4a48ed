"""All modules judged by all rules. What crashes costs one file, under the name of the rule that crashed."""

import os
import pickle
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from aether_lint.config import Config
from aether_lint.engine.index import NO_FORK
from aether_lint.engine.judge import judge
from aether_lint.engine.lowering import on_deep_stack
from aether_lint.engine.pool import Background, Lost, can_fork, forked, slices
from aether_lint.facts import ModuleFacts
from aether_lint.link import OwnNames, Program, link
from aether_lint.model import FileError, Finding
from aether_lint.rules.rule import Rule

FORK_PAYS_EFFECTS = 5_000  # a worker costs some 5 ms, to judge 5,000 effects takes 100
MODULE_TIME_LIMIT = 120.0  # seconds; the first module of a worker solves much of the program
GATES_TIME_LIMIT = 600.0  # seconds; each tool has a limit of its own
NAMED_RULES = 3  # rules that an error names; a crash below the rules hits all of them


class Linked(Struct, frozen=True):
    """A program, or why there is none."""

    program: Program | None
    errors: list[FileError]


class Judged(Struct, frozen=True, array_like=True):
    """Findings, and what could not be judged; `configurations` are the files that were read for the gates."""

    findings: list[Finding]
    errors: list[FileError]
    configurations: list[str] = []


def link_modules(root: str, modules: Sequence[ModuleFacts], config: Config, *, complete: bool) -> Linked:
    """The program of a root; where linking crashes, none and an error. `complete`: `modules` are all there are."""
    try:
        try:
            return Linked(link(modules, config.src, complete, own_names(config)), [])
        except RecursionError:
            return Linked(on_deep_stack(lambda: link(modules, config.src, complete, own_names(config))), [])
    except Exception as error:
        return Linked(
            None, [FileError(root, "crash", f"linking the modules of this project crashed: {describe(error)}")]
        )


def own_names(config: Config) -> OwnNames:
    """The names that a configuration adds to the catalogue."""
    return OwnNames(config.volatile, config.durable, config.production_guards, config.test_gates, config.startup_hooks)


def judge_modules(
    program: Program | None, modules: Sequence[ModuleFacts], rules: Sequence[Rule], config: Config, jobs: int = NO_FORK
) -> Judged:
    """The findings in `modules`, and an error for each module that some rule crashed on; paths as in the facts.

    `jobs` is the number of workers, 0 for one per processor, `NO_FORK` for none. Each worker solves for itself what
    its modules ask of the program.
    """
    if not rules or not modules or program is None:
        return Judged([], [])
    if jobs == NO_FORK or not can_fork():
        return _joined(_judge_module(program, module, rules, config) for module in modules)
    weights = [sum(len(function.effects) for function in module.functions) for module in modules]
    workers = max(1, min(jobs or os.cpu_count() or 1, sum(weights) // FORK_PAYS_EFFECTS))

    def work(number: int) -> bytes:
        return pickle.dumps(_judge_module(program, modules[number], rules, config))  # msgpack holds no odd file names

    # neighbors ask the program the same questions: a worker answers fewer twice
    answers = dict(forked(work, slices(weights, workers), lambda _: MODULE_TIME_LIMIT))
    return _joined(_answer(module, answers[number]) for number, module in enumerate(modules))


def _answer(module: ModuleFacts, answer: bytes | Lost) -> Judged:
    if isinstance(answer, Lost):
        return Judged([], [FileError(module.path, "crash", f"the process that judged this file {answer.why}")])
    judged: Judged = pickle.loads(answer)
    return judged


def _joined(parts: Iterable[Judged]) -> Judged:
    parts = list(parts)
    return Judged([f for part in parts for f in part.findings], [e for part in parts for e in part.errors])


def _judge_module(program: Program, module: ModuleFacts, rules: Sequence[Rule], config: Config) -> Judged:
    """What the rules say of a module; those that crash cost what they would have said."""
    found, crashes = _judge(program, module, rules, config)
    if not crashes:
        return Judged(found, [])
    found, crashes = _one_by_one(program, module, rules, config, crashes)
    return Judged(found, [_crash(module, crashes)])


def _judge(
    program: Program, module: ModuleFacts, rules: Sequence[Rule], config: Config
) -> tuple[list[Finding], dict[str, Exception]]:
    """The findings, or the crash under the code of the rule if it is a single one."""
    try:
        try:
            return judge(program, module, rules, config), {}
        except RecursionError:
            return on_deep_stack(lambda: judge(program, module, rules, config)), {}
    except Exception as error:
        return [], {rules[0].code if len(rules) == 1 else "": error}


def _one_by_one(
    program: Program,
    module: ModuleFacts,
    rules: Sequence[Rule],
    config: Config,
    crashes: dict[str, Exception],
) -> tuple[list[Finding], dict[str, Exception]]:
    """What the rules say that do not crash, and the crash of each that does; `crashes` if none does when alone."""
    findings: list[Finding] = []
    single: dict[str, Exception] = {}
    for rule in rules:
        found, crash = _judge(program, module, [rule], config)
        findings += found
        single.update(crash)
    return findings, single or crashes


def _crash(module: ModuleFacts, crashes: dict[str, Exception]) -> FileError:
    """One error for a module; its message names rules, exception, and the line of ours that raised it."""
    codes = [code for code in crashes if code]
    named = ", ".join(codes[:NAMED_RULES]) + (f" and {len(codes) - NAMED_RULES} more" if codes[NAMED_RULES:] else "")
    error = next(iter(crashes.values()))
    subject = f"{named} crashed" if named else "judging crashed"
    return FileError(module.path, "crash", f"{subject} on this file: {describe(error)}")


def describe(error: BaseException) -> str:
    """An exception of ours in one line: type, text, and where it was raised."""
    text = (str(error).splitlines() or [""])[0][:200]
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = ""
    if trace:
        name = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
        place = f" ({name}:{trace.tb_lineno})"
    return f"{type(error).__name__}{': ' if text else ''}{text}{place}"


class GatesInBackground:
    """`judge_gates` while the modules are lowered: most of it is waiting for tools. None measures nothing."""

    def __init__(
        self,
        root: str,
        rules: Sequence[Rule],
        config: Config,
        *,
        cache: bool,
        fork: bool,
        texts: Mapping[str, bytes] | None = None,
    ) -> None:
        self._root = root

        def work() -> bytes:
            return pickle.dumps(judge_gates(root, rules, config, cache=cache, texts=texts))

        self._background = Background(work, GATES_TIME_LIMIT, fork=fork) if rules else None

    def __enter__(self) -> "GatesInBackground":
        return self

    def __exit__(self, *error: object) -> None:
        if self._background:
            self._background.__exit__(*error)

    def result(self) -> Judged:
        """Wait for it. Ask once."""
        answer = self._background.result() if self._background else None
        if answer is None:
            return Judged([], [])
        if isinstance(answer, Lost):
            message = f"the process that measured the gates of this project {answer.why}"
            return Judged([], [FileError(self._root, "crash", message)])
        judged: Judged = pickle.loads(answer)
        return judged


def judge_gates(
    root: str, rules: Sequence[Rule], config: Config, *, cache: bool, texts: Mapping[str, bytes] | None = None
) -> Judged:
    """The findings about the project's own static checks, and what could not be measured; paths relative to `root`.

    `texts` stand for files, by path relative to `root`.
    """
    if not rules:
        return Judged([], [])
    from aether_lint.scopes.observe import survey  # nothing else needs the machinery of the tools

    try:
        found = survey(root, config, cache, texts)
    except Exception as error:
        return Judged([], [FileError(root, "crash", f"measuring the gates of this project crashed: {describe(error)}")])
    about = _joined(about_gates(rule, found.observations, root) for rule in rules)
    return Judged(about.findings, [*found.errors, *about.errors], found.configurations)


def about_gates(rule: Rule, observations: Sequence[object], root: str) -> Judged:
    """What a rule finds in observations of the gates of a root, or that it crashed."""
    try:
        matching = [seen for seen in observations if isinstance(seen, rule.observes) and rule.select(seen)]
        return Judged([rule.finding(seen) for seen in matching], [])
    except Exception as error:
        return Judged([], [FileError(root, "crash", f"{rule.code} crashed on this project: {describe(error)}")])
