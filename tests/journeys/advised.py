"""Messages that deserve no word of advice, and what is said of a document."""

from __future__ import annotations

from typing import Any

from journeys.audience import Audience
from journeys.check import check, errors
from journeys.lint import lint
from tests.journeys.documents import line, step

STOP = "Reply STOP to unsubscribe."
CALM = {"quiet_hours": ["21:00", "09:00"]}


def offer(name: str = "offer", text: str = f"Tea at half price? {STOP}", **settings: Any) -> dict[str, Any]:
    """A marketing message that deserves no word."""
    return step(name, "send", **{"channel": "telegram", "text": text, **settings})


def note(name: str = "note", text: str = "Done", **settings: Any) -> dict[str, Any]:
    """A message that is no marketing."""
    return step(name, "send", **{"channel": "telegram", "category": "service", "text": text, **settings})


def pause(name: str, length: str) -> dict[str, Any]:
    return step(name, "wait", for_=length)


def told(document: dict[str, Any], audience: Audience | None = None) -> list[tuple[Any, ...]]:
    """(step, beginning of the text, way) of each warning; the document has no errors."""
    assert errors(check(document)) == []
    found = lint(document, audience)
    assert all(each.level == "warning" and each.fix for each in found)
    return [(each.node, each.text, "→".join(each.way)) for each in found]


def quiet(*steps: dict[str, Any], **graph: Any) -> dict[str, Any]:
    """Steps in a line, with quiet hours."""
    return line(*steps, **{**CALM, **graph})


WA: dict[str, Any] = {"channel": "whatsapp"}
TEMPLATE: dict[str, Any] = {"template": {"whatsapp": {"name": "tea", "language": "en"}}}
NEVER = "WhatsApp takes free text only within 24 hours after a contact wrote; here they may never have written."
