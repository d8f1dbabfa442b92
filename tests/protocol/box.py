"""A whole engine in a box: one database, the real rules, a clock that only the test moves, two scripted messengers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection

from channels.base import Account
from engine.advance import advance_due
from engine.claim import claim
from engine.deliver import TIMEOUT, Deliverer
from engine.enroll import Candidate, enroll_many
from engine.evidence import sweep
from engine.project import Project, real_now
from engine.publish import pause, publish, resume
from engine.receive import receive
from engine.settling import settle
from engine.shift import Shift
from engine.track import Reported, track
from engine.upkeep import house_work
from engine.webhooks import take_in
from engine.wire import Wire
from store import accounts, clock, consents, contacts, counters, journeys, running
from store.consents import ConsentGiven
from store.contacts import ContactFacts
from store.database import Database
from store.invariants import violations
from store.sql import rows, run, scalar
from store.tables.columns import micros
from store.vault import Vault
from tests.protocol.messenger import SECRET, Messenger

START = datetime(2030, 3, 4, 10, 0, tzinfo=UTC)
PATIENCE = timedelta(hours=6)
#: Telegram's messages are marketing: they go out at most once. WhatsApp's must arrive: they may be repeated.
CATEGORIES = {"telegram": "marketing", "whatsapp": "transactional"}
SECRETS = {
    "telegram": {"token": "1:x", "secret_token": SECRET},
    "whatsapp": {"token": "x", "app_secret": SECRET, "verify_token": "x"},
}


def journey(channel: str, photo: str = "") -> dict[str, Any]:
    """Ask with two buttons, wait six hours, thank whoever says yes; who buys meanwhile has reached the goal.

    With a picture, the question is too long to be its caption: it follows as a message of its own.
    """
    question: dict[str, Any] = {"text": "{{ contact.external_id }}, shall we?"}
    if photo:
        question = {"text": question["text"] + " Do come!" * 200, "media": {"kind": "image", "url": photo}}
    says = {"channel": channel, "category": CATEGORIES[channel], "ttl": "P2D"}
    buttons = [{"id": "yes", "title": "Yes"}, {"id": "no", "title": "No"}]
    branches = [{"exit": each, "buttons": [each]} for each in ("yes", "no")]
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "ask": ("send", {**says, **question, "buttons": buttons}),
        "answer": ("reply", {"branches": branches, "patience": "PT6H"}),
        "thanks": ("send", {**says, "text": "Thank you, {{ contact.external_id }}"}),
        "end": ("exit", {}),
    }
    ways = [("ask", "sent", "answer"), ("answer", "yes", "thanks"), ("answer", "no", "end"), ("thanks", "sent", "end")]
    ways += [("answer", "something_else", "end"), ("answer", "no_answer", "end")]
    return {
        "graph": {"name": channel, "entry": {"api": True}, "goal": {"event": "bought"}, "reentry": {"mode": "never"}},
        "nodes": [{"id": name, "kind": kind, "settings": has, "x": 0, "y": 0} for name, (kind, has) in kinds.items()],
        "edges": [{"source": source, "key": way, "target": target} for source, way, target in ways],
    }


class Box:
    """What can happen, one thing at a time; `people` are (messenger, address) by name."""

    def __init__(self, home: Path, url: str, people: Sequence[tuple[str, str]], photo: str = "") -> None:
        self.photo = photo
        self.project = Project(database=Database(url), vault=Vault(home / "secrets"), home=home, sandbox=True)
        self.people = {f"{channel}-{address}": (channel, address) for channel, address in people}
        self.now = START
        self.messenger = Messenger(lambda: self.now, self._not_committed)
        self.receiving = True
        self.transact(self._furnish)

    def transact(self, work: Any) -> Any:
        """Run one unit of writing."""
        return self.project.database.transact(work)

    def _furnish(self, connection: Connection) -> None:
        clock.put(connection, START, real_now(), running=False)
        at = micros(START)
        for channel, secrets in SECRETS.items():
            settings = {"phone_number_id": "1"}
            account = Account(
                channel=channel, name="default", base_url=f"http://{channel}.test", secrets=secrets, settings=settings
            )
            accounts.put(connection, self.project.vault, account, at)
            drawn = journey(channel, self.photo if channel == "telegram" else "")
            publish(self.project, connection, journeys.create(connection, drawn, channel, at, channel), drawn)
        facts = [
            ContactFacts(external_id=name, addresses=[(channel, "default", address)])
            for name, (channel, address) in self.people.items()
        ]
        self.ids, _ = contacts.upsert(connection, facts, at)
        given = [
            ConsentGiven(
                contact_id=self.ids[name], channel=channel, purpose="marketing", action="grant", source="test", at=at,
                text="yes", proven=True,
            )
            for name, (channel, _) in self.people.items()
        ]  # fmt: skip
        consents.record(connection, given, at)
        run(connection, "UPDATE address SET last_inbound_at = :at", at=at + 86_400_000_000_000)

    def empty(self) -> None:
        """Forget everything, and begin anew."""

        def clear(connection: Connection) -> None:
            names = "enrollment enrollment_state signal visit delivery inbox reply event survey_answer node_count"
            names += " node_count_delta consent consent_record address contact heartbeat journey journey_version"
            names += " draft_revision dead_letter audit_entry channel_account clock"
            for name in names.split():
                run(connection, f"DELETE FROM {name}")

        self.transact(clear)
        self.project = Project(
            database=self.project.database, vault=self.project.vault, home=self.project.home, sandbox=True
        )
        self.now, self.receiving = START, True
        self.messenger = Messenger(lambda: self.now, self._not_committed)
        self.transact(self._furnish)

    def reopen(self) -> None:
        """Be another process over the same database."""
        database = Database(self.project.database.url.render_as_string(hide_password=False))
        self.project = Project(database=database, vault=self.project.vault, home=self.project.home, sandbox=True)

    async def live(self, hours: int) -> None:
        """An engine and an API in one process, as they are: time goes by, people press «yes» and webhooks come."""
        shift = Shift(self.project)
        shift.deliverer.client = Wire(httpx.MockTransport(self.messenger.handle), TIMEOUT)
        for hour in range(hours):
            await settle(shift)
            if hour == 0:
                for name in self.people:
                    self.press(name, "yes")
                self.messenger.save()
            while self.deliver():
                await settle(shift)
            await asyncio.to_thread(house_work, shift, 29, shift.look())
            self.tick(timedelta(hours=1))

    def close(self) -> None:
        """Let go of the database."""
        self.project.database.close()

    # What happens -------------------------------------------------------------------------------
    def enroll(self, name: str) -> None:
        """Send somebody on their messenger's journey."""

        def work(connection: Connection) -> None:
            row = journeys.get(connection, self.people[name][0])
            assert row is not None
            candidate = Candidate(contact_id=self.ids[name], external_id=name)
            enroll_many(self.project, connection, row, [candidate], micros(self.now))

        self.transact(work)

    def move(self) -> int:
        """The mover: one batch of what is due."""
        moved: int = self.transact(lambda connection: advance_due(self.project, connection))
        return moved

    def read_mail(self) -> int:
        """The mover: one batch of the inbox."""
        return int(self.transact(lambda connection: receive(self.project, connection)))

    def send(self, *answers: str, lost: bool = False) -> int:
        """The sender: claim, send, commit; with `lost` it dies when the bytes are out."""
        self.messenger.script.extend(answers)
        return asyncio.run(self._send(lost))

    async def _send(self, lost: bool) -> int:
        sender = Deliverer(self.project, Wire(httpx.MockTransport(self.messenger.handle), TIMEOUT))
        done = await sender.send_due()
        if sender.in_flight:
            await asyncio.wait(set(sender.in_flight))
        if not lost:
            await sender.commit_answers()
        return done

    def claim_and_die(self) -> None:
        """The sender: dies after its claim was committed, before a byte is out."""
        self.transact(lambda connection: claim(self.project, connection, 100))

    def leases_run_out(self) -> None:
        """Whoever died is found out."""
        self.transact(lambda connection: run(connection, "UPDATE delivery SET lease_until = 0 WHERE state = 'sending'"))

    def keep_house(self) -> None:
        """The API beats if it is up; unknown outcomes are judged; counters are folded."""

        def work(connection: Connection) -> None:
            if self.receiving:
                running.beat(connection, "api:box", micros(real_now()))
            else:
                running.leave(connection, "api:box")
            sweep(self.project, connection)

        self.transact(work)
        self.transact(counters.fold)

    def tick(self, by: timedelta) -> None:
        """Time goes by."""
        self.now += by
        self.transact(lambda connection: clock.put(connection, self.now, real_now()))

    def deliver(self, place: int = 0, *, keep: bool = False) -> bool:
        """A webhook that is owed comes in, and is owed no more unless it is to come again."""
        if not self.messenger.owed or not self.receiving:
            return False
        hook = self.messenger.owed[place % len(self.messenger.owed)]
        assert take_in(self.project, hook.channel, "default", hook.headers, hook.raw).status == 200
        if not keep:
            self.messenger.owed.remove(hook)
            self.messenger.save()
        return True

    def press(self, name: str, button: str) -> bool:
        """Somebody presses a button of the question on their phone."""
        channel, address = self.people[name]
        keys = [key for each in self.messenger.taken if each.address == address for key in each.buttons]
        pressed = [key for key in keys if key.endswith(f":{button}")]
        if pressed:
            self.messenger.says(channel, address, button=pressed[-1])
        return bool(pressed)

    def buys(self, name: str) -> None:
        """An event that is everybody's goal."""
        event = Reported(contact=name, name="bought", source="s", message_id=f"{name}-bought", at=micros(self.now))
        self.transact(lambda connection: track(self.project, connection, [event]))

    def pause(self, channel: str, *, going: bool = False) -> None:
        """Freeze a journey, or let it go on."""

        def work(connection: Connection) -> None:
            row = journeys.get(connection, channel)
            assert row is not None
            if going:
                resume(self.project, connection, row)
            else:
                pause(self.project, connection, row)

        self.transact(work)

    def work(self) -> None:
        """An engine does all that can be done now."""
        for _ in range(200):
            self.leases_run_out()
            self.keep_house()
            if not (self.read_mail() + self.move() + self.send()):
                return
        raise AssertionError("the engine never comes to rest")

    def finish(self, rounds: int = 9) -> None:
        """Everything that is owed comes, every patience and window runs out, and the engine works all along."""
        self.receiving = True
        for channel in CATEGORIES:
            self.pause(channel, going=True)
        for _ in range(rounds):
            while self.messenger.owed:
                self.deliver()
            self.work()
            self.tick(timedelta(hours=6))

    # What is seen -------------------------------------------------------------------------------
    def accepted(self) -> Counter[tuple[str, str]]:
        """How often each (name, text) came to a phone."""
        names = {address: name for name, (_, address) in self.people.items()}
        return Counter((names[each.address], each.text) for each in self.messenger.taken)

    def all_of(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with self.project.database.read() as connection:
            return [tuple(row) for row in rows(connection, statement)]

    def deliveries(self) -> list[tuple[Any, ...]]:
        """(name, node, state, reason) of every message."""
        return self.all_of(
            "SELECT c.external_id, d.node, d.state, d.reason FROM delivery d JOIN contact c ON c.id = d.contact_id"
            " ORDER BY c.external_id, d.node"
        )

    def state(self, name: str, node: str = "ask") -> str:
        """The state of somebody's message."""
        return next((row[2] for row in self.deliveries() if row[:2] == (name, node)), "none")

    def trips(self) -> dict[str, tuple[str, str, str]]:
        """(status, reason, node) by name."""
        found = self.all_of(
            "SELECT c.external_id, e.status, e.reason, e.node FROM enrollment e JOIN contact c ON c.id = e.contact_id"
        )
        return {row[0]: (row[1], row[2], row[3]) for row in found}

    def picture(self) -> dict[str, Any]:
        """Everything that must not depend on the database."""
        trips = "SELECT c.external_id, e.status, e.reason, e.node, e.seq, e.arrived_at, e.due_at, e.waiting_for"
        trips += " FROM enrollment e JOIN contact c ON c.id = e.contact_id ORDER BY c.external_id"
        messages = "SELECT c.external_id, d.node, d.state, d.reason, d.ready_at, d.attempt, d.tries, d.unknown_at"
        messages += " FROM delivery d JOIN contact c ON c.id = d.contact_id ORDER BY c.external_id, d.node"
        heard = "SELECT c.external_id, r.rule, r.text, r.node FROM reply r JOIN contact c ON c.id = r.contact_id"
        return {
            "trips": self.all_of(trips),
            "messages": self.all_of(messages),
            "heard": self.all_of(f"{heard} ORDER BY c.external_id, r.text, r.rule"),
            "inbox": self.all_of("SELECT state, count(*) FROM inbox GROUP BY state ORDER BY state"),
            "phones": self.accepted(),
        }

    def violations(self) -> list[str]:
        """Every sum that does not hold, and every byte that left before its claim was committed."""
        with self.project.database.read() as connection:
            return [*violations(connection), *self.messenger.complaints]

    def _not_committed(self, address: str) -> str:
        with self.project.database.read() as connection:
            asking = "SELECT count(*) FROM delivery WHERE state = 'sending' AND address = :address"
            known = scalar(connection, asking, address=address)
        return "" if known == 1 else f"bytes to {address} left with {known} deliveries committed as sending"
