"""The state of the pretend world, and its motion along the virtual clock."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx

from sandbox import keeping
from sandbox.agenda import Agenda, Item
from sandbox.clock import Clock, iso
from sandbox.courier import Courier
from sandbox.facts import Account, Thread
from sandbox.faults import Faults
from sandbox.network import Event, Network, Scene
from sandbox.people import Person, chance
from sandbox.phones import perform
from sandbox.rates import Limit, Rates
from sandbox.store import Store

#: Real seconds between two commits.
TICK = 0.05
#: Instants this close are the same: whoever moves the clock may write milliseconds.
GRAIN = 0.001


class World:
    """Everything that exists: messengers, accounts, people, conversations, and what is still to happen."""

    def __init__(self, networks: dict[str, Network], data: str | Path, client: httpx.AsyncClient | None) -> None:
        self.networks = networks
        self.store = Store(data)
        self.clock = Clock()
        self.faults = Faults()
        self.rates = Rates()
        #: `rates`: messengers enforce their limits; `seed`: of every decision.
        self.settings: dict[str, Any] = {"rates": True, "seed": 0}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.tokens: dict[str, list[Account]] = {}
        self.people: dict[tuple[str, str], Person] = {}
        self.threads: dict[tuple[str, str, str], Thread] = {}
        #: WhatsApp and Messenger templates by (business, name, language).
        self.templates: dict[tuple[str, str, str], dict[str, Any]] = {}
        #: Telegram callback queries that may still be answered → the item that would mark them unanswered.
        self.presses: dict[str, int] = {}
        self.agenda = Agenda(self.store.items())
        self.agenda.start_after(self.store.last_item())
        self.courier = Courier(self, client)
        self._alarm: asyncio.TimerHandle | None = None
        self._saving: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._touched: dict[tuple[str, str, str], Thread] = {}
        self._numbered: dict[tuple[str, str], Account] = {}
        keeping.restore(self)

    @property
    def seed(self) -> int:
        return int(self.settings["seed"])

    def now(self) -> float:
        return self.clock.now()

    # Who is who

    def person(self, channel: str, address: str) -> Person:
        """The person at an address; unknown ones are silent people who have pressed Start."""
        known = self.people.get((channel, address))
        return known or Person(channel=channel, address=address, name=f"Person {address[-4:]}")

    def thread(self, account: Account, address: str) -> Thread:
        """The conversation, begun when it did not exist."""
        key = (account.channel, account.name, address)
        thread = self.threads.get(key)
        if thread is None:
            person = self.person(account.channel, address)
            thread = Thread(channel=account.channel, account=account.name, address=address)
            thread.blocked, thread.subscribed = person.state == "blocked", person.state != "stranger"
            self.threads[key] = thread
        return thread

    def scene(self, account: Account, address: str, at: float) -> Scene:
        return Scene(
            account=account,
            thread=self.thread(account, address),
            person=self.person(account.channel, address),
            at=at,
        )

    # What happens

    def number(self, account: Account) -> int:
        """The account's next number."""
        account.sequence += 1
        self.touch_account(account)
        return account.sequence

    def touch_account(self, account: Account) -> None:
        """The account changed: store it."""
        self._numbered[account.key] = account

    def touch(self, thread: Thread) -> None:
        """The conversation changed: store it."""
        self._touched[thread.key] = thread

    def admit(self, wanted: dict[str, Limit]) -> tuple[str, float] | None:
        """Count a message against the messenger's rates, unless they are switched off."""
        return self.rates.take(self.now(), wanted) if self.settings["rates"] else None

    def later(self, kind: str, due: float, key: tuple[str, str, str], body: dict[str, Any], queue: str = "") -> Item:
        """Let something happen at a virtual instant."""
        item = self.agenda.item(kind, due, key, body, queue)
        self.agenda.put(item)
        self.wake()
        return item

    def tell(self, event: Event, key: tuple[str, str, str], at: float) -> Item:
        """Send a webhook to the account, due at `at`."""
        return self.later("webhook", at, key, event.body, event.queue)

    def counted(self, account: Account) -> int:
        """People who have a conversation with an account and have not blocked it."""
        return sum(1 for one in self.threads.values() if (one.channel, one.account) == account.key and not one.blocked)

    def luck(self, address: str, number: int, purpose: str) -> float:
        return chance(self.seed, address, number, purpose)

    def log_of(self, channel: str, account: str, entry: dict[str, Any]) -> None:
        """Write a line into the log, stamped with virtual now."""
        self.store.add_log({"at": iso(self.now()), "channel": channel, "account": account, **entry})
        self.wake()

    def keep_template(self, key: tuple[str, str, str], template: dict[str, Any]) -> None:
        """Add a template, or store its change."""
        self.templates[key] = template
        keeping.keep_template(self.store, key, template)

    # Motion

    def dispatch(self, until: float) -> None:
        """Do everything that is due; webhooks go to the courier."""
        while (item := self.agenda.take(until + GRAIN)) is not None:
            if item.kind == "webhook":
                self.courier.carry(item)
            else:
                self.agenda.over(item.id)
                perform(self, item)

    async def settle(self) -> int:
        """Run everything due at virtual now, and what becomes due by it; answers the number of webhooks delivered."""
        until, before = self.now(), self.courier.delivered
        while True:
            self.dispatch(until)
            await self.courier.finish(until + GRAIN)
            upcoming = self.agenda.next_due()
            if upcoming is None or upcoming > until + GRAIN:
                break
        self.wake()
        return self.courier.delivered - before

    def wake(self) -> None:
        """Set the alarm for the next due instant, and for the next commit."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop is not self._loop:
            self._loop, self._alarm, self._saving = loop, None, None
        if self._saving is None:
            self._saving = loop.call_later(TICK, self._save)
        self._set_alarm(loop)

    def _set_alarm(self, loop: asyncio.AbstractEventLoop) -> None:
        upcoming = self.agenda.next_due() if self.clock.running else None
        if upcoming is None:
            if self._alarm is not None:
                self._alarm.cancel()
                self._alarm = None
            return
        when = loop.time() + max(0.0, upcoming - self.now())
        if self._alarm is not None:
            if not self._alarm.cancelled() and self._alarm.when() <= when + 0.001:
                return
            self._alarm.cancel()
        self._alarm = loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if self.clock.running:
            self.dispatch(self.now())
        self.wake()

    # Memory

    def _save(self) -> None:
        self._saving = None
        self.flush()

    def flush(self) -> None:
        """Bring the state to the file; reads of messages and log do it first."""
        for thread in self._touched.values():
            keeping.keep_thread(self.store, thread)
        for account in self._numbered.values():
            keeping.keep_account(self.store, account)
        self._touched.clear()
        self._numbered.clear()
        if self.faults.changed:
            self.faults.changed = False
            self.store.remember("world", "faults", self.faults.saved())
        self.store.flush(self.agenda.changes)
        self.agenda.changes.clear()

    async def close(self) -> None:
        """Finish: no more alarms, everything on disk."""
        for handle in (self._alarm, self._saving):
            if handle is not None:
                handle.cancel()
        await self.courier.close()
        self.flush()
        keeping.keep_clock(self.store, self.clock)
        self.store.close(self.agenda.changes)
