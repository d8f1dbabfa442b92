"""The only sockets to the messengers: claimed deliveries go out concurrently, answers are committed in batches."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import httpx
import orjson

from channels import registry as channels
from channels.base import Accepted, Answer, Request, RetryAfter, Unknown
from engine.answers import Outcome, Unsent, commit, part_ref
from engine.claim import Claim, Outgoing, claim
from engine.lanes import Lanes
from engine.project import Project
from engine.wire import Wire
from store.crash_points import reach
from store.database import UNAVAILABLE

log = logging.getLogger(__name__)
#: Reading takes longer than connecting; both together stay well under the lease.
TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=10.0, pool=5.0)
MAX_IN_FLIGHT = 200
#: Above so many requests in flight more are claimed only so often, in seconds: a claim costs nearly the same for one as
#: for a hundred.
ROOMY, SELDOM = 100, 0.05
#: Seconds that an idle connection is kept: less than any server does. One that closes it just as we write leaves us
#: not knowing whether the message went out.
KEEP_ALIVE = 2.0
#: How long answers are gathered before they are committed together, in seconds: while others are out, while many are.
GATHER, GATHER_MANY = 0.003, 0.015
#: Seconds after which a database that was away or full is tried again.
AGAIN = 0.5
#: Nothing left the machine: these errors come before the request was written.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def http_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client without retries or redirects of its own: what was sent twice must be our decision."""
    lanes = transport or Lanes(MAX_IN_FLIGHT, KEEP_ALIVE)
    return httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, transport=lanes, trust_env=False)


