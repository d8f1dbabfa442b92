"""What a journey can be made of: node types with forms and manuals, schemas, examples, messengers, coupons, keys."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field

from api.doors import Authorised, Shared, iso
from channels import registry as channels
from engine.errors import NotFound
from engine.rates import FAILURES
from journeys.graph import Settings
from journeys.rules import OPERATORS
from nodes import registry
from store import accounts, coupons, keys
from store.sql import parsed

router = APIRouter(prefix="/v1", tags=["catalogue"])
EXAMPLES = Path(__file__).parent.parent / "examples" / "journeys"


class CodesIn(BaseModel):
    """Codes for a pool."""

    model_config = ConfigDict(extra="forbid")

    codes: list[str] = Field(min_length=1, max_length=100_000)


class KeyIn(BaseModel):
    """A new key."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    role: str = Field("admin", pattern="^(admin|intake)$")


@router.get("/nodes")
def list_nodes(_: Authorised) -> dict[str, Any]:
    """Every node type: icon, manual, the JSON Schema that its form is drawn from, and what a new step begins with."""
    items = [
        {
            "kind": kind,
            "icon": node.icon,
            "title": kind.replace("_", " ").capitalize(),
            "manual": node.manual(),
            "schema": node.model_json_schema(by_alias=True),
            "begins": node.begins,
            "exits": node.first_exits(),
            "front": node.front or None,
        }
        for kind, node in registry().items()
    ]
    return {"items": items, "next": None}


@router.get("/schemas")
def schemas(_: Authorised) -> dict[str, Any]:
    """JSON Schemas of the journey's settings and of every node's, and the operators of rules."""
    return {
        "journey": Settings.model_json_schema(),
        "nodes": {kind: node.model_json_schema(by_alias=True) for kind, node in registry().items()},
        "operators": [_plain(each) for each in OPERATORS],
    }


@router.get("/examples")
def examples(
    _: Authorised,
    language: Annotated[Literal["", "en", "ru"], Query()] = "",
    accept_language: Annotated[str, Header()] = "en",
) -> dict[str, Any]:
    """Ready-made journeys to start from, in the language asked for, else the one of `Accept-Language`, else English."""
    spoken = language or ("ru" if accept_language.lower().startswith("ru") else "en")
    items = []
    for path in sorted((EXAMPLES / spoken).glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        settings = document["graph"]
        items.append(
            {
                "id": path.stem,
                "language": spoken,
                "title": settings["name"],
                "about": settings.get("about", ""),
                "document": document,
            }
        )
    return {"items": items, "next": None}


@router.get("/channels")
def list_channels(project: Shared, _: Authorised) -> dict[str, Any]:
    """Connected accounts: state, webhook to register, opt-in link; and every messenger with what it takes."""
    with project.database.read() as connection:
        rows = accounts.names(connection)
        now = project.now_micros(connection)
        connected = {(each.account.channel, each.account.name): each.account for each in project.accounts(connection)}
    items = []
    for row in rows:
        channel = channels()[row.channel]
        items.append(
            {
                "channel": row.channel,
                "account": row.name,
                "title": channel.title,
                "status": row.status,
                "reason": row.reason or None,
                "breaker": breaker(row, now),
                "settings": parsed(row.settings),
                "webhook_url": f"/webhooks/{row.channel}/{row.name}",
                "opt_in_link": _link(channel, connected[(row.channel, row.name)]),
            }
        )
    known = [
        {
            "channel": name,
            "title": each.title,
            "needs": each.needs,
            "subscribes": each.subscribes,
            "limits": {**asdict(each.limits), "media": sorted(each.limits.media)},
        }
        for name, each in channels().items()
    ]
    return {"items": items, "next": None, "messengers": known}


@router.post("/channels/{channel}/{account}/resume")
def resume_account(channel: str, account: str, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Take an account back into service after its trouble was mended."""

    def work(connection: Any) -> None:
        if project.account(connection, channel, account) is None:
            raise NotFound(f"No account {account!r} of {channel} is connected.")
        accounts.set_status(connection, channel, account, "ok", "")
        keys.audit(connection, caller.name, "account.resumed", f"{channel}/{account}", project.now_micros(connection))

    project.database.transact(work)
    return {"status": "ok"}


@router.post("/channels/{channel}/{account}/pause")
def pause_account(channel: str, account: str, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Stop sending from an account; its messages wait."""

    def work(connection: Any) -> None:
        if project.account(connection, channel, account) is None:
            raise NotFound(f"No account {account!r} of {channel} is connected.")
        accounts.set_status(connection, channel, account, "paused", f"by {caller.name}")
        keys.audit(connection, caller.name, "account.paused", f"{channel}/{account}", project.now_micros(connection))

    project.database.transact(work)
    return {"status": "paused"}


@router.get("/coupons")
def list_pools(project: Shared, _: Authorised) -> dict[str, Any]:
    """Coupon pools with how many codes are free and given."""
    with project.database.read() as connection:
        return {"items": coupons.pools(connection), "next": None}


@router.put("/coupons/{pool}")
def add_codes(pool: str, body: CodesIn, project: Shared, _: Authorised) -> dict[str, Any]:
    """Add codes to a pool, which is created if need be; codes that are there already are passed over."""
    codes = [code.strip()[:80] for code in body.codes if code.strip()]
    added = project.database.transact(lambda each: coupons.add(each, pool[:60], codes, project.now_micros(each)))
    return {"pool": pool, "added": added}


@router.get("/keys")
def list_keys(project: Shared, _: Authorised) -> dict[str, Any]:
    """All keys, without their secrets."""
    with project.database.read() as connection:
        rows = keys.listed(connection)
    items = [
        {
            "id": str(row.id),
            "name": row.name,
            "role": row.role,
            "hint": f"…{row.hint}",
            "created_at": iso(row.created_at),
            "revoked_at": iso(row.revoked_at),
        }
        for row in rows
    ]
    return {"items": items, "next": None}


@router.post("/keys", status_code=201)
def new_key(body: KeyIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Make a key; it is shown once."""

    def work(connection: Any) -> str:
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "key.created", body.name, now, {"role": body.role})
        return keys.add(connection, body.name, body.role, now)

    return {"name": body.name, "role": body.role, "key": project.database.transact(work)}


@router.delete("/keys/{key_id}")
def revoke_key(key_id: int, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Take a key out of use."""

    def work(connection: Any) -> bool:
        now = project.now_micros(connection)
        keys.audit(connection, caller.name, "key.revoked", str(key_id), now)
        return keys.revoke(connection, key_id, now)

    if not project.database.transact(work):
        raise NotFound("No such key, or it was revoked before.")
    return {"revoked": True}


def breaker(row: Any, now: int) -> dict[str, Any]:
    """How an account fares with its messenger: `open` rests, `half_open` tries one message, `waiting` was asked to."""
    resting = row.paused_until is not None and row.paused_until > now
    if row.failures >= FAILURES:
        state = "half_open" if row.probe_at is not None or not resting else "open"
    else:
        state = "waiting" if resting else "closed"
    return {"state": state, "failures": row.failures, "until": iso(row.paused_until) if resting else None}


def _link(channel: Any, account: Any) -> str | None:
    try:
        link: str = channel.opt_in_link(account, "")
    except ValueError:
        return None
    return link


def _plain(value: Any) -> Any:
    """An operator of the rules as JSON."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
