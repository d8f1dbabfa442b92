"""What is still to happen: items with virtual due times, earliest first."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, kw_only=True)
class Item:
    """One pending event: a webhook to deliver, or something a person will do."""

    id: int
    due: float
    #: When it was due at first; keeps the order of what is put off together.
    first: float
    #: webhook · sent · delivered · read · reply · block · approve · unpause · unanswered
    kind: str
    channel: str
    account: str
    address: str
    body: dict[str, Any]
    #: Webhooks: the messenger's queue of it (Telegram keeps messages, presses and membership apart).
    queue: str = ""
    attempt: int = 0
    #: Resolves to the HTTP status of the first attempt, 0 when nobody answered.
    outcome: asyncio.Future[int] | None = field(default=None, repr=False)


class Agenda:
    """A heap of items; the changes since the last look are kept for the store."""

    def __init__(self, items: list[Item] | None = None) -> None:
        self._items = {item.id: item for item in items or []}
        self._heap = [(item.due, item.first, item.id) for item in self._items.values()]
        heapq.heapify(self._heap)
        self._last = max(self._items, default=0)
        #: Item id → the item as it now is, or None when it is over.
        self.changes: dict[int, Item | None] = {}

    def __len__(self) -> int:
        return len(self._items)

    def start_after(self, last: int) -> None:
        """Never reuse ids up to `last`."""
        self._last = max(self._last, last)

    def item(self, kind: str, due: float, key: tuple[str, str, str], body: dict[str, Any], queue: str = "") -> Item:
        """A new item, remembered but not yet in the heap."""
        self._last += 1
        channel, account, address = key
        made = Item(
            id=self._last,
            due=due,
            first=due,
            kind=kind,
            channel=channel,
            account=account,
            address=address,
            body=body,
            queue=queue,
        )
        self._items[made.id] = made
        self.changes[made.id] = made
        return made

    def put(self, item: Item) -> None:
        """Let it wait for its due time, which a written instant can name: whole microseconds."""
        item.due = round(item.due, 6)
        self.changes[item.id] = item
        heapq.heappush(self._heap, (item.due, item.first, item.id))

    def take(self, until: float) -> Item | None:
        """The earliest item due by `until`; it stays remembered until `over`."""
        while self._heap and self._heap[0][0] <= until:
            item = self._valid(heapq.heappop(self._heap))
            if item is not None:
                return item
        return None

    def withdraw(self, item: Item) -> None:
        """Take a waiting item before its time; it stays remembered until `over`."""
        item.due = 0.0  # The heap's entry of it is not valid any more.

    def hasten(self, key: tuple[str, str, str], kinds: frozenset[str], due: float) -> None:
        """Let what waits of these kinds between a person and an account be due at `due`, in its order."""
        mine = [one for one in self._items.values() if (one.channel, one.account, one.address) == key]
        for item in sorted(mine, key=lambda one: one.due):
            if item.kind in kinds:
                item.due = item.first = due
                self.put(item)

    def over(self, item_id: int) -> None:
        """It happened, or it never will."""
        if self._items.pop(item_id, None) is not None:
            self.changes[item_id] = None

    def next_due(self) -> float | None:
        """When the earliest waiting item is due."""
        while self._heap and self._valid(self._heap[0]) is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def last_due(self, until: float) -> float | None:
        """When the latest of those due by `until` is due; looks at nothing that is due later than they."""
        last, stack = None, [0]
        while stack:
            at = stack.pop()
            if at < len(self._heap) and self._heap[at][0] <= until:
                if self._valid(self._heap[at]) is not None:
                    last = max(last or 0.0, self._heap[at][0])
                stack += (2 * at + 1, 2 * at + 2)
        return last

    def count(self, kind: str, account: tuple[str, str]) -> int:
        """How many items of a kind wait for an account."""
        return sum(1 for one in self._items.values() if one.kind == kind and (one.channel, one.account) == account)

    def _valid(self, entry: tuple[float, float, int]) -> Item | None:
        item = self._items.get(entry[2])
        return item if item is not None and item.due == entry[0] else None
