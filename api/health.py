"""How accounts fare: a real call on demand, a message to oneself, the latest troubles by reason."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.doors import Authorised, Shared, iso
from api.problems import Refused
from channels import registry as channels
from channels.message import Message
from engine.connect import check, send_now
from engine.errors import AccountRefused, NotFound
from engine.project import Project
from store import accounts, channel_health, keys
from store.accounts import Connected

router = APIRouter(prefix="/v1/channels", tags=["channels"])
MINUTE = 60_000_000


class TestIn(BaseModel):
    """A message to oneself: it passes no gate and is not counted."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    address: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=2000)


@router.get("/{channel}/{account}/health")
def get_health(channel: str, account: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """State, limits in use, the last webhook, what became of the latest messages, how the messenger regards it."""
    with project.database.read() as connection:
        connected = _connected(project, connection, channel, account)
        now = project.now_micros(connection)
        outcomes = channel_health.outcomes(connection, channel, account)
        webhook = channel_health.last_webhook(connection, channel, account)
        lately = channel_health.sent_since(connection, channel, account, now - MINUTE)
        standing = channel_health.standing(connection, channel, account)
        state = next(row for row in accounts.names(connection) if (row.channel, row.name) == (channel, account))
    limits = channels()[channel].limits
    allowed = float(connected.account.settings.get("per_second", limits.per_second))
    paused = state.paused_until is not None and state.paused_until > now
    return {
        "status": state.status,
        "reason": state.reason or None,
        "paused_until": iso(state.paused_until) if paused else None,
        "per_second": allowed,
        "sent_last_minute": lately,
        "window_hours": limits.window_hours,
        "receipts": {"delivered": limits.delivered, "read": limits.read},
        "last_webhook": None if webhook is None else {"at": iso(webhook.received_at), "error": webhook.error or None},
        "outcomes": [{"state": row.state, "reason": row.reason or None, "count": row.many} for row in outcomes],
        "standing": [{**each, "at": iso(each["at"])} for each in standing],
        "source": limits.source,
    }


@router.post("/{channel}/{account}/check")
async def check_account(channel: str, account: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """Ask the messenger about the account with a real call; one that is refused is marked broken."""
    connected = await run_in_threadpool(connected_account, project, channel, account)
    try:
        facts = await check(connected.account)
        if rating := facts.get("quality_rating"):
            await run_in_threadpool(project.database.transact, lambda each: _rated(project, each, connected, rating))
        return {"ok": True, "facts": facts}
    except AccountRefused as refused:
        if refused.field == "secrets.token":
            reason = str(refused)
            await run_in_threadpool(
                project.database.transact,
                lambda each: accounts.set_status(each, channel, account, "broken", reason),
            )
        return {"ok": False, "reason": str(refused)}


@router.post("/{channel}/{account}/test")
async def test_account(channel: str, account: str, body: TestIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Send a message to oneself, now."""
    connected = await run_in_threadpool(connected_account, project, channel, account)
    try:
        ids = await send_now(connected.account, Message(text=body.text, category="service"), body.address)
    except AccountRefused as refused:
        raise Refused(422, "account_refused", str(refused), field=refused.field) from refused
    await run_in_threadpool(
        project.database.transact,
        lambda each: keys.audit(each, caller.name, "account.tested", f"{channel}/{account}", project.now_micros(each)),
    )
    return {"sent": True, "ids": ids}


def _rated(project: Project, connection: Any, connected: Connected, rating: str) -> None:
    place = (connected.account.channel, connected.account.name)
    channel_health.keep_standing(connection, place, "quality", rating, "", project.now_micros(connection))


def connected_account(project: Project, channel: str, account: str) -> Connected:
    """An account with its secrets; NotFound when it is not connected."""
    with project.database.read() as connection:
        return _connected(project, connection, channel, account)


def _connected(project: Project, connection: Any, channel: str, account: str) -> Connected:
    found = project.account(connection, channel, account)
    if found is None:
        raise NotFound(f"No account {account!r} of {channel} is connected.")
    return found
