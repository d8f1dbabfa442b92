"""One request to a pretend messenger: its faults, its outcome, its line in the log, its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.arrival import REPORTS
from sandbox.facts import Draft, Refusal
from sandbox.faults import ANSWERING, REFUSING, REQUEST, Fault

if TYPE_CHECKING:
    from sandbox.state import World

#: The TCP connection of the request in hand, where there is one: a fault may cut it.
LINE: ContextVar[asyncio.Transport | None] = ContextVar("line", default=None)
HTML_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"
)
#: Faults that spoil how an answer comes, not what it says.
TEARING = frozenset({"reset_mid_body", "trickle"})
#: What a messenger says to a fault: (kind, seconds) → refusal, or None when it does not tell.
Excuse = Callable[[str, float | None], Refusal | None]


@dataclass(slots=True, kw_only=True)
class Call:
    """A request as the log will show it; the messenger fills it in while it reads."""

    channel: str
    account: str = ""
    method: str
    address: str = ""
    draft: Draft = field(default_factory=Draft)
    #: Whether it sends a message: only those meet faults.
    sends: bool = False
    reason: str = ""
    #: The fault in force, for messengers that answer it in their own way.
    fault: Fault | None = None


async def exchange(world: World, call: Call, deed: Callable[[], dict[str, Any]], excuse: Excuse) -> Response:
    """Do the deed or refuse it, write the log, and answer, well or badly."""
    status, body, wait = attempt(world, call, deed, excuse)
    fault = call.fault
    if fault is not None and fault.kind == "html_502":
        return Response(HTML_502, 502, media_type="text/html")
    if fault is not None and fault.kind in ANSWERING and status == 200:
        if fault.kind == "early_receipt":
            await overtake(world, call)
            return Response(said(body), 200, media_type="application/json")
        return await spoilt(fault, body, excuse)
    headers = None if wait is None else {"retry-after": str(int(wait))}
    return Response(said(body), status, headers, media_type="application/json")


def attempt(
    world: World, call: Call, deed: Callable[[], dict[str, Any]], excuse: Excuse
) -> tuple[int, dict[str, Any], float | None]:
    """The deed's (HTTP status, body, seconds to wait), with faults that refuse, and logged."""
    call.fault = fault = struck(world, call) if call.sends else None
    try:
        if fault is not None and fault.kind in REFUSING:
            refuse(fault, excuse)
        body = deed()
    except Refusal as no:
        call.reason = no.reason
        note(world, call, accepted=False, status=no.status)
        return no.status, no.body, no.retry_after
    status = (
        {"500_accepted": 500, "timeout_after_accept": 0, "drop_after_accept": 0}.get(fault.kind, 200) if fault else 200
    )
    if fault is not None and fault.kind in ANSWERING:
        call.reason = fault.kind
    note(world, call, accepted=True, status=status)
    return 200, body, None


def struck(world: World, call: Call) -> Fault | None:
    """The fault that meets this request; every request to a person is counted, whatever its fate."""
    account = world.accounts.get((call.channel, call.account))
    number = 0
    if account is not None and world.networks[call.channel].plausible(call.address):
        thread = world.thread(account, call.address)
        thread.asked += 1
        number = thread.asked
        world.touch(thread)
    return world.faults.strike(REQUEST, call.channel, call.address, number, world.seed)


def refuse(fault: Fault, excuse: Excuse) -> None:
    """Raise the messenger's own words for a fault that refuses."""
    if fault.kind == "html_502":
        raise Refusal(502, {}, fault.kind)
    excused = excuse(fault.kind, fault.retry_after)
    if excused is not None:
        excused.reason = fault.kind
        raise excused


def note(world: World, call: Call, *, accepted: bool, status: int) -> None:
    """Write the request into the log."""
    draft = call.draft
    entry: dict[str, Any] = {
        "method": call.method,
        "address": call.address,
        "text": draft.text,
        "buttons": [button.id for button in draft.buttons if button.answers],
        "accepted": accepted,
        "status": status,
    }
    if draft.mark:
        entry["ref"] = draft.mark
    if call.reason:
        entry["reason"] = call.reason
    world.log_of(call.channel, call.account, entry)


async def spoilt(fault: Fault, body: dict[str, Any], excuse: Excuse) -> Response:
    """The answer to a message that was taken, as the fault leaves it."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.delay if fault.delay is not None else 2.0)
        return Response(said(body), 200, media_type="application/json")
    if fault.kind in TEARING:
        return Piecemeal(said(body), fault)
    if fault.kind == "malformed":
        return Response(said(body)[:-7], 200, media_type="application/json")
    if fault.kind == "500_accepted":
        broken = excuse("500", None)
        return Response(said(broken.body if broken else {}), 500, media_type="application/json")
    return await cut(fault)


async def overtake(world: World, call: Call) -> None:
    """What the messenger tells of the message arrives before its answer does."""
    world.agenda.hasten((call.channel, call.account, call.address), REPORTS, world.now())
    await world.settle()


class Piecemeal(Response):
    """An answer that comes a byte at a time, or only by half before the connection is reset."""

    def __init__(self, body: bytes, fault: Fault) -> None:
        super().__init__(body, 200, media_type="application/json")
        self.fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        torn = self.fault.kind == "reset_mid_body"
        size = len(self.body) // 2 if torn else 1
        for at in range(0, size if torn else len(self.body), size):
            await send({"type": "http.response.body", "body": self.body[at : at + size], "more_body": True})
            await asyncio.sleep(0.01 if torn else self.fault.delay if self.fault.delay is not None else 1.0)
        if torn:
            await cut(self.fault)
        else:
            await send({"type": "http.response.body", "body": b""})


async def cut(fault: Fault) -> Response:
    """Close the connection without an answer, at once or after a long silence."""
    line = LINE.get()
    if line is None:
        if fault.kind == "timeout_after_accept":
            raise httpx.ReadTimeout("no answer in time")
        raise httpx.ReadError("connection reset")
    if fault.kind == "timeout_after_accept":
        await asyncio.sleep(fault.delay if fault.delay is not None else 60.0)
    line.abort()
    await asyncio.sleep(0.01)
    return Response(status_code=500)


def said(body: Any) -> bytes:
    """JSON of an answer."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
