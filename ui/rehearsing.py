"""A rehearsal as the page holds it: the script so far, what it came to, and the words for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ui.backend import Backend
from ui.figures import when
from ui.language import N_, _
from ui.words import bold, reason, safe

Json = dict[str, Any]
#: What the one who rehearses is told and the contact does not see.
NOTES = {
    "held": N_("Held for now: {text}"),
    "call": N_("Would ask another system: {text}"),
    "answered": N_("The other system answers: {text}"),
    "handed_over": N_("Handed over to a person of yours: {text}"),
    "closed": N_("The conversation is closed"),
    "nobody_waits": N_("Nothing waits for that now"),
    "begins": N_("Would enter the journey {text}"),
    "suppressed": N_("Not sent: {text}"),
    "opted_out": N_("No marketing on this messenger any more"),
    "opted_in": N_("Marketing is agreed to again"),
    "stale_button": N_("This button is not asked about any more: {text}"),
    "inbox": N_("Nothing waits for it: it goes to the inbox"),
    "event": N_("Event {text}"),
    "coupon": N_("Coupon {text}"),
    "journey_over": N_("The journey is over"),
    "too_many_wakes": N_("It goes round and round: the clock stopped here"),
}


@dataclass(slots=True)
class Play:
    """One rehearsal; every act is a longer script, so that one act back is a shorter one."""

    journey: str
    script: Json = field(default_factory=dict)
    answer: Json = field(default_factory=dict)
    #: The real contact that it began from, who is only read.
    contact: str = ""

    def begin(self, api: Backend, part: Json, event: Json, contact: str = "") -> None:
        """From the beginning, with a made-up contact or a real one."""
        self.contact = contact
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


def note(line: Mapping[str, Any], journey_name: Callable[[str], str] = str) -> str:
    """A note in words; `journey_name` knows what another journey is called."""
    text, what = str(line.get("text") or ""), str(line.get("note"))
    match what:
        case "held" | "suppressed":
            shown = reason(text)
        case "begins":
            shown = bold(safe(journey_name(text)))
        case "answered":
            shown = text or _("nothing")
        case _:
            shown = text
    said = _(NOTES.get(what, "{text}")).format(text=shown if what == "begins" else safe(shown or "—"))
    return f"{said} · " + _("until {when}").format(when=when(line["until"])) if line.get("until") else said


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
