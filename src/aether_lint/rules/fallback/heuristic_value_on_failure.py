"""# heuristic-value-on-failure

## What it does
Reports an error branch of a network or model call, or the branch for a missing credential or library, that answers
with a heuristic, a neutral score or constant defaults, and does not say so.

## Why is this bad?
A neutral score is still a score: thresholds, averages and stored results take it for the model's opinion, and the
outage that caused it looks like normal operation.

This rule is a preview: select it by its full code or name.

## Example
```python
import httpx


async def sentiment(text):
    try:
        async with httpx.AsyncClient() as client:
            response = await client.post("https://models.example.com/sentiment", json={"text": text})
            return response.json()
    except httpx.HTTPError:
        return {"score": 50.0, "label": "neutral"}
```

## Fix
Shown only: let the error reach the caller, or name the simplification in the answer.
"""

from aether_lint.detect.fabrications import Fabrication
from aether_lint.model import Finding
from aether_lint.rules import fabrication_words as words
from aether_lint.rules.rule import Example, Rule


def select(seen: Fabrication) -> bool:
    """The answers that come from something simpler than what was asked."""
    return seen.made.kind == "heuristic"


def report(seen: Fabrication) -> Finding:
    """The words about one of them."""
    message = f"{words.what_happens(seen)}; nothing in the answer tells it from a real one"
    advice = "let the error reach the caller, or name the simplification in the answer"
    return words.finding(RULE, seen, message, advice)


RULE = Rule(
    code="AET112",
    name="heuristic-value-on-failure",
    summary="A failed network or model call is answered with a heuristic or neutral value.",
    severity="warning",
    observes=Fabrication,
    select=select,
    finding=report,
    references=(
        "https://cwe.mitre.org/data/definitions/636.html",
        "https://cwe.mitre.org/data/definitions/755.html",
    ),
    preview=True,
    examples=(
        Example(
            bad={
                "app/sentiment.py": "import httpx\n"
                "\n"
                "\n"
                "async def sentiment(text):\n"
                "    try:\n"
                "        async with httpx.AsyncClient() as client:\n"
                '            response = await client.post("https://models.example.com/", json={"text": text})\n'
                "            return response.json()\n"
                "    except httpx.HTTPError:\n"
                '        return {"score": 50.0, "label": "neutral"}\n'
            },
            good={
                "app/sentiment.py": "import httpx\n"
                "\n"
                "\n"
                "async def sentiment(text):\n"
                "    async with httpx.AsyncClient() as client:\n"
                '        response = await client.post("https://models.example.com/", json={"text": text})\n'
                "        return response.json()\n"
            },
        ),
    ),
)
