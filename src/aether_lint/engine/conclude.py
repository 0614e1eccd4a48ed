"""From what the rules found in one root to what is shown: severities, fingerprints, comments, confidence."""

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from aether_lint.engine.fingerprint import with_fingerprints
from aether_lint.engine.policy import Policy
from aether_lint.engine.read import read_source
from aether_lint.engine.suppress import Read, read_comments, suppress
from aether_lint.facts import ModuleFacts
from aether_lint.model import Finding
from aether_lint.rules.lint.unused_suppression import RULE as UNUSED_SUPPRESSION


class Conclusion(Struct, frozen=True):
    """The findings of one root to show, those that comments suppress, and how many are not certain enough."""

    shown: list[Finding]
    suppressed: list[Finding]
    hidden_low: int


def conclude(
    findings: Sequence[Finding],
    modules: Sequence[ModuleFacts],
    read: Read,
    policy: Policy,
    *,
    ran: Collection[str] = (),
    noqa: bool = True,
    configurations: Collection[str] = (),
) -> Conclusion:
    """Apply policy and comments to the findings about the files of one root.

    `modules` are the judged ones, `read` gives the bytes of a path relative to the root. `ran` are the codes of the
    rules that ran on the whole root, of which alone it can be said that a comment is unused. `noqa` is false in a host
    that applies `# noqa` itself. `configurations` are other files whose comments count, though nothing be found there.
    """
    comments = read_comments(configurations, read) | {facts.path: facts.suppressions for facts in modules}
    today = time.strftime("%Y-%m-%d")
    found = with_fingerprints(policy.reported(findings), read)
    told = suppress(found, comments, read, ran=ran, today=today, noqa=noqa)
    idle = with_fingerprints(policy.reported(told.idle), read) if policy.runs(UNUSED_SUPPRESSION.code) else []
    kept = [*told.kept, *idle]
    shown = [finding for finding in kept if policy.is_shown(finding)]
    return Conclusion(shown, told.suppressed, len(kept) - len(shown))


def reader(root: str, texts: Mapping[str, bytes], limit: int) -> Callable[[str], bytes]:
    """Reads paths relative to `root`, of at most `limit` bytes; `texts` stand for files, by absolute path."""

    def read(relative: str) -> bytes:
        path = os.path.join(root, relative)
        text = texts.get(path)
        return read_source(path, limit) if text is None else text

    return read
