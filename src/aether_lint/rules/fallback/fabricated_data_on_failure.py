"""# fabricated-data-on-failure

## What it does
Reports an error branch of a network or model call, or the branch for a missing credential or library, that answers
with values of the real result's type which were made up: literals, random numbers, a hash, or what a helper calls
stub, mock, sample, placeholder, dummy or simulated data.

## Why is this bad?
Nobody downstream can tell the values from real ones. They are stored, charged, traded on or shown as facts, and the
outage that caused them looks like normal operation.

An answer that says what it is stays clean: an error payload, an empty list, `None`, a field such as
`"source": "fallback"`.

## Example
```python
import httpx


async def exchange_rate(pair):
    try:
        async with httpx.AsyncClient() as client:
            response = await client.get(f"https://rates.example.com/{pair}")
            return response.json()
    except httpx.HTTPError:
        return _mock_quote(pair)


def _mock_quote(pair):
    return {"pair": pair, "bid": 1.0841, "ask": 1.0843}
```

## Fix
Shown only: let the error reach the caller, or answer with an error that says so.
"""

from aether_lint.detect.fabrications import Fabrication
from aether_lint.model import Finding
from aether_lint.rules import fabrication_words as words
from aether_lint.rules.rule import Example, Rule


def select(seen: Fabrication) -> bool:
    """The answers that are made up altogether."""
    return seen.made.kind == "fabricated"


def report(seen: Fabrication) -> Finding:
    """The words about one of them."""
    message = f"{words.what_happens(seen)}; whoever asked takes the made-up values for real ones"
    advice = "let the error reach the caller, or answer with an error that says what is missing"
    return words.finding(RULE, seen, message, advice)


RULE = Rule(
    code="AET108",
    name="fabricated-data-on-failure",
    summary="A failed network or model call is answered with made-up values.",
    severity="warning",
    observes=Fabrication,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://cwe.mitre.org/data/definitions/755.html",
    ),
    examples=(
        Example(
            bad={
                "app/rates.py": "import httpx\n"
                "\n"
                "\n"
                "async def exchange_rate(pair):\n"
                "    try:\n"
                "        async with httpx.AsyncClient() as client:\n"
                '            response = await client.get(f"https://rates.example.com/{pair}")\n'
                "            return response.json()\n"
                "    except httpx.HTTPError:\n"
                "        return _mock_quote(pair)\n"
                "\n"
                "\n"
                "def _mock_quote(pair):\n"
                '    return {"pair": pair, "bid": 1.0841, "ask": 1.0843}\n'
            },
            good={
                "app/rates.py": "import httpx\n"
                "\n"
                "\n"
                "class RatesUnavailableError(Exception):\n"
                '    """The rates cannot be fetched now."""\n'
                "\n"
                "\n"
                "async def exchange_rate(pair):\n"
                "    try:\n"
                "        async with httpx.AsyncClient() as client:\n"
                '            response = await client.get(f"https://rates.example.com/{pair}")\n'
                "            return response.json()\n"
                "    except httpx.HTTPError as exc:\n"
                "        raise RatesUnavailableError(pair) from exc\n"
            },
        ),
    ),
)
