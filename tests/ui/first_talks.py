"""The conversations that the pretend API knows at the start."""

from __future__ import annotations

from typing import Any

from tests.ui import pretend_data as data

Json = dict[str, Any]


def first_talks() -> list[Json]:
    """One that a journey handed over, and one whose messenger takes no answer any more."""
    hello = line("bot", "Anna, shall we keep your cart?", 50, by="journey", buttons=[{"id": "yes", "title": "Yes"}])
    asked = line("person", "Do you have <b>two</b>?", 40)
    anna = talk("1", "c0", "Anna Petrova", "sales", "handed_over", [hello, asked], how="freely", may=True)
    late = line("person", "Hello?", 3000)
    boris = talk("2", "c1", "Boris", "", "wrote", [late], how="window_closed", may=False)
    return [anna, boris]


def talk(name: str, contact: str, title: str, queue: str, why: str, thread: list[Json], *, how: str, may: bool) -> Json:
    """A conversation as the API tells of it."""
    handed = why == "handed_over"
    return {
        "id": name, "contact": contact, "name": title, "why": why, "queue": queue, "assignee": None, "status": "open",
        "journey": "cart" if handed else None, "journey_name": "Abandoned cart" if handed else None,
        "node": "hand" if handed else None, "channel": "whatsapp", "last_words": thread[-1]["text"],
        "last_words_at": thread[-1]["at"], "opened_at": data.at(hours=2), "last_at": thread[-1]["at"],
        "closed_at": None, "closed_by": None, "attributes": {}, "thread": thread,
        "allowed": {"how": how, "may": may, "until": data.at(hours=-20) if may else None},
    }  # fmt: skip


def line(side: str, text: str, minutes: float, **more: Any) -> Json:
    """A line of a conversation."""
    return {
        "id": f"{side}-{text[:6]}-{minutes}", "from": side, "by": None, "at": data.at(minutes=minutes), "text": text,
        "channel": "whatsapp", "buttons": [], "status": None, "reason": None, **more,
    }  # fmt: skip
