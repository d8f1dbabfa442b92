"""Two contacts that are one person are made one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.contacts import found
from api.doors import Authorised, Shared
from api.problems import Refused
from engine.merging import merge
from store import keys

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])


class MergeIn(BaseModel):
    """The contact that becomes a part of the one in the address."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: Annotated[str, Field(alias="from", min_length=1, max_length=200)]


@router.post("/{contact}/merge")
def merge_contacts(contact: str, body: MergeIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Make another contact a part of this one: addresses, messages, events and trips; its id goes on meaning this one.

    Of two trips that hold one place in a journey the elder goes on, the other ends as `exited(merged)`. What either
    has taken back is taken back. What this contact says of itself wins.
    """

    def work(connection: Any) -> str:
        into, old = found(connection, contact), found(connection, body.source)
        if into.id == old.id:
            raise Refused(409, "conflict", "They are one contact already.", field="from")
        now = project.now_micros(connection)
        merge(project, connection, old.id, into.id, now)
        keys.audit(connection, caller.name, "contact.merged", into.external_id, now)
        return str(into.external_id)

    return {"contact": project.database.transact(work, durable=True)}
