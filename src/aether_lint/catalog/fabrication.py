"""Words that tell made-up values from real ones, and answers that say what they are."""

from aether_lint.catalog import tokens
from aether_lint.catalog.word_list import word_set

MADE_UP: frozenset[str] = word_set(
    """
    mock mocked mocks stub stubbed stubs fake faked dummy simulated simulate simulation placeholder synthetic
    synthesized sample samples fabricated demo
    """
)
"""Words in the name of a helper, or in what the code logs, that call its result made up."""
_DATA_WORDS: frozenset[str] = word_set(
    """
    data response responses result results reply replies post posts item items record records row rows value values
    price prices quote quotes candle candles bar bars tick ticks embedding embeddings vector vectors prediction
    predictions headline headlines article articles news payload payloads event events user users order orders
    transaction transactions tx metrics metric report reports answer answers content text output outputs forecast
    weather document documents analysis summary balance balances portfolio series history signal signals
    """
)
"""`sample` and `demo` are verbs and adjectives of their own: they count beside one of these."""
_AMBIGUOUS = frozenset({"sample", "samples", "demo", "simulate", "simulation"})
HEURISTIC: frozenset[str] = word_set(
    "heuristic heuristics baseline naive rules fallback default defaults neutral approximate estimate estimated guess "
    "simplified based"
)
"""Words of a helper that answers with something simpler than what was asked."""
NEUTRAL_TEXTS: frozenset[str] = word_set(
    "neutral normal medium moderate average unknown general other none n/a default"
)
SELF_NAMING_KEYS: frozenset[str] = word_set(
    """
    source mode provider method engine backend model type kind note notes warning warnings fallback degraded simulated
    mock mocked stub is_mock is_simulated is_fallback is_stub is_sample synthetic estimated strategy origin data_source
    fallback_used used_fallback cached stale quality reasoning explanation
    """
)
"""Keys and fields by which an answer tells how it came about."""
ERROR_KEYS: frozenset[str] = word_set(
    """
    error errors error_message error_code error_type err exception exc failure failed reason detail details problem
    issue issues available unavailable skipped skip_reason traceback
    """
)
STATUS_KEYS: frozenset[str] = word_set("status state result outcome success ok healthy decision message msg")
BAD_STATUS: frozenset[str] = word_set(
    """
    error errors failed failure failing unavailable degraded unhealthy down disconnected timeout offline skip skipped
    pending unknown rejected denied blocked invalid not_configured disabled not_found fallback incomplete aborted
    """
)
NUMBER_WORDS: frozenset[str] = word_set(
    "price prices rate rates balance quote nav value amount cost fee equity exposure volume temperature"
)
"""Words of functions whose number is a fact about the world, not a setting."""
NOT_DATA: frozenset[str] = word_set(
    """
    timeout limit interval delay retry retries version config configuration settings options option default defaults
    health status check ping probe capabilities schema help usage message url urls path paths header headers template
    prompt locale language languages theme color colors format parse render display log exit code
    """
)
"""Words of functions that answer with something else than data: settings, texts, the state of a service."""
STANDING_BY_ITSELF: frozenset[str] = word_set("mock mocked stub fake dummy demo sandbox simulator simulated example")
"""Words of a class or function whose whole purpose is to make things up: who chooses it decides."""


def says_made_up(name: str) -> bool:
    """Whether a helper's name calls its result made up: `_stub_posts`, `generate_sample_data`."""
    parts = frozenset(tokens.words(name))
    return bool(parts & (MADE_UP - _AMBIGUOUS)) or bool(parts & _AMBIGUOUS and parts & _DATA_WORDS)


def text_says_made_up(text: str) -> bool:
    """Whether a text calls what follows made up: "using stubbed posts", "returning mock data"."""
    parts = [part.strip("()[].,:;!'\"*-") for part in text.lower().replace("-", " ").replace("_", " ").split()]
    if "not" in parts or "no" in parts or "without" in parts or "disabled" in parts:
        return False
    found = frozenset(parts)
    return bool(found & (MADE_UP - _AMBIGUOUS)) or bool(found & _AMBIGUOUS and found & _DATA_WORDS)


def says_heuristic(name: str) -> bool:
    """Whether a helper's name says that it answers with less: `_heuristic_score`, `baseline_policy`."""
    return bool(HEURISTIC & frozenset(tokens.words(name)))
