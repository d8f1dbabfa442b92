"""Messages kept with a variant for each messenger: previewed as on the phone, checked, tried; approved templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from api.doors import Authorised, Shared, iso
from api.health import connected_account
from api.problems import Refused
from channels import registry as channels
from channels.base import Account
from channels.message import Message
from channels.shown import bubbles
from channels.writing import count
from engine.connect import send_now
from engine.errors import AccountRefused, NotFound
from engine.render import CannotRender, render, unfilled
from engine.template_sync import sync
from journeys.remarks import remarks
from nodes.base import Says
from nodes.send import Send
from store import keys, message_templates
from store.sql import parsed

router = APIRouter(prefix="/v1/templates", tags=["templates"])
Name = Annotated[str, Path(pattern=r"^[a-z0-9_-]{1,60}$")]


class MessageIn(BaseModel):
    """A message as a Send step says it, and the values with which it is previewed."""

    model_config = ConfigDict(extra="forbid")

    message: dict[str, Any]
    #: `contact`, `event`, `answers`, `coupon`: use the longest values that you expect.
    sample: dict[str, Any] = Field(default_factory=dict, max_length=20)
    #: An advertisement that the law wants marked.
    ad: bool = False


class TryIn(MessageIn):
    """A message to oneself: it passes no gate and is not counted."""

    address: str = Field(min_length=1, max_length=200)


class TemplateIn(MessageIn):
    """A message to keep."""

    name: str = Field(min_length=1, max_length=200)


@router.get("")
def list_templates(project: Shared, _: Authorised) -> dict[str, Any]:
    """Kept messages by name."""
    with project.database.read() as connection:
        return {"items": [_shown(row) for row in message_templates.listed(connection)], "next": None}


@router.get("/approved")
def list_approved(project: Shared, _: Authorised) -> dict[str, Any]:
    """Templates at the messengers with their review, as they were told last."""
    with project.database.read() as connection:
        rows = message_templates.approved(connection)
    items = [
        {
            "channel": row.channel, "account": row.account, "name": row.name, "language": row.language,
            "status": row.status, "category": row.category, "reason": row.reason,
            "components": parsed(row.components), "synced_at": iso(row.synced_at),
        }
        for row in rows
    ]  # fmt: skip
    return {"items": items, "next": None}


@router.post("/approved/{channel}/{account}/sync")
async def sync_approved(channel: str, account: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """Ask the messenger for its templates now."""
    connected = await run_in_threadpool(connected_account, project, channel, account)
    try:
        return {"templates": await sync(project, connected.account)}
    except AccountRefused as refused:
        raise Refused(422, "account_refused", str(refused), field=refused.field) from refused


@router.post("/preview")
def preview(body: MessageIn, _: Authorised) -> dict[str, Any]:
    """What each phone will show, what each messenger degrades or refuses, and remarks on the words."""
    says = _said(body)
    return {
        "channels": {name: _on(name, says, body.sample) for name in channels()},
        "remarks": [asdict(each) for each in remarks(says, ad=body.ad)],
    }


@router.post("/try/{channel}/{account}")
async def try_message(channel: str, account: str, body: TryIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Send the message as it stands to oneself, now, with the sample's values."""
    connected = await run_in_threadpool(connected_account, project, channel, account)
    try:
        message = render(_said(body), channel, body.sample, "UTC")
        ids = await send_now(connected.account, message, body.address)
    except CannotRender as cannot:
        raise Refused(422, "not_valid", cannot.detail, field="sample") from cannot
    except AccountRefused as refused:
        raise Refused(422, "account_refused", str(refused), field=refused.field) from refused
    await run_in_threadpool(
        project.database.transact,
        lambda each: keys.audit(each, caller.name, "account.tested", f"{channel}/{account}", project.now_micros(each)),
    )
    return {"sent": True, "ids": ids}


@router.get("/{name}")
def get_template(name: Name, project: Shared, _: Authorised) -> dict[str, Any]:
    """One kept message."""
    with project.database.read() as connection:
        row = message_templates.get(connection, name)
    if row is None:
        raise NotFound(f"No template is called {name!r}.")
    return _shown(row)


@router.put("/{name}")
def put_template(name: Name, body: TemplateIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Keep a message, or replace it; journeys that already said it are not changed."""
    _said(body)

    def work(connection: Any) -> Any:
        now = project.now_micros(connection)
        document = {"message": body.message, "sample": body.sample, "ad": body.ad}
        message_templates.put(connection, name, body.name, document, now)
        keys.audit(connection, caller.name, "template.kept", name, now)
        return message_templates.get(connection, name)

    return _shown(project.database.transact(work))


@router.delete("/{name}")
def remove_template(name: Name, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Forget a kept message."""

    def work(connection: Any) -> bool:
        keys.audit(connection, caller.name, "template.removed", name, project.now_micros(connection))
        return message_templates.remove(connection, name)

    if not project.database.transact(work):
        raise NotFound(f"No template is called {name!r}.")
    return {"removed": True}


def _said(body: MessageIn) -> Says:
    try:
        says = Send.model_validate(body.message).says()
    except ValidationError as invalid:
        first = invalid.errors()[0]
        path = ".".join(str(part) for part in ("message", *first["loc"]))
        raise Refused(422, "not_valid", first["msg"].removeprefix("Value error, "), field=path) from invalid
    assert says is not None
    return says


def _on(name: str, says: Says, sample: Mapping[str, Any]) -> dict[str, Any]:
    """One messenger's view; where a value is missing, the words are shown as they were written."""
    channel = channels()[name]
    problems: list[dict[str, str]] = []
    try:
        message: Message = render(says, name, sample, "UTC")
    except CannotRender as cannot:
        problems.append({"level": "error", "text": cannot.detail})
        message = unfilled(says, name)
    for line in channel.problems(message):
        refused = line.startswith("error: ")
        problems.append({"level": "error" if refused else "warning", "text": line.removeprefix("error: ")})
    account = Account(channel=name, name="preview", base_url="https://preview.invalid")
    drawn = bubbles(name, channel.compose(replace(message, extra={}), "0", account, "preview"))
    limits = channel.limits
    return {
        "title": channel.title,
        "bubbles": [
            {**asdict(each), "files": [{"kind": kind, "url": url} for kind, url in each.files]} for each in drawn
        ],
        "problems": problems,
        "limits": {
            "text": {"used": count(message.text, limits), "most": limits.caption or limits.text}
            if message.files()
            else {"used": count(message.text, limits), "most": limits.text},
            "choices": {"used": len(message.buttons), "most": limits.choices},
        },
    }


def _shown(row: Any) -> dict[str, Any]:
    return {"id": row.public_id, "name": row.name, **parsed(row.document), "updated_at": iso(row.updated_at)}
