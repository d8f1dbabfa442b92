"""Where messengers may not be used: rules of countries and industries, with the law that says so."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.doors import Authorised, Shared, iso, utc
from engine.errors import NotFound
from store import keys, policies
from store.tables.columns import micros

router = APIRouter(prefix="/v1/policies", tags=["policies"])
Name = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,60}$")]


class PolicyIn(BaseModel):
    """A rule that forbids messages; `*` means any."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    #: Of the contact: two letters.
    country: str = Field("*", pattern=r"^(\*|[A-Z]{2})$")
    #: Of the business, as `TROPA_INDUSTRY` tells it.
    industry: str = Field("*", pattern=r"^(\*|[a-z_]{1,40})$")
    channel: str = Field("*", pattern=r"^(\*|[a-z0-9_]{1,40})$")
    category: str = Field("*", pattern=r"^(\*|marketing|transactional|service)$")
    #: Which law or rule of the messenger says so.
    law: str = Field(min_length=3, max_length=300)
    since: date = date(2000, 1, 1)
    active: bool = True


@router.get("")
def list_policies(project: Shared, _: Authorised) -> dict[str, Any]:
    """All rules, and what this business told of itself."""
    with project.database.read() as connection:
        found = policies.listed(connection)
    items = [
        {
            "name": row.name, "country": row.country, "industry": row.industry, "channel": row.channel,
            "category": row.category, "law": row.law, "since": iso(row.since), "active": bool(row.active),
        }
        for row in found
    ]  # fmt: skip
    return {"items": items, "next": None, "business": {"country": project.country, "industry": project.industry}}


@router.put("/{name}")
def put_policy(name: Name, body: PolicyIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Make or replace a rule; it counts from the next message on."""

    def work(connection: Any) -> None:
        since = micros(utc(datetime.combine(body.since, time())))
        told = (name, body.country, body.industry, body.channel, body.category, body.law, since, body.active)
        policies.put(connection, told)
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "policy.put", name, now, body.model_dump(mode="json"))

    project.database.transact(work)
    return {"name": name, **body.model_dump(mode="json")}


@router.delete("/{name}")
def remove_policy(name: Name, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Take a rule away."""

    def work(connection: Any) -> bool:
        keys.audit(connection, caller.name, "policy.removed", name, project.now_micros(connection))
        return policies.remove(connection, name)

    if not project.database.transact(work):
        raise NotFound(f"No rule is called {name!r}.")
    return {"removed": True}
