"""Webhooks on their way: several at a time, in order per person, tried again as each messenger does."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

import httpx

from sandbox.agenda import Item
from sandbox.facts import Account
from sandbox.faults import Fault
from sandbox.network import Network, Retry, encoded, together
from sandbox.post import Post, retry_after

if TYPE_CHECKING:
    from sandbox.state import World

#: Webhooks in flight. The client looks at each of its connections for every request: more hands are slower.
HANDS = 16
#: Virtual seconds after which a webhook that somebody has kept comes once more, unless the fault says so.
REPLAY = 3 * 86_400.0
#: Virtual seconds that a webhook waits for others to be told with, unless the fault says so.
GATHER = 60.0
Lane = tuple[str, str, str, str]


class Courier:
    """Delivers webhook items; one item of a lane is in flight at a time."""

    def __init__(self, world: World, client: httpx.AsyncClient | None) -> None:
        self._world = world
        self.post = Post(client, HANDS)
        self._lanes: dict[Lane, deque[Item]] = {}
        self._ready: OrderedDict[Lane, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        #: Lanes that wait for a failed webhook: its id and its next due time.
        self._held: dict[Lane, tuple[int, float]] = {}
        #: What the fault `batched` has struck and has not left yet, by account: item id → it, the most it leaves with.
        self._gathered: dict[tuple[str, str], dict[int, tuple[Item, int]]] = {}
        #: Taken and not yet over: item id → due.
        self.open: dict[int, float] = {}
        self.delivered = 0
        self._moved = asyncio.Event()

    def carry(self, item: Item) -> None:
        """Take an item that is due; it leaves as soon as its lane is free."""
        if self._waits(item):
            return
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
            self._ready[lane] = None
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
        await self.post.close()

    def _lane(self, item: Item) -> Lane:
        queue = item.queue if self._world.networks[item.channel].fifo else ""
        return (item.channel, item.account, queue, item.address)

    async def _work(self) -> None:
        while self._ready:
            lane, _ = self._ready.popitem(last=False)
            # It stays first in its lane while it is on its way, so that nobody else takes the lane up.
            first = self._lanes[lane][0]
            items = sorted([first, *self._company(first)], key=lambda one: one.first)
            waits: list[float | None] = [None] * len(items)
            try:
                waits = await self._deliver(items)
            finally:
                self._lanes[lane].popleft()
                for item in items:
                    self.open.pop(item.id, None)
                self._moved.set()
            for item, wait in zip(items, waits, strict=True):
                if wait is not None:
                    self._fail(item, wait)
            if self._lanes[lane]:
                self._ready[lane] = None
            else:
                del self._lanes[lane]
        self._world.wake()

    def _waits(self, item: Item) -> bool:
        """Whether it is to wait for others of its account, as Meta joins events; a first attempt is asked once."""
        gathered = self._gathered.setdefault((item.channel, item.account), {})
        alone = item.attempt or item.outcome is not None or together(item.body, item.body) is None
        if alone or item.id in gathered or (fault := self._struck("batched", item)) is None:
            return False
        gathered[item.id] = item, fault.most
        delay = GATHER if fault.delay is None else fault.delay
        if delay:
            self._put_off(item, item.due + delay)
        return delay > 0

    def _company(self, first: Item) -> list[Item]:
        """What has waited for a webhook of this account and leaves with it; taken out of wherever it was."""
        gathered = self._gathered.get((first.channel, first.account), {})
        gathered.pop(first.id, None)
        company: list[Item] = []
        for item, most in list(gathered.values()):
            if len(company) + 1 >= most:
                break
            if together(first.body, item.body) is not None:
                del gathered[item.id]
                self._leave_lane(item)
                self._world.agenda.withdraw(item)
                self.open[item.id] = self._world.now()
                company.append(item)
        return company

    def _leave_lane(self, item: Item) -> None:
        lane = self._lane(item)
        waiting = self._lanes.get(lane)
        if waiting is None or item not in waiting:
            return
        waiting.remove(item)
        if not waiting:
            del self._lanes[lane]
            self._ready.pop(lane, None)

    def _fail(self, item: Item, wait: float) -> None:
        """Try again later; where the messenger keeps the order, the lane waits for it."""
        lane = self._lane(item)
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
        # Only Telegram lets an account choose its events, and it joins none.
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
        status, answer = await self.post.send(network, account, raw)
        if not 200 <= status < 300:
            return {each.id: self._again(network, each, status, retry_after(answer)) for each in items}
        self.delivered += len(items)
        if answer is not None:
            network.answered(self._world, account, items[0], answer.content)
        struck = [self._strikes("duplicate_webhook", each) for each in items]
        if any(struck):
            await self.post.send(network, account, raw)
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
        status, _ = await self.post.send(network, account, encoded(item.body), forged=True)
        believed = 200 <= status < 300
        entry = {"method": "forged_webhook", "address": item.address, "accepted": believed, "status": status}
        self._world.log_of(item.channel, item.account, entry)


def settle_outcome(item: Item, status: int) -> None:
    """Tell whoever waits for the first attempt."""
    if item.outcome is not None and not item.outcome.done():
        item.outcome.set_result(status)
