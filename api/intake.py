"""Segment's HTTP API, so that its client libraries work unchanged: identify, track, batch and their kin."""

from __future__ import annotations

import gzip
import uuid
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.doors import Caller, check_key, given_key, json_body, project_of
from api.problems import Refused
from channels import registry as channels
from engine.merging import merge
from engine.people import tell_changed
from engine.project import Project, real_now
from engine.track import Reported, track
from nodes.times import UnknownZone, zone
from store import contacts, keys, segments
from store.contacts import ContactFacts
from store.tables.columns import micros

router = APIRouter(prefix="/v1", tags=["intake"])
MOST_BYTES = 512_000
#: Traits that mean more than an attribute, by the messenger whose address they are.
ADDRESS_TRAITS = {"telegram_chat_id": "telegram", "viber_id": "viber", "psid": "messenger", "wa_id": "whatsapp"}


@router.post("/batch")
@router.post("/b")
@router.post("/import")
async def batch(request: Request) -> dict[str, Any]:
    """A batch of calls. Broken items are kept aside with a reason: one of them never costs the others."""
    body = await _body(request)
    if not isinstance(body, Mapping) or not isinstance(body.get("batch"), list):
        raise Refused(422, "not_valid", "Send an object with a list called batch.", field="batch")
    return await run_in_threadpool(_accept, request, body, list(body["batch"]), body.get("sentAt"))


@router.post("/identify")
@router.post("/track")
@router.post("/page")
@router.post("/screen")
@router.post("/group")
@router.post("/alias")
async def single(request: Request) -> dict[str, Any]:
    """One call; its kind is the address."""
    body = await _body(request)
    if not isinstance(body, Mapping):
        raise Refused(422, "not_valid", "Send an object.", field="body")
    item = {"type": request.url.path.rstrip("/").rsplit("/", 1)[1], **body}
    return await run_in_threadpool(_accept, request, body, [item], body.get("sentAt"), strict=True)


async def _body(request: Request) -> Any:
    raw = await request.body()
    if request.headers.get("content-encoding", "").lower() == "gzip":
        try:
            unpacked = zlib.decompressobj(wbits=31)
            raw = unpacked.decompress(raw, MOST_BYTES + 1)
        except (zlib.error, gzip.BadGzipFile) as error:
            raise Refused(400, "malformed_gzip", "The body is not valid gzip.") from error
    if len(raw) > MOST_BYTES:
        raise Refused(413, "too_large", "A batch is at most 500 KB; send it in parts.")
    return json_body(raw)


def _accept(
    request: Request, body: Mapping[str, Any], items: list[Any], sent_at: Any, *, strict: bool = False
) -> dict[str, Any]:
    key = given_key(request.headers.get("authorization", "")) or str(body.get("writeKey") or "")
    if not key:
        raise Refused(401, "no_key", "Send your key as «Authorization: Bearer KEY» or as Basic user name.")
    caller = check_key(request, key)
    project = project_of(request)
    skew = _skew(sent_at)
    read: list[tuple[str, Any]] = []
    broken: list[tuple[Any, str]] = []
    for item in items:
        try:
            read.append(_read(item, caller, skew))
        except ValueError as reason:
            if strict:
                name, _, why = str(reason).partition(": ")
                raise Refused(422, "not_valid", str(reason), field=name if why else None) from reason
            broken.append((item, str(reason)))
    project.database.transact(lambda connection: _apply(project, connection, caller, read, broken), durable=True)
    return {"success": True, **({"rejected": len(broken)} if broken else {})}


def _apply(
    project: Project, connection: Any, caller: Caller, read: list[tuple[str, Any]], broken: list[tuple[Any, str]]
) -> None:
    """Apply items in order: runs of the same kind together."""
    now = project.now_micros(connection)
    if any(kind == "event" for kind, _ in read):
        segments.hold_still(connection)
    position = 0
    while position < len(read):
        kind = read[position][0]
        run = []
        while position < len(read) and read[position][0] == kind:
            run.append(read[position][1])
            position += 1
        if kind == "facts":
            ids, new = contacts.upsert(connection, run, now)
            tell_changed(project, connection, [ids[name] for name in ids if name not in new], now)
        elif kind == "event":
            track(project, connection, run)
        else:
            for previous, name in run:
                _alias(project, connection, previous, name, now)
    keys.dead_letters(connection, f"key:{caller.name}", broken, now)


