"""Whom a reply concerns: the pressed button, opt-out words, the quoted message, the last question, keywords, inbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from channels.base import Account, Reply
from engine.answers import Settling, takes_evidence
from engine.earlier import go_back, hint
from engine.opting_in import Arrival, arrive, enter, enter_by_link, redeem
from engine.people import contact_at, give_consent
from engine.project import Project
from engine.render import options_of
from engine.telling import visit_of
from nodes.matching import fold, is_opt_in, is_opt_out
from store import (
    addresses,
    cascades,
    conversations,
    deliveries,
    deliveries_wake,
    enrollments,
    inbox,
    journeys,
    recognising,
    whereabouts,
)
from store.cascades import NEXT
from store.consents import ConsentGiven
from store.counters import Tally
from store.sql import parsed, run
from store.tables.columns import EPOCH, micros


class Deferred(Exception):
    """This webhook cannot be judged before a message in flight has been answered."""


class Routing:
    """One reply on its way to a trip, a journey, or the inbox (`semantics.md` 13)."""

    def __init__(
        self, project: Project, connection: Connection, account: Account, reply: Reply, received_at: int
    ) -> None:
        self.project, self.connection, self.account, self.reply = project, connection, account, reply
        self.received_at = received_at
        self.now = project.now_micros(connection)
        self.button = reply.button
        # PostgreSQL keeps no NUL in a text.
        self.text = reply.text.replace("\0", "")
        # Telegram does not tell when a button was pressed: the moment of receiving stands for it.
        self.at = micros(reply.at) if reply.at > EPOCH else received_at

    def run(self) -> None:
        """Route it once and write down by which rule; Deferred while a message to this person is in flight."""
        if inbox.seen(self.connection, self.account.channel, self.account.name, self.reply.key):
            return
        contact = contact_at(self.connection, self.account, self.reply.address, self.reply.profile, self.now)
        pressed = self._pressed(contact)
        real = micros(self.project.real())
        if pressed is None and recognising.in_flight(self.connection, contact, self.account.channel, real):
            raise Deferred
        known = addresses.find(self.connection, self.account.channel, self.account.name, self.reply.address)
        if known is not None:
            rested = channels()[self.account.channel].limits.pair_resets
            addresses.heard_from(self.connection, known.id, self.at, rested=rested)
        deliveries_wake.recheck(self.connection, [contact], self.now)
        rule, trip, node = self._route(contact, pressed)
        journey_id = trip.journey_id if trip is not None else None
        values = (
            self.account.channel, self.account.name, self.reply.key, contact, self.text[:8000], self.button,
            self.reply.media, rule, trip.id if trip is not None else None, journey_id, node,
            self.at, self.received_at,
        )  # fmt: skip
        inbox.add_replies(self.connection, [values])

    def _pressed(self, contact: int) -> Row[Any] | None:
        """The message whose button was pressed; a payload that is not ours leaves the press a plain text."""
        if not self.reply.button:
            return None
        ref, _, button = self.reply.button.rpartition(":")
        row = recognising.by_ref(self.connection, ref) if ref else None
        if row is None or row.contact_id != contact:
            self.button = None
            return None
        self.button = button
        return row

    def _route(self, contact: int, pressed: Row[Any] | None) -> tuple[str, Row[Any] | None, str]:
        if pressed is not None:
            return self._to_button(contact, pressed)
        text = self.text
        if not self.reply.media and is_opt_out(text):
            return "opt_out", None, ""
        if self._by_link(contact):
            return "link", None, ""
        if not self.reply.media and not self.reply.ref and not text.startswith("/") and is_opt_in(text):
            self._opt_in(contact)
            return "opt_in", None, ""
        return self._to_text(contact)

    def _to_text(self, contact: int) -> tuple[str, Row[Any] | None, str]:
        waiting = self._waiting(contact)
        if self.reply.quoted:
            # Telegram numbers messages within each chat.
            found = recognising.by_provider(
                self.connection, self.account.channel, self.account.name, [self.reply.quoted], contact
            ).get(self.reply.quoted)
            for trip, question in waiting:
                if question.id == found:
                    return self._hear("quoted", trip, question)
        if waiting:
            return self._hear("question", *waiting[0])
        if self.reply.ref and enter_by_link(self.project, self.connection, contact, self.reply.ref, self.now):
            return "link", None, ""
        if self._keyword(contact):
            return "keyword", None, ""
        conversations.heard(self.connection, contact, self.account.channel, self.account.name, self.now)
        return "inbox", None, ""

    def _by_link(self, contact: int) -> bool:
        """Take in somebody who came by a campaign's link; whether this message is nothing but that."""
        who = Arrival(contact=contact, account=self.account, address=self.reply.address, key=self.reply.key)
        if self.reply.ref and arrive(self.project, self.connection, who, self.reply.ref, self.now):
            return True
        # The word after an opened conversation may be an answer or a keyword all the same.
        redeem(self.project, self.connection, who, self.now)
        return False

    def _to_button(self, contact: int, pressed: Row[Any]) -> tuple[str, Row[Any] | None, str]:
        (asked,) = deliveries.lock(self.connection, [pressed.id])
        if takes_evidence(asked):
            # A press is itself evidence that the message arrived.
            settling = Settling(self.project, self.connection)
            settling.accept(asked, None)
            settling.save()
        for trip, question in self._waiting(contact):
            if question.id == pressed.id or self._still_asked(trip, pressed):
                return self._hear("button", trip, pressed)
        again = go_back(self.project, self.connection, contact, pressed)
        if again is not None:
            return self._hear("button", again, pressed)
        hint(self.project, self.connection, contact, pressed, self.account, self.reply.key)
        return "stale_button", None, pressed.node

    def _still_asked(self, trip: Row[Any], pressed: Row[Any]) -> bool:
        """Whether other messages followed the pressed one, but no answer was waited for until now."""
        seq = visit_of(pressed)
        if pressed.enrollment_id != trip.id or seq is None or seq == trip.seq:
            return False
        nodes = self.project.version(self.connection, trip.version_id).journey.nodes
        since = [visit.node for visit in whereabouts.trails(self.connection, [trip.id]) if visit.seq >= seq]
        return nodes[trip.node].says() is None and not any(nodes[name].hears_replies for name in since)

    def _waiting(self, contact: int) -> list[tuple[Row[Any], Row[Any]]]:
        """Trips that wait for a reply on this account, with their questions, the latest question first."""
        trips = [row for row in enrollments.waiting_of(self.connection, [contact]) if row.waiting_for == "reply"]
        if not trips:
            return []
        questions = recognising.latest_question(self.connection, [row.id for row in trips])
        asked = [(row, self._asked_here(questions[row.id])) for row in trips if row.id in questions]
        here = [(row, question) for row, question in asked if question is not None]
        return sorted(here, key=lambda pair: (pair[1].accepted_at or pair[1].sending_at or 0, pair[1].id), reverse=True)

    def _asked_here(self, question: Row[Any]) -> Row[Any] | None:
        """The question as this account asked it; one that went on to the next messenger may be answered on either."""
        here = (self.account.channel, self.account.name)
        if (question.channel, question.account) == here:
            return question
        if not question.origin.startswith(NEXT):
            return None
        first = cascades.asked_on(self.connection, question.enrollment_id, *here)
        return first if first is not None and visit_of(first) == visit_of(question) else None

    def _hear(self, rule: str, trip: Row[Any], question: Row[Any]) -> tuple[str, Row[Any], str]:
        content = parsed(question.content) or {}
        payload = {
            "text": self.text,
            "button": self.button,
            "media": self.reply.media,
            "options": options_of(content),
            "visit": trip.seq,
        }
        enrollments.send_signals(self.connection, [(trip.id, "reply", payload, self.received_at)], self.now)
        self._mark_replied(question.id)
        return rule, trip, trip.node

    def _mark_replied(self, delivery_id: int) -> None:
        row = deliveries.lock(self.connection, [delivery_id])[0]
        if row.replied_at is None and row.version_id is not None:
            run(self.connection, "UPDATE delivery SET replied_at = :now WHERE id = :id", now=self.now, id=delivery_id)
            tally = Tally()
            tally.add(row.version_id, row.node, "replied", row.cohort)
            tally.save(self.connection)

    def _opt_in(self, contact: int) -> None:
        granted = ConsentGiven(
            contact_id=contact, channel=self.account.channel, purpose="marketing", action="grant",
            source=f"keyword {self.text.strip()[:40]}", text=self.text[:200], at=self.now, proven=True,
            evidence={"message": self.reply.key},
        )  # fmt: skip
        give_consent(self.project, self.connection, [granted], self.now)

    def _keyword(self, contact: int) -> bool:
        """Start journeys that this word, or any message, starts; whether there was one."""
        said = fold(self.text)
        properties = {"text": self.text, "channel": self.account.channel}
        started = False
        for row in journeys.live(self.connection):
            entries = self.project.version(self.connection, row.version_id).journey.settings.entry
            here = [entry for entry in entries if entry.channel in (None, self.account.channel)]
            by_word = [entry for entry in here if said and said in {fold(word) for word in entry.keyword}]
            ways = by_word or [entry for entry in here if entry.inbound]
            if ways:
                enter(self.project, self.connection, row, contact, properties, self.now, ways)
                started = started or bool(by_word)
        return started
