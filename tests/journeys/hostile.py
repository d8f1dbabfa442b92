"""A context that templates may not abuse, and what rendering over it comes to."""

from __future__ import annotations

import time
from typing import Any

from journeys.templates import (
    MissingVariable,
    TemplateRefused,
)

LONG = "a" * 4096
HOSTILE_CONTEXT = {
    "contact": {
        "long": LONG,
        "words": "a b " * 1024,
        "sharp": "ß" * 4096,
        "percent": "%1000000000d",
        "braces": "{:>1000000000}",
        "list": [LONG] * 1000,
        "numbers": list(range(100)),
        "big": 10**15,
        "deep": {"a": {"b": ["x"]}},
    },
    "event": {},
    "answers": {},
}


def outcome(run: Any) -> str:
    """What comes of rendering over the context: its text, or why there is none."""
    try:
        value = run(HOSTILE_CONTEXT)
    except (TemplateRefused, MissingVariable) as refused:
        return str(refused)
    return value if isinstance(value, str) else ""


def seconds_since(started: float) -> float:
    """Seconds since `time.perf_counter()` said `started`."""
    return time.perf_counter() - started
