"""A rehearsal as the page holds it: the script so far, what it came to, and the words for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ui.backend import Backend
from ui.language import N_, _
from ui.words import reason

Json = dict[str, Any]
#: What the one who rehearses is told and the contact does not see.
NOTES = {
    "held": N_("Held for now: {text}"),
    "suppressed": N_("Not sent: {text}"),
    "opted_out": N_("No marketing on this messenger any more"),
    "opted_in": N_("Marketing is agreed to again"),
    "stale_button": N_("This button is not asked about any more: {text}"),
    "inbox": N_("Nothing waits for it: it goes to the inbox"),
    "event": N_("Event {text}"),
    "coupon": N_("Coupon {text}"),
    "too_many_wakes": N_("It goes round and round: the clock stopped here"),
}


@dataclass(slots=True)
class Play:
    """One rehearsal; every act is a longer script, so that one act back is a shorter one."""

    journey: str
    script: Json = field(default_factory=dict)
    answer: Json = field(default_factory=dict)

    def begin(self, api: Backend, part: Json, event: Json, contact: str = "") -> None:
        """From the beginning, with a made-up contact or a real one."""
        script = {"event": event} if contact else {"contact": part, "event": event}
        self._play(api, script, contact)

    def act(self, api: Backend, act: Mapping[str, Any]) -> None:
        """One thing more happens."""
        self._play(api, {**self.script, "acts": [*self.acts, dict(act)]})

    def back(self, api: Backend) -> None:
        """The last thing did not happen."""
        self._play(api, {**self.script, "acts": self.acts[:-1]})

    @property
    def acts(self) -> list[Json]:
        return list(self.script.get("acts") or [])

    @property
    def begun(self) -> bool:
        return bool(self.answer)

    def _play(self, api: Backend, script: Json, contact: str = "") -> None:
        self.answer = api.rehearse(self.journey, script, contact)
        self.script = dict(self.answer["script"])


def messages(answer: Mapping[str, Any]) -> list[Json]:
    """The chat without notes, as the phone shows it."""
    return [dict(line, id=str(number)) for number, line in enumerate(answer["chat"]) if line["from"] != "note"]


def note(line: Mapping[str, Any]) -> str:
    """A note in words."""
    text = str(line.get("text") or "")
    shown = reason(text) if line.get("note") in ("held", "suppressed") else text
    return _(NOTES.get(str(line.get("note")), "{text}")).format(text=shown or "—")


def counts(answer: Mapping[str, Any]) -> list[Json]:
    """The way that was taken, as a canvas counts it: visits of each step, and how often each exit was left by."""
    rows: dict[str, Json] = {}

    def row(node: str) -> Json:
        return rows.setdefault(node, {"id": node, "entered": 0, "inside": 0, "left": {}})

    for each in answer.get("path") or ():
        one = row(str(each["node"]))
        one["entered"] += 1
        if each.get("exit"):
            one["left"][each["exit"]] = one["left"].get(each["exit"], 0) + 1
    if answer.get("status") in ("active", "waiting"):
        here = row(str(answer["node"]))
        here["entered"] += 1
        here["inside"] = 1
    return list(rows.values())
