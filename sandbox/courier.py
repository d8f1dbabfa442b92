"""Webhooks on their way: several at a time, in order per person, tried again as each messenger does."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

import httpx

from sandbox.agenda import Item
from sandbox.facts import Account
from sandbox.faults import Fault
from sandbox.network import Network, Retry, encoded, together

if TYPE_CHECKING:
    from sandbox.state import World

#: Webhooks in flight. The client looks at each of its connections for every request: more hands are slower.
HANDS = 16
#: Virtual seconds after which a webhook that somebody has kept comes once more, unless the fault says so.
REPLAY = 3 * 86_400.0
Lane = tuple[str, str, str, str]


class Courier:
    """Delivers webhook items; one item of a lane is in flight at a time."""

    def __init__(self, world: World, client: httpx.AsyncClient | None) -> None:
        self._world = world
        self._given = client
        self._own: httpx.AsyncClient | None = None
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._lanes: dict[Lane, deque[Item]] = {}
        self._ready: deque[Lane] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        #: Lanes that wait for a failed webhook: its id and its next due time.
        self._held: dict[Lane, tuple[int, float]] = {}
        #: Taken and not yet over: item id → due.
        self.open: dict[int, float] = {}
        self.delivered = 0
        self._moved = asyncio.Event()

    def carry(self, item: Item) -> None:
        """Take an item that is due; it leaves as soon as its lane is free."""
        lane = self._lane(item)
        held = self._held.get(lane)
        if held is not None and held[0] != item.id and held[1] > item.due:
            self._put_off(item, held[1])
            settle_outcome(item, 0)
            return
        if held is not None and held[0] == item.id:
            del self._held[lane]
        self.open[item.id] = item.due
        waiting = self._lanes.setdefault(lane, deque())
        waiting.append(item)
        if len(waiting) == 1:
            self._ready.append(lane)
        if len(self._tasks) < HANDS:
            task = asyncio.get_running_loop().create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def finish(self, until: float) -> None:
        """Wait for every item in hand that was due by `until`."""
        mine = [item_id for item_id, due in self.open.items() if due <= until]
        for item_id in mine:
            while item_id in self.open:
                self._moved.clear()
                await self._moved.wait()

    async def close(self) -> None:
        """Stop working; what was in flight stays on the agenda."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._own is not None and self._own_loop is asyncio.get_running_loop():
            await self._own.aclose()

    def _lane(self, item: Item) -> Lane:
        queue = item.queue if self._world.networks[item.channel].fifo else ""
        return (item.channel, item.account, queue, item.address)

    async def _work(self) -> None:
        while self._ready:
            lanes = self._together(self._ready.popleft())
            # They stay first in their lanes while they are on their way, so that nobody else takes the lanes up.
            items = [self._lanes[lane][0] for lane in lanes]
            waits: list[float | None] = [None] * len(items)
            try:
                waits = await self._deliver(items)
            finally:
                for lane, item in zip(lanes, items, strict=True):
                    self._lanes[lane].popleft()
                    self.open.pop(item.id, None)
                self._moved.set()
            for lane, item, wait in zip(lanes, items, waits, strict=True):
                if wait is not None:
                    self._fail(lane, item, wait)
                if self._lanes[lane]:
                    self._ready.append(lane)
                else:
                    del self._lanes[lane]
        self._world.wake()

    def _together(self, lane: Lane) -> list[Lane]:
        """The lane and others of its account, whose first items go in the same webhook, where Meta joins events."""
        room = int(self._world.settings["batch"]) - 1
        if not room or "entry" not in self._lanes[lane][0].body:
            return [lane]
        near = [other for other in self._ready if other[:2] == lane[:2]][:room]
        taken = frozenset(near)
        self._ready = deque(other for other in self._ready if other not in taken)
        return [lane, *near]

    def _fail(self, lane: Lane, item: Item, wait: float) -> None:
        """Try again later; where the messenger keeps the order, the lane waits for it."""
        due = self._world.now() + wait
        self._put_off(item, due)
        if not self._world.networks[item.channel].fifo:
            return
        self._held[lane] = (item.id, due)
        waiting = self._lanes[lane]
        while waiting:
            other = waiting.popleft()
            self._put_off(other, due)
            settle_outcome(other, 0)
            self.open.pop(other.id, None)

    def _put_off(self, item: Item, due: float) -> None:
        item.due = due
        self._world.agenda.put(item)

    async def _deliver(self, items: list[Item]) -> list[float | None]:
        """One attempt for all; answers for each the seconds until its next one, or None when it is over."""
        world, item = self._world, items[0]
        account = world.accounts.get((item.channel, item.account))
        network = world.networks[item.channel]
        if account is None or not account.webhook_url:
            return [self._over(each, 0) for each in items]
        if account.events is not None and item.queue and item.queue not in account.events:
            return [self._over(each, 0) for each in items]
        lost = {each.id for each in items if self._strikes("lost_webhook", each)}
        going = [each for each in items if each.id not in lost]
        for each in items:
            if each.id in lost:
                self._over(each, 0)
        waits = await self._carry(network, account, going) if going else {}
        return [waits.get(each.id) for each in items]

    async def _carry(self, network: Network, account: Account, items: list[Item]) -> dict[int, float | None]:
        """One webhook that tells all of them: for each, by its id, the seconds until its next attempt."""
        for each in items:
            await self._forge(network, account, each)
        body = items[0].body
        for each in items[1:]:
            body = together(body, each.body) or body
        raw = encoded(body)
        status, answer = await self.post(network, account, raw)
        if not 200 <= status < 300:
            return {each.id: self._again(network, each, status, retry_after(answer)) for each in items}
        self.delivered += len(items)
        if answer is not None:
            network.answered(self._world, account, items[0], answer.content)
        struck = [self._strikes("duplicate_webhook", each) for each in items]
        if any(struck):
            await self.post(network, account, raw)
        for each in items:
            if again := self._struck("replayed", each):
                key = (each.channel, each.account, each.address)
                due = self._world.now() + (again.delay or REPLAY)
                self._world.later("webhook", due, key, each.body, each.queue)
        return {each.id: self._over(each, status) for each in items}

    def _again(self, network: Network, item: Item, status: int, asked: float | None) -> float | None:
        """Seconds until a failed item is tried again; None when the messenger gives it up."""
        world = self._world
        settle_outcome(item, status)
        item.attempt += 1
        luck = world.luck(item.address, item.id, f"retry {item.attempt}")
        failed = Retry(attempt=item.attempt, age=world.now() - item.first, luck=luck, queue=item.queue, asked=asked)
        wait = network.retry(failed)
        return self._over(item, status) if wait is None else wait

    def _over(self, item: Item, status: int) -> float | None:
        """No further attempt."""
        self._world.agenda.over(item.id)
        settle_outcome(item, status)
        return None

    def _strikes(self, kind: str, item: Item) -> bool:
        return self._struck(kind, item) is not None

    def _struck(self, kind: str, item: Item) -> Fault | None:
        world = self._world
        return world.faults.strike(frozenset({kind}), item.channel, item.address, item.id, world.seed)

    async def _forge(self, network: Network, account: Account, item: Item) -> None:
        """Before the true webhook comes the same one signed by somebody else; the log tells who believed it."""
        if not self._strikes("forged", item):
            return
        status, _ = await self.post(network, account, encoded(item.body), forged=True)
        believed = 200 <= status < 300
        entry = {"method": "forged_webhook", "address": item.address, "accepted": believed, "status": status}
        self._world.log_of(item.channel, item.account, entry)

    async def post(
        self, network: Network, account: Account, raw: bytes, *, forged: bool = False
    ) -> tuple[int, httpx.Response | None]:
        """One POST to the account's webhook: (HTTP status, answer); status 0 when nobody answered."""
        headers = {"content-type": "application/json", **network.sign(account, raw, forged=forged)}
        try:
            answer = await self._client().post(
                account.webhook_url, content=raw, headers=headers, timeout=network.timeout
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0, None
        return answer.status_code, answer

    async def get(self, url: str, query: dict[str, Any]) -> httpx.Response | None:
        """A GET to the product, as Meta's subscription check; None when nobody answered."""
        try:
            return await self._client().get(url, params=query, timeout=10.0)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    def _client(self) -> httpx.AsyncClient:
        if self._given is not None:
            return self._given
        loop = asyncio.get_running_loop()
        if self._own is None or self._own_loop is not loop:
            limits = httpx.Limits(max_connections=HANDS, max_keepalive_connections=HANDS)
            # To the product on this machine, over plain HTTP: no certificates are read.
            self._own, self._own_loop = httpx.AsyncClient(limits=limits, trust_env=False, verify=False), loop
        return self._own


def settle_outcome(item: Item, status: int) -> None:
    """Tell whoever waits for the first attempt."""
    if item.outcome is not None and not item.outcome.done():
        item.outcome.set_result(status)


def retry_after(answer: httpx.Response | None) -> float | None:
    """The receiver's wish in seconds."""
    value = None if answer is None else answer.headers.get("retry-after")
    return float(value) if value is not None and value.isdigit() else None
