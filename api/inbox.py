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

router = APIRouter(prefix="/v1/inbox", tags=["inbox"])


class AnswerIn(BaseModel):
    """What is said to the contact."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=4000)


@router.get("")
def list_conversations(
    project: Shared,
    _: Authorised,
    queue: Annotated[str | None, Query(max_length=60)] = None,
    status: Literal["open", "closed"] = "open",
    after: After = "",
    limit: Limit = 50,
) -> dict[str, Any]:
    """Conversations, oldest first; what was said stands on the contact's timeline."""
    with project.database.read() as connection:
        rows = conversations.page(connection, queue, status == "closed", after_id(after), limit)
    return paged(rows, limit, _shown)


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


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "contact": row.external_id,
        "queue": row.queue,
        "status": "open" if row.closed_at is None else "closed",
        "journey": row.public_id,
        "node": row.node or None,
        "channel": row.channel or None,
        "opened_at": iso(row.opened_at),
        "last_at": iso(row.last_at),
        "closed_at": iso(row.closed_at),
        "closed_by": row.closed_by or None,
    }
