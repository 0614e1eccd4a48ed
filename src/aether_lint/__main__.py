"""The program `aether-lint`. Only what a command needs is imported: starting up is most of a warm run."""

import sys


def main() -> None:
    """Run the program with the arguments of the process, and exit with its code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--version"]:
        from aether_lint import __version__

        print(f"aether-lint {__version__}")
        sys.exit(0)
    from aether_lint.warm import replay

    code = replay(arguments)
    if code is None:
        from aether_lint.cli.app import run

        code = run(arguments)
    sys.exit(code)


if __name__ == "__main__":
    main()
