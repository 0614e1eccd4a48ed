"""What mypy itself says of its scope. Runs as a script of its own (`python -I mypy_probe.py`), JSON in, JSON out.

It reads configuration and lists sources with mypy's option parser and source finder; it type-checks nothing,
loads no plugin, imports nothing of the analysed project and starts no other interpreter. A process of its own,
because mypy resolves everything against the working directory and ends the process on errors.
"""

import json
import os
import re
import sys
from io import StringIO
from typing import Any

MAX_REPAIRS = 12  # flags of other versions and absent packages, one a time
OPTIONS = (
    "follow_imports",
    "ignore_errors",
    "ignore_missing_imports",
    "disable_error_code",
    "enable_error_code",
    "files",
    "packages",
    "modules",
    "exclude",
    "mypy_path",
    "strict_optional",
    "disallow_untyped_defs",
    "check_untyped_defs",
    "disallow_any_generics",
    "warn_return_any",
)


def main() -> None:
    """Answer the request on standard input."""
    request = json.load(sys.stdin)
    sys.path[:] = request["path"]
    from mypy import defaults
    from mypy.version import __version__

    defaults.USER_CONFIG_FILES.clear()  # the answer must not depend on the user's home
    answers = [answer_or_error(question) for question in request["questions"]]
    json.dump({"version": __version__, "answers": answers}, sys.stdout)


def answer_or_error(question: dict[str, Any]) -> dict[str, Any]:
    """The answer, or what stopped mypy from giving one: one bad question must not cost the others."""
    try:
        return answer(question)
    except (Exception, SystemExit) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """Sources, options and the effect of each exclude pattern for one command line in one folder."""
    os.chdir(question["cwd"])
    os.environ.pop("MYPYPATH", None)
    args = list(question["args"])
    sources, options, said, failure = process(args)
    absent: list[str] = []
    for _ in range(MAX_REPAIRS):
        if failure and (unknown := re.search(r"unrecognized arguments: (.+)", said)):
            # A flag of another mypy version: the scope does not depend on it.
            args = [arg for arg in args if arg not in unknown[1].split()]
        elif failure and "Can't find package" in said and "MYPYPATH" not in os.environ:
            # Installed in the project's environment, which we do not look at.
            os.environ["MYPYPATH"] = os.pathsep.join(question["roots"])
        elif failure and (missing := re.search(r"Can't find package '([^']+)'", said)):
            absent.append(missing[1])
            args = without_packages(args, absent)
        else:
            break
        sources, options, said, failure = process(args)
    result: dict[str, Any] = {"said": said[-2000:], "failed": failure, "sources": listed(sources), "absent": absent}
    if options is not None:
        result.update(described(options, question, args))
    return result


def without_packages(args: list[str], absent: list[str]) -> list[str]:
    """The same command line for the packages that are here: those of the configuration, named on the command line."""
    from mypy.config_parser import parse_config_file
    from mypy.options import Options

    if "-p" in args or "--package" in args:
        named = [args[i + 1] for i, arg in enumerate(args[:-1]) if arg in ("-p", "--package")]
        rest = [
            arg
            for i, arg in enumerate(args)
            if arg not in ("-p", "--package") and args[i - 1] not in ("-p", "--package")
        ]
    else:
        options = Options()
        config = next((args[i + 1] for i, arg in enumerate(args[:-1]) if arg == "--config-file"), None)
        parse_config_file(options, lambda: None, config, StringIO(), StringIO())
        named, rest = list(options.packages or ()), args
    return [*rest, *(word for name in named if name not in absent for word in ("-p", name))]


def process(args: list[str]) -> tuple[list[Any], Any, str, bool]:
    """`mypy.main.process_options`, with its exit and its output caught."""
    from mypy.main import process_options

    out, err = StringIO(), StringIO()
    try:
        # Without site packages no foreign interpreter is asked where its packages are.
        sources, options = process_options(["--no-site-packages", *args], stdout=out, stderr=err, require_targets=False)
    except SystemExit:
        return [], None, out.getvalue() + err.getvalue(), True
    return list(sources), options, out.getvalue() + err.getvalue(), False


def listed(sources: list[Any]) -> list[list[str]]:
    """Absolute path (empty for `-m`, which names a module only) and module name of each source."""
    return [[os.path.abspath(source.path) if source.path else "", source.module or ""] for source in sources]


def described(options: Any, question: dict[str, Any], args: list[str]) -> dict[str, Any]:
    """The options that matter to the gates, global and by module."""
    result = {name: getattr(options, name, None) for name in OPTIONS}
    result["config_file"] = os.path.abspath(options.config_file) if options.config_file else None
    result["silenced"] = {
        pattern: silenced_by(pattern, updates, question["modules"], options)
        for pattern, updates in options.per_module_options.items()
        if updates.get("ignore_errors")
    }
    result["ignored"] = [name for name in question["modules"] if options.clone_for_module(name).ignore_errors]
    if question.get("patterns") and options.exclude:
        result["dropped"] = dropped(options, question, args)
    return result


def silenced_by(pattern: str, updates: dict[str, object], modules: list[str], template: Any) -> list[str]:
    """First-party modules that this one override silences, by mypy's own matching."""
    from mypy.options import Options

    alone = Options()
    alone.per_module_options = {pattern: updates}
    return [name for name in modules if alone.clone_for_module(name).ignore_errors]


def dropped(options: Any, question: dict[str, Any], args: list[str]) -> dict[str, list[str]]:
    """Exclude pattern -> sources that this pattern alone keeps out of the walk."""
    from mypy.find_sources import InvalidSourceList, create_source_list

    targets = question.get("targets") or options.files or ["."]
    patterns = list(options.exclude)
    options.exclude = []
    try:
        everything = {path for path, _ in listed(create_source_list(targets, options, None, True))}
        found = {}
        for pattern in patterns:
            options.exclude = [pattern]
            kept = {path for path, _ in listed(create_source_list(targets, options, None, True))}
            found[pattern] = sorted(everything - kept)
    except (InvalidSourceList, re.error, OSError):
        found = {}
    options.exclude = patterns
    return found


if __name__ == "__main__":
    main()
