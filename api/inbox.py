"""The inbox: contacts who were handed over, or wrote what concerned no question."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field

from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.problems import Refused
from engine import inbox
from engine.errors import NotFound
from store import conversations, keys
from store.said_outside import INBOX
from store.sql import parsed
from store.tables.columns import micros

router = APIRouter(prefix="/v1/inbox", tags=["inbox"])


class AnswerIn(BaseModel):
    """What is said to the contact."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=4000)


class AssignIn(BaseModel):
    """Who of the business looks after it; empty: nobody."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    to: str = Field("", max_length=80)


@router.get("")
def list_conversations(
    project: Shared,
    _: Authorised,
    queue: Annotated[str | None, Query(max_length=60)] = None,
    without_queue: bool = False,
    assignee: Annotated[str | None, Query(max_length=80)] = None,
    status: Literal["open", "closed"] = "open",
    search: Annotated[str, Query(max_length=100)] = "",
    order: Literal["oldest", "newest"] = "oldest",
    after: After = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Conversations with what the contact wrote last; `search` looks in the contact's id, name and addresses.

    `without_queue`: only those that nobody handed over to a queue.
    """
    which = conversations.Which(
        closed=status == "closed",
        queue="" if without_queue else queue,
        assignee=assignee,
        search=search.strip(),
        newest_first=order == "newest",
    )
    with project.database.read() as connection:
        rows = conversations.page(connection, which, after_id(after), limit + 1)
        words = conversations.last_words(connection, {row.contact_id for row in rows})
    return paged(rows, limit, lambda row: _shown(row, words.get(row.contact_id)))


@router.get("/queues")
def list_queues(project: Shared, _: Authorised) -> dict[str, Any]:
    """How many open conversations each queue has; without a name: those that nobody handed over to a queue."""
    with project.database.read() as connection:
        found = conversations.queues(connection)
    return {"items": [{"queue": name, "open": many} for name, many in sorted(found.items())], "next": None}


@router.get("/{conversation}")
def get_conversation(
    conversation: int, project: Shared, _: Authorised, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> dict[str, Any]:
    """One conversation with what was said last by both, and what the messenger lets one answer now."""
    with project.database.read() as connection:
        talk = conversations.get(connection, conversation, lock=False)
        if talk is None:
            raise NotFound(f"There is no conversation {conversation}.")
        said = conversations.thread(connection, talk.contact_id, limit)
        words = conversations.last_words(connection, [talk.contact_id])
        may = inbox.allowed(project, connection, talk)
    return {
        **_shown(talk, words.get(talk.contact_id)),
        "attributes": parsed(talk.attributes),
        "allowed": {"how": may.how, "may": may.may, "until": iso(micros(may.until)) if may.until else None},
        "thread": [_line(each) for each in said],
    }


@router.post("/{conversation}/assign")
def assign(conversation: int, body: AssignIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Somebody of the business looks after a conversation, or nobody any more."""

    def work(connection: Any) -> None:
        talk = _open(connection, conversation)
        conversations.assign(connection, talk.id, body.to)
        details = {"to": body.to}
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "conversation.assigned", str(conversation), now, details)

    project.database.transact(work)
    return {"assignee": body.to or None}


@router.post("/{conversation}/answer", status_code=201)
def answer(
    conversation: int,
    body: AnswerIn,
    project: Shared,
    caller: Authorised,
    idempotency_key: Annotated[str | None, Header(max_length=60)] = None,
) -> dict[str, Any]:
    """Answer on the messenger where the contact wrote last; a call repeated with its Idempotency-Key answers once."""
    token = idempotency_key or secrets.token_hex(8)

    def work(connection: Any) -> bool:
        talk = _open(connection, conversation)
        return inbox.answer(project, connection, talk, body.text, token)

    return {"planned": project.database.transact(work)}


@router.post("/{conversation}/close")
def close(conversation: int, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Close a conversation; the journey that handed over goes on."""

    def work(connection: Any) -> None:
        talk = _open(connection, conversation)
        inbox.close(project, connection, talk, caller.name)
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "conversation.closed", str(conversation), now)

    project.database.transact(work)
    return {"closed": True}


def _open(connection: Any, conversation: int) -> Any:
    talk = conversations.get(connection, conversation)
    if talk is None:
        raise NotFound(f"There is no conversation {conversation}.")
    if talk.closed_at is not None:
        raise Refused(409, "conflict", "This conversation is closed.")
    return talk


def _shown(row: Any, words: Any) -> dict[str, Any]:
    known = parsed(row.attributes)
    return {
        "id": str(row.id),
        "contact": row.external_id,
        "name": " ".join(str(known[part]) for part in ("first_name", "last_name") if known.get(part)) or None,
        "why": "handed_over" if row.node else "wrote",
        "queue": row.queue,
        "assignee": row.assignee or None,
        "status": "open" if row.closed_at is None else "closed",
        "journey": row.public_id,
        "journey_name": row.journey,
        "node": row.node or None,
        "channel": row.channel or None,
        "last_words": None if words is None else words.text or words.button or words.media or "",
        "last_words_at": None if words is None else iso(words.received_at),
        "opened_at": iso(row.opened_at),
        "last_at": iso(row.last_at),
        "closed_at": iso(row.closed_at),
        "closed_by": row.closed_by or None,
    }


def _line(row: Any) -> dict[str, Any]:
    """One thing that was said, in the shape of the sandbox's phones; `by`: who of ours said it."""
    content = parsed(row.content) if row.content is not None else {}
    buttons = content.get("buttons") or ()
    by = "person" if str(row.origin).startswith(INBOX) else "journey"
    return {
        "id": f"{row.side}-{row.id}",
        "from": row.side,
        "by": None if row.side == "person" else by,
        "at": iso(row.at),
        "channel": row.channel or None,
        "text": row.text or row.button or row.media or str(content.get("text") or ""),
        "buttons": [{"id": str(one.get("id") or ""), "title": str(one.get("title") or "")} for one in buttons],
        "status": row.state or None,
        "reason": row.reason or None,
    }
