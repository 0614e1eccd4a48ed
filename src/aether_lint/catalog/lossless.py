"""Optional imports whose absence loses nothing: speed-ups, colors, progress bars, plotting, version shims.

A handler around one of these is no finding, whatever it puts in its place.
"""

from aether_lint.catalog.word_list import word_set

LOSSLESS: frozenset[str] = word_set(
    """
    numpy scipy pandas polars numba cupy numexpr bottleneck torch tensorflow jax xgboost lightgbm sklearn statsmodels
    orjson ujson rapidjson simplejson msgspec msgpack ormsgpack cbor2 yaml ruamel toml tomllib tomli tomlkit pytoml
    uvloop winloop httptools cchardet chardet charset_normalizer aiodns brotli brotlicffi zstandard lz4 snappy zlib_ng
    isal ciso8601 rapidfuzz Levenshtein regex re2 lxml cython cythonize pyximport mypyc
    rich colorama termcolor colorlog coloredlogs tqdm alive_progress tabulate prettytable click_completion argcomplete
    shtab halo blessed prompt_toolkit pygments IPython ipywidgets ipdb pudb readline gnureadline pyreadline3 curses
    dotenv matplotlib seaborn plotly bokeh altair graphviz pydot networkx wordcloud
    typing_extensions importlib_metadata importlib_resources exceptiongroup zoneinfo backports pytz tzdata tzlocal
    dataclasses contextvars functools32 enum34 pathlib2 asyncio taskgroup
    psutil setproctitle resource pwd grp fcntl msvcrt winreg win32api pywintypes _winapi systemd cysystemd sdnotify
    pytest hypothesis mock coverage nose sphinx docutils markdown jupyter
    ddtrace newrelic elasticapm sentry_sdk rollbar bugsnag opentelemetry prometheus_client statsd datadog logfire
    structlog loguru pythonjsonlogger json_log_formatter memory_profiler line_profiler pyinstrument objgraph yappi
    pympler tracemalloc watchdog watchfiles setuptools pkg_resources distutils pip wheel cffi
    """
)
"""Top-level import names."""

SHIM_MODULES: frozenset[str] = word_set(
    """
    cPickle cStringIO StringIO __builtin__ builtins ConfigParser configparser Queue queue urllib2 urlparse urllib
    urllib.parse urllib.request httplib http.client HTMLParser html.parser Cookie http.cookies cookielib
    http.cookiejar thread _thread dummy_threading itertools collections.abc collections json pickle
    xml.etree.cElementTree xml.etree.ElementTree importlib.metadata
    importlib.resources zoneinfo graphlib typing six six.moves
    """
)
"""Standard-library modules that moved between Python versions."""


def lookup(module: str) -> bool:
    """Whether a missing `module` (dotted) costs no durability, security or correctness."""
    return module.partition(".")[0] in LOSSLESS or module in SHIM_MODULES
