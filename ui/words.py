"""The product's own words for states, reasons, messengers and ways out, with their colours and icons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from ui.language import N_, _

Colour = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]


class Word(NamedTuple):
    """A text to translate, its badge colour and its icon."""

    text: str
    colour: Colour = "gray"
    icon: str | None = None


JOURNEY = {
    "draft": Word(N_("Draft"), "gray", ":material/edit_note:"),
    "live": Word(N_("Live"), "green", ":material/play_circle:"),
    "paused": Word(N_("Paused"), "orange", ":material/pause_circle:"),
    "stopped": Word(N_("Stopped"), "red", ":material/stop_circle:"),
}
ENROLLMENT = {
    "active": Word(N_("Moving"), "blue", ":material/directions_run:"),
    "waiting": Word(N_("Waiting"), "orange", ":material/hourglass_top:"),
    "completed": Word(N_("Finished"), "green", ":material/check_circle:"),
    "exited": Word(N_("Left"), "gray", ":material/logout:"),
    "failed": Word(N_("Failed"), "red", ":material/error:"),
}
DELIVERY = {
    "planned": Word(N_("Planned"), "gray"),
    "held": Word(N_("Held"), "orange"),
    "ready": Word(N_("Ready"), "blue"),
    "sending": Word(N_("Being sent"), "blue"),
    "accepted": Word(N_("Accepted"), "green"),
    "delivered": Word(N_("Delivered"), "green"),
    "read": Word(N_("Read"), "green"),
    "clicked": Word(N_("Clicked"), "green"),
    "replied": Word(N_("Replied"), "green"),
    "opted_out": Word(N_("Opted out"), "orange"),
    "rejected": Word(N_("Rejected"), "red"),
    "unknown": Word(N_("Not known yet"), "orange"),
    "unresolved": Word(N_("Never known"), "orange"),
    "suppressed": Word(N_("Not sent"), "gray"),
}
CHANNEL = {
    "telegram": Word("Telegram", "blue"),
    "whatsapp": Word("WhatsApp", "green"),
    "viber": Word("Viber", "violet"),
    "messenger": Word("Messenger", "blue"),
    "auto": Word(N_("Where the contact can be reached")),
}
ACCOUNT = {
    "connected": Word(N_("Connected"), "green", ":material/check_circle:"),
    "active": Word(N_("Connected"), "green", ":material/check_circle:"),
    "ok": Word(N_("Connected"), "green", ":material/check_circle:"),
    "paused": Word(N_("Paused"), "orange", ":material/pause_circle:"),
    "broken": Word(N_("Needs attention"), "red", ":material/error:"),
    "blocked": Word(N_("Needs attention"), "red", ":material/error:"),
}
REASON = {
    "already_inside": N_("already inside"),
    "cooldown": N_("came too recently"),
    "no_consent": N_("no consent"),
    "holdout": N_("kept out to compare"),
    "not_in_audience": N_("not in the audience"),
    "no_channel": N_("no messenger to reach them on"),
    "journey_paused": N_("the journey is paused"),
    "unknown_contact": N_("no such contact"),
    "opted_out": N_("opted out"),
    "window_closed": N_("the messenger's window is closed"),
    "template_not_approved": N_("the template is not approved"),
    "template_refused": N_("the messenger refused the template"),
    "quiet_hours": N_("quiet hours"),
    "frequency_cap": N_("had enough messages for now"),
    "unreachable": N_("cannot be reached"),
    "blocked": N_("blocked us"),
    "expired": N_("too late to send"),
    "over_limit": N_("over the messenger's limit"),
    "missing_variable": N_("a value for the text is missing"),
    "part_unknown": N_("a part of it may not have arrived"),
    "missing_date": N_("the date is missing"),
    "loop_limit": N_("went round too many times"),
    "goal": N_("reached the goal"),
    "restarted": N_("started again"),
    "merged": N_("joined with another contact"),
    "erased": N_("contact erased"),
    "stopped": N_("the journey was stopped"),
    "journey_over": N_("the journey is over"),
    "ejected": N_("taken out by hand"),
    "removed": N_("the step was removed"),
    "moved": N_("moved to another step"),
    "done": N_("done"),
    "rejected": N_("refused by the messenger"),
    "account_auth": N_("the messenger does not accept the account's token"),
    "account_restricted": N_("the messenger has restricted the account"),
    "quota": N_("the messenger's quota is used up"),
    "content_invalid": N_("the messenger does not take such a message"),
    "retry_backoff": N_("the messenger had troubles of its own"),
    "exit_rule": N_("an exit rule held"),
    "exit_when": N_("an exit rule held"),
}
EXIT = {
    "sent": N_("sent"),
    "blocked": N_("blocked"),
    "done": N_("done"),
    "missing": N_("date missing"),
    "late": N_("too late"),
    "happened": N_("happened"),
    "timeout": N_("time is up"),
    "otherwise": N_("otherwise"),
    "something_else": N_("something else"),
    "no_answer": N_("no answer"),
    "completed": N_("completed"),
    "gave_up": N_("gave up"),
    "holdout": N_("kept out"),
    "ok": N_("ok"),
    "failed": N_("failed"),
    "given": N_("given"),
    "empty": N_("none left"),
    "yes": N_("yes"),
    "no": N_("no"),
}
#: What a message is for, and what a consent is given to.
PURPOSE = {"marketing": N_("marketing"), "transactional": N_("transactional"), "service": N_("service")}
KIND = {
    "send": Word(N_("Message"), "blue", ":material/chat:"),
    "wait": Word(N_("Wait"), "orange", ":material/hourglass_top:"),
    "condition": Word(N_("Condition"), "violet", ":material/call_split:"),
    "reply": Word(N_("Answer"), "green", ":material/quickreply:"),
    "survey": Word(N_("Survey"), "green", ":material/checklist:"),
    "split": Word(N_("A/B split"), "violet", ":material/science:"),
    "update": Word(N_("Update contact"), "gray", ":material/edit:"),
    "goal": Word(N_("Goal"), "green", ":material/flag:"),
    "webhook": Word(N_("Web request"), "gray", ":material/webhook:"),
    "coupon": Word(N_("Coupon"), "orange", ":material/confirmation_number:"),
    "handoff": Word(N_("Hand over"), "blue", ":material/support_agent:"),
    "start_journey": Word(N_("Start another journey"), "blue", ":material/route:"),
    "exit": Word(N_("End"), "gray", ":material/stop_circle:"),
}


def word(table: dict[str, Word], name: str | None) -> Word:
    """The translated word of a state; an unknown state is shown as it is, in plain letters."""
    found = table.get(name or "")
    if found is None:
        return Word(plain(name or ""))
    return found._replace(text=_(found.text))


def reason(name: str | None) -> str:
    """A reason in people's words; details after a colon are kept."""
    head, colon, rest = (name or "").partition(":")
    shown = _(REASON[head]) if head in REASON else plain(head)
    return f"{shown}: {rest.strip()}" if colon and rest.strip() else shown