async def to_the_end(work: Coroutine[Any, Any, int]) -> int:
    """Finish what was begun even when cancelled meanwhile: what is committed as `sending` must go out."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


class Deliverer:
    """Sends what is due and commits what came back."""

    def __init__(self, project: Project, client: Wire | None = None) -> None:
        self.project, self.client = project, client or Wire(Lanes(MAX_IN_FLIGHT, KEEP_ALIVE), TIMEOUT)
        self.in_flight: set[asyncio.Task[None]] = set()
        self.outcomes: list[Outcome] = []
        self.came_back = asyncio.Event()
        #: Whether few enough requests are in flight.
        self.roomy = asyncio.Event()
        self.roomy.set()
        #: Held while answers are being committed, so that whoever drains waits for those of others too.
        self.committing = asyncio.Lock()
        #: Whether the latest claim took all it had room for, so that there may be more.
        self.more = False
        #: Totals since the start, for reports.
        self.sent = self.committed = 0
        self.moves = 0

    async def send_due(self) -> int:
        """Claim what is due and start sending it; how many deliveries were sent or decided on."""
        return await to_the_end(self._send_due())

    async def _send_due(self) -> int:
        room = MAX_IN_FLIGHT - len(self.in_flight)
        claimed = await asyncio.to_thread(self._claim, room) if room > 0 else Claim()
        self.more = claimed.full
        if claimed.outgoing:
            reach("after-claim-commit")
        for outgoing in claimed.outgoing:
            task = asyncio.create_task(self._send(outgoing))
            self.in_flight.add(task)
            task.add_done_callback(self._landed)
        if len(self.in_flight) > ROOMY:
            self.roomy.clear()
        return len(claimed.outgoing) + claimed.decided

    async def has_room(self) -> None:
        """Wait until a claim is worth its while."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SELDOM):
                await self.roomy.wait()

    def _landed(self, task: asyncio.Task[None]) -> None:
        self.in_flight.discard(task)
        if len(self.in_flight) <= ROOMY:
            self.roomy.set()

    def _claim(self, room: int) -> Claim:
        database = self.project.database
        with database.meters.timed("claim_seconds"):
            return database.transact(lambda connection: claim(self.project, connection, room), durable=True)

    async def commit_answers(self) -> int:
        """Commit the answers that have come; how many."""
        return await to_the_end(self._commit_answers())

    async def _commit_answers(self) -> int:
        async with self.committing:
            batch, self.outcomes = self.outcomes, []
            self.came_back.clear()
            if batch:
                reach("before-answer-commit")
                try:
                    moves = await asyncio.to_thread(
                        self.project.database.transact, lambda connection: commit(self.project, connection, batch)
                    )
                except UNAVAILABLE as trouble:
                    # What messengers said is kept until the database takes it: it cannot be asked again.
                    log.warning("%s answers wait for the database (%s)", len(batch), type(trouble.orig).__name__)
                    self.outcomes = batch + self.outcomes
                    self.came_back.set()
                    await asyncio.sleep(AGAIN)
                    return 0
                reach("after-answer-commit")
                self.moves += moves
                self.committed += len(batch)
                self.sent += sum(isinstance(each.answer, Accepted) and each.last for each in batch)
            return len(batch)

    async def drain(self) -> None:
        """Wait until everything that is in flight has been answered and committed, by whomever."""
        while self.in_flight or self.outcomes or self.committing.locked():
            if self.in_flight:
                await asyncio.wait(set(self.in_flight))
            await self.commit_answers()

    async def keep_committing(self) -> None:
        """Commit answers as they come, until cancelled; those that come within milliseconds together."""
        while True:
            await self.came_back.wait()
            # A round of the loop, in which whoever has answered leaves the flight.
            await asyncio.sleep(0)
            if self.in_flight:
                await asyncio.sleep(GATHER if self.roomy.is_set() else GATHER_MANY)
            await self.commit_answers()

    async def _send(self, outgoing: Outgoing) -> None:
        answer: Answer | Unsent
        last = True
        meters, channel = self.project.database.meters, outgoing.account.channel
        try:
            if channels()[channel].limits.at_once:
                answer = Accepted(id=outgoing.ref)
            else:
                request, last = _next_request(outgoing)
                with meters.timed("send_seconds", channel):
                    answer = await self._request(request, channels()[channel].read_answer)
        except Exception as error:
            # A fault of ours: the lease would call it unknown too, only later.
            log.error("sending delivery %s failed: %s", outgoing.id, type(error).__name__)
            answer = Unknown(text=type(error).__name__)
        if isinstance(answer, RetryAfter):
            meters.count("provider_429", channel)
        meters.count("sends", f"{channel},{type(answer).__name__.lower()}")
        reach("after-response")
        self.outcomes.append(
            Outcome(delivery_id=outgoing.id, attempt=outgoing.attempt, answer=answer, part=outgoing.part, last=last)
        )
        self.came_back.set()

    async def _request(self, request: Request, read_answer: Any) -> Answer | Unsent:
        content = orjson.dumps(request.json) if request.json is not None else None
        headers: Mapping[str, str] = {"content-type": "application/json", **request.headers}
        try:
            response = await self.client.request(request.method, request.url, content, headers)
        except NOT_SENT as error:
            log.warning("%s: no connection (%s)", request.label, type(error).__name__)
            return Unsent(type(error).__name__)
        except httpx.HTTPError as error:
            log.warning("%s: outcome unknown (%s)", request.label, type(error).__name__)
            return Unknown(text=type(error).__name__)
        try:
            body = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            body = None
        answer: Answer = read_answer(response.status_code, dict(response.headers.items()), body)
        if response.status_code >= 500 and not isinstance(answer, Accepted | Unknown):
            # A server that failed may have taken the message before: whatever its body says, this is no definite no.
            return Unknown(text=f"HTTP {response.status_code}")
        return answer


def _next_request(outgoing: Outgoing) -> tuple[Request, bool]:
    """The one request that this claim sends, and whether it is the message's last.

    Each part is claimed by itself, so that what is out is committed before the next one goes. An earlier part goes
    under a name of its own: its receipts say nothing of the whole.
    """
    channel = channels()[outgoing.account.channel]

    def compose(ref: str) -> Sequence[Request]:
        return channel.compose(outgoing.message, outgoing.address, outgoing.account, ref)

    requests = compose(outgoing.ref)
    if outgoing.part == len(requests) - 1:
        return requests[-1], True
    return compose(part_ref(outgoing.ref, outgoing.part))[outgoing.part], False
