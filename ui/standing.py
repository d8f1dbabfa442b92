"""Why a contact stands where they stand, in the reader's words: what is waited for, what wakes, when at the latest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ui.figures import ago, when
from ui.language import N_, _
from ui.said import sentence
from ui.words import plain, reason, safe

Json = Mapping[str, Any]
WHY = {
    "arriving": N_("Has just come here and is moved on."),
    "time": N_("Waits for the time to come."),
    "date": N_("Waits for a date of the contact."),
    "reply": N_("Waits for an answer."),
    "event": N_("Waits for the event “{name}”."),
    "rule": N_("Waits for a rule to hold."),
    "coupon": N_("Waits for a coupon."),
    "handoff": N_("Waits until one of your people closes the conversation."),
    "webhook": N_("Waits for another system to answer."),
    "message": N_("Its message has not gone out yet."),
    "journey_paused": N_("Stands still: the journey is paused."),
    "other": N_("Waits for: {name}."),
}
WAKES = {
    "time": N_("the time"),
    "reply": N_("an answer of the contact"),
    "event": N_("the event “{name}”"),
    "rule": N_("a change of the contact that makes the rule hold"),
    "handoff": N_("somebody closing the conversation"),
    "webhook": N_("the other system's answer"),
    "messenger": N_("the messenger's answer"),
    "another_try": N_("another look at the message"),
    "goal": N_("the goal: the event “{name}”"),
    "exit_rule": N_("a rule for leaving early that holds"),
    "journey_over": N_("the end of the journey"),
    "resume": N_("somebody resuming the journey"),
    "engine": N_("the engine, at once"),
    "other": "{name}",
}
OPEN_END = {
    "forever": N_("There is no deadline: this step waits as long as it takes."),
    "until_resumed": N_("There is no deadline: it goes on when the journey is resumed."),
}
#: Why a message is kept back, where it is put otherwise than a reason for leaving.
HELD = {
    "quiet_hours": N_("it is night where the contact is"),
    "account_paused": N_("the account is out of service: see Channels"),
    "no_account": N_("the account is not connected: see Channels"),
    "again_later": N_("the messenger asked us to come again later"),
    "no_evidence": N_("nobody knows whether it went out; it is sent again"),
    "next_part": N_("its first part is out; the rest follows"),
    "window_closed": N_("the messenger's window is closed until the contact writes"),
}


def place(trip: Json, names: Mapping[str, str]) -> str:
    """The step, by its title or by what its card says, and since when."""
    step = (trip.get("explain") or {}).get("step") or {}
    node = str(trip.get("node") or "–")
    title = step.get("title") or (sentence(step["sentence"], "") if step.get("sentence") else names.get(node, node))
    return _("Stands at **{node}** since {when}.").format(node=safe(title), when=when(trip.get("arrived_at")))


def waits(trip: Json) -> str:
    """What is waited for, and why a message is kept back."""
    told = trip.get("explain") or {}
    text = _(WHY.get(str(told.get("why")), WHY["other"])).format(name=safe(plain(str(told.get("name") or ""))))
    held = told.get("held")
    if held:
        text += " " + _("It is held: {reason}; looked at again {when}.").format(
            reason=safe(held_because(held.get("reason"))), when=ago(held.get("until"))
        )
    return text


def wakes(trip: Json) -> str:
    """Everything that can move the contact on, in one line."""
    told = (trip.get("explain") or {}).get("wakes") or ()
    return _("What moves them on: {what}.").format(what=" · ".join(_waker(one) for one in told))


def latest(trip: Json) -> str:
    """When they go on at the latest, or why there is no such time."""
    told = trip.get("explain") or {}
    if told.get("open_end"):
        return _(OPEN_END[str(told["open_end"])])
    if not told.get("latest"):
        return ""
    return _("At the latest on {when} it goes on.").format(when=when(told["latest"]))


def held_because(code: Any) -> str:
    """Why a message is kept back."""
    return _(HELD[str(code)]) if code in HELD else reason(str(code or ""))


def _waker(one: Json) -> str:
    text = _(WAKES.get(str(one.get("what")), WAKES["other"])).format(name=safe(plain(str(one.get("name") or ""))))
    return f"{text} ({when(one['at'])})" if one.get("at") else text