def _alias(project: Project, connection: Any, previous: str, name: str, now: int) -> None:
    """Segment's alias: from now on both ids mean one contact, if the previous one is known at all."""
    known = contacts.ids_of(connection, [previous])
    ids, _ = contacts.upsert(connection, [ContactFacts(external_id=name)], now)
    if previous in known and known[previous] != ids[name]:
        merge(project, connection, known[previous], ids[name], now)


def _read(item: Any, caller: Caller, skew: Any) -> tuple[str, Any]:
    """An item as (`facts`, ContactFacts), (`event`, Reported) or (`alias`, ids); ValueError says field and reason."""
    if not isinstance(item, Mapping):
        raise ValueError("an item of a batch is an object")
    kind = item.get("type")
    name = _text_id(item.get("userId") or item.get("anonymousId"), "userId")
    if kind == "alias":
        return "alias", (_text_id(item.get("previousId"), "previousId"), name)
    if kind in ("identify", "group"):
        return "facts", _facts(name, item.get("traits") or {}, kind)
    if kind == "track":
        event = item.get("event")
        if not isinstance(event, str) or not 0 < len(event.strip()) <= 200:
            raise ValueError("event: name it, with at most 200 characters")
        return "event", _event(name, event.strip(), item, caller, skew)
    if kind in ("page", "screen"):
        return "event", _event(name, f"{kind}: {item.get('name') or ''}".strip(": "), item, caller, skew)
    raise ValueError(f"type: {kind!r} is none of identify, track, page, screen, group, alias")


def _text_id(value: Any, field: str) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool) or not str(value).strip():
        raise ValueError(f"{field}: name the contact")
    if len(str(value).strip()) > 200:
        raise ValueError(f"{field}: at most 200 characters")
    return str(value).strip()


def _event(name: str, event: str, item: Mapping[str, Any], caller: Caller, skew: Any) -> Reported:
    properties = item.get("properties") or {}
    if not isinstance(properties, Mapping):
        raise ValueError("properties: send an object")
    at = _instant(item.get("timestamp"))
    when = at + skew if at is not None and skew is not None else at
    message = item.get("messageId") or str(uuid.uuid4())
    return Reported(
        contact=name,
        name=event,
        source=f"key:{caller.id}",
        message_id=str(message)[:200],
        at=micros(min(when or real_now(), real_now())),
        properties=dict(properties),
    )


def _facts(name: str, traits: Any, kind: Any) -> ContactFacts:
    if not isinstance(traits, Mapping):
        raise ValueError("traits: send an object")
    if kind != "identify":
        return ContactFacts(external_id=name)
    own = dict(traits)
    if "firstName" in own:
        own.setdefault("first_name", own.pop("firstName"))
    if "lastName" in own:
        own.setdefault("last_name", own.pop("lastName"))
    zone_name = own.pop("timezone", None)
    if zone_name is not None:
        try:
            zone(str(zone_name))
        except UnknownZone:
            raise ValueError(f"traits.timezone: no time zone is called {str(zone_name)[:60]!r}") from None
    locale = own.pop("locale", None)
    addresses = [
        (channel, "default", str(own.pop(trait)))
        for trait, channel in ADDRESS_TRAITS.items()
        if trait in own and channel in channels() and own[trait] not in (None, "")
    ]
    return ContactFacts(
        external_id=name,
        attributes=own,
        timezone=zone_name,
        locale=str(locale)[:20] if locale else None,
        addresses=addresses,
    )


def _skew(sent_at: Any) -> Any:
    """How far the sender's clock is off, by what it says of the moment of sending; None when it does not say."""
    sent = _instant(sent_at)
    return None if sent is None else real_now() - sent


def _instant(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