def exit_name(name: str) -> str:
    """A way out as it is shown on an arrow."""
    return _(EXIT[name]) if name in EXIT else plain(name)


def channel(name: str | None) -> str:
    """A messenger's name, the same in every language; what is no messenger is translated."""
    found = CHANNEL.get(name or "")
    return found.text if found and name != "auto" else word(CHANNEL, name).text


def purpose(name: str | None) -> str:
    """What a message is for."""
    return _(PURPOSE[name]) if name in PURPOSE else plain(name or "")


def person(contact: Mapping[str, Any]) -> str:
    """First and last name of a contact, as far as they are known."""
    attributes = contact.get("attributes") or {}
    return " ".join(str(attributes.get(part) or "") for part in ("first_name", "last_name")).strip()


def kind_icon(kind: str, given: str = "") -> str:
    """The icon of a kind of step; the one that the API gives for kinds of plug-ins."""
    found = KIND.get(kind)
    return (found.icon if found else None) or given or ":material/extension:"


def plain(name: str) -> str:
    """`something_new` as `something new`."""
    return name.replace("_", " ").strip()


def badge(found: Word) -> str:
    """A coloured badge in Markdown."""
    icon = f"{found.icon} " if found.icon else ""
    return f":{found.colour}-badge[{icon}{safe(found.text)}]"


def safe(text: object) -> str:
    """Somebody else's text inside Markdown: shown as it is, never read as markup, on one line."""
    line = " ".join(str(text).split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|~<>:$&" else char for char in line)


def bold(text: str) -> str:
    """A text of ours in bold Markdown."""
    return f"**{text}**"
