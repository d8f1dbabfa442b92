"""What the page Inbox asks of the API, and the words for what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ui.backend import Page, backend
from ui.figures import when
from ui.language import N_, _
from ui.words import channel

Json = dict[str, Any]
#: Why a conversation is in the inbox.
WHY = {"handed_over": N_("handed over"), "wrote": N_("wrote by themselves")}
#: What the messenger lets one answer now, and what to do where it does not.
ALLOWED = {
    "freely": N_("You may answer freely."),
    "as_person": N_("More than a day has passed: {messenger} takes only a person's own answer, as yours here."),
    "window_closed": N_(
        "{messenger} takes no answer any more: too long since they wrote. Wait until they write again."
    ),
    "not_written": N_("They have not written yet: there is nothing to answer."),
    "blocked": N_("They have blocked the bot in {messenger}: nothing reaches them."),
    "unreachable": N_("{messenger} says that this address cannot be reached."),
    "no_account": N_("The account of {messenger} on which they wrote is not connected any more."),
    "account_paused": N_("The account of {messenger} is paused: nothing is sent until it is taken up again."),
}


def listed(*, limit: int = 25, after: str | None = None, **chosen: Any) -> Page:
    """Conversations; `chosen`: status, queue, assignee, search, order."""
    return backend().page("/v1/inbox", limit=limit, after=after, **chosen)


def one(talk: str) -> Json:
    """A conversation with what was said last and what may be answered now."""
    return dict(backend().ask("GET", _at(talk)))


def queues() -> list[Json]:
    """Queues with how many open conversations each has."""
    return list(backend().ask("GET", "/v1/inbox/queues")["items"])


def answer(talk: str, text: str, token: str) -> bool:
    """Answers once, however often it is asked with this token."""
    return bool(backend().tell(f"{_at(talk)}/answer", {"text": text}, token))


def assign(talk: str, who: str) -> Json:
    """Somebody looks after it, or nobody."""
    return dict(backend().ask("POST", f"{_at(talk)}/assign", {"to": who}))


def close(talk: str) -> Json:
    """The conversation is over; the journey that handed over goes on."""
    return dict(backend().ask("POST", f"{_at(talk)}/close"))


def allowance(talk: Mapping[str, Any]) -> str:
    """What the messenger allows now, in a sentence or two."""
    told = talk.get("allowed") or {}
    text = _(ALLOWED.get(str(told.get("how")), ALLOWED["not_written"]))
    text = text.format(messenger=channel(talk.get("channel")))
    until = " " + _("Until {when}.").format(when=when(told.get("until"))) if told.get("until") else ""
    return text + until


def _at(talk: str) -> str:
    return f"/v1/inbox/{quote(talk, safe='')}"
