"""What a planned edit of a configuration file is called; the editors themselves are loaded where one is made."""

PREFIX = "config:"  # of the codemods that edit configuration files; the operation follows


def format_of(path: str) -> str:
    """The kind of a configuration file, by its name."""
    name = path.rpartition("/")[2]
    if name.endswith(".toml"):
        return "toml"
    if name.endswith((".yml", ".yaml")):
        return "yaml"
    if name.endswith((".ini", ".cfg")) or name in (".flake8", ".pylintrc", "pylintrc", ".coveragerc"):
        return "ini"
    return "text"
