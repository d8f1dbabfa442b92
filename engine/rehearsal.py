"""A rehearsal: one contact on the real walk, with a chat, a movable clock and pretend coupons; nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.rehearsal_chat import Chat, Line, Pending, buttons_of
from journeys.caps import Caps
from journeys.facts import Past, Person
from journeys.graph import Journey
from journeys.script import Act, Answer, Script
from journeys.trace import Traced, traced
from journeys.walk import Passed, Trip, Walk, walk
from nodes.matching import is_opt_in, is_opt_out
from nodes.visit import (
    Begin,
    Call,
    Called,
    Changed,
    Closed,
    Decision,
    Drawn,
    Hand,
    Happened,
    Heard,
    Reply,
    Say,
    Visit,
)
from nodes.webhook import Webhook, kept

#: So often the clock may stop in one rehearsal.
MOST_WAKES = 2_000
ALWAYS = datetime.max.replace(tzinfo=UTC)
#: As far as the clock goes.
LATEST = ALWAYS - timedelta(days=366)


class Rehearsal:
    """The stage: `play` goes through a script and leaves all that happened in its attributes.

    `caps`: those of the project; the journey's own are its own.
    """

    def __init__(self, journey: Journey, script: Script, caps: Sequence[Caps] = ()) -> None:
        part = script.contact
        self.journey, self.script, self.now = journey, script, script.at.astimezone(UTC)
        self.chat = Chat(journey, part, self.now, caps)
        self.person = Person(
            external_id=part.external_id, attributes=part.attributes, tags=list(part.tags), zone=part.timezone,
            consents=self.chat.granted,
        )  # fmt: skip
        self.walked = Walk(
            trip=Trip(
                node=journey.start, seq=0, arrived_at=self.now, entered_at=self.now, arriving=True, event=script.event
            )
        )
        self.ends_at = (journey.settings.ends_at or ALWAYS).astimezone(UTC)
        self.converted = False
        self.path: list[Passed] = []
        self.trace: list[Traced] = []
        self.codes = {pool: list(codes) for pool, codes in script.coupons.items()}
        self.drawn = self.wakes = 0

    def play(self) -> Rehearsal:
        """Enter, and do every act in turn."""
        if self.ends_at <= self.now:
            self._end()
        self._walk([])
        for act in self.script.acts:
            self._act(act)
        return self

    @property
    def trip(self) -> Trip:
        return self.walked.trip

    def _act(self, act: Act) -> None:
        if act.say is not None:
            self._say(act.say)
        elif act.press is not None:
            self._press(act.press)
        elif act.media is not None:
            self.chat.said(self.now, media=act.media)
            self._answer(Reply(at=self.now, media=act.media, options=self.chat.options(), visit=self.trip.seq))
        elif act.wait is not None:
            self._wait(act.wait)
        elif act.event is not None:
            self._happen(act.event, act.properties or {})
        elif act.channel is not None:
            self.chat.use(act.channel)
        elif act.answer is not None:
            self._called(act.answer)
        elif act.agent is not None or act.close:
            self._agent(act.agent)
        else:
            self._change(act)

    # What the contact does -----------------------------------------------------------------------
    def _say(self, text: str) -> None:
        self.chat.said(self.now, text)
        if is_opt_out(text) or is_opt_in(text):
            self.chat.consent(granted=is_opt_in(text))
            self.chat.note(self.now, "opted_in" if is_opt_in(text) else "opted_out")
            self._recheck()
            self._walk([Changed(at=self.now)])
        else:
            self._answer(Reply(at=self.now, text=text, options=self.chat.options(), visit=self.trip.seq))

    def _press(self, button: str) -> None:
        found = self.chat.button(button)
        if found is None:
            self.chat.note(self.now, "stale_button", button)
            return
        line, name, title = found
        self.chat.said(self.now, title)
        if self._asks(line):
            self._answer(Reply(at=self.now, button=name, options=buttons_of(line), visit=self.trip.seq))
        else:
            self.chat.note(self.now, "stale_button", title)
            self._recheck()

    def _asks(self, line: Line) -> bool:
        """Whether the question of this message is still open: nothing has heard an answer since."""
        since = [each.node for each in self.path if each.seq >= line.seq]
        return not any(self.journey.nodes[name].hears_replies for name in since)

    def _answer(self, reply: Reply) -> None:
        if self.walked.over or self.walked.waiting_for != "reply":
            self.chat.note(self.now, "inbox")
        else:
            self._walk([reply])
        self._recheck()

    def _happen(self, name: str, properties: dict[str, Any]) -> None:
        self.person.events = [*self.person.events, Past(name, properties, self.now)]
        self.chat.note(self.now, "event", name)
        self._walk([Happened(at=self.now, name=name, properties=properties)])

    def _change(self, act: Act) -> None:
        person = self.person
        person.zone = act.timezone or person.zone
        merged = {**person.attributes, **(act.set or {})}
        person.attributes = {name: value for name, value in merged.items() if value is not None}
        kept = [tag for tag in person.tags if tag not in (act.remove_tags or ())]
        person.tags = list(dict.fromkeys([*kept, *(act.add_tags or ())]))
        self._walk([Changed(at=self.now)])

    # What others do ------------------------------------------------------------------------------
    def _called(self, answer: Answer) -> None:
        """The system that a web request waits for answers."""
        node = self.journey.nodes[self.trip.node]
        if self.walked.over or self.walked.waiting_for != "webhook" or not isinstance(node, Webhook):
            self.chat.note(self.now, "nobody_waits")
            return
        self.chat.note(self.now, "answered", str(answer.status or ""), self.trip.node)
        values = kept(answer.body, node.save) if answer.ok else {}
        self._walk([Called(at=self.now, ok=answer.ok, values=values, visit=self.trip.seq)])

    def _agent(self, text: str | None) -> None:
        """The person to whom the conversation was handed over writes, or closes it."""
        if self.walked.over or self.walked.waiting_for != "handoff":
            self.chat.note(self.now, "nobody_waits")
        elif text is not None:
            self.chat.agent(self.now, text)
        else:
            self.chat.note(self.now, "closed", node=self.trip.node)
            self._walk([Closed(at=self.now, visit=self.trip.seq)])

    # Time ----------------------------------------------------------------------------------------
    def _wait(self, how: timedelta | str) -> None:
        """Let time pass, waking whatever is due on the way; `next`: up to the first of it."""
        goal = LATEST if isinstance(how, str) or how > LATEST - self.now else self.now + how
        while (due := self._next()) is not None and due <= goal:
            if self.wakes == MOST_WAKES:
                self.chat.note(self.now, "too_many_wakes")
                return
            self.wakes += 1
            self.now = max(self.now, due)
            if self.ends_at <= self.now and not self.walked.over:
                # Before all else that is due: nobody moves any more.
                self._end()
            elif self.walked.waiting_for == "webhook":
                # Who lets the time pass has chosen that nobody answers.
                self._called(Answer(status=None))
            else:
                self._wake()
            if isinstance(how, str):
                return
        self.now = self.now if isinstance(how, str) else goal

    def _next(self) -> datetime | None:
        """When something happens by itself; a trip that waits for a held message's answer only waits."""
        dues = [each.until for each in self.chat.held]
        if self.walked.due_at is not None and not (dues and self.walked.waiting_for == "answer"):
            dues.append(self.walked.due_at)
        if not self.walked.over and self.ends_at < LATEST:
            dues.append(self.ends_at)
        return min(dues, default=None)

    def _end(self) -> None:
        """The journey is over: whoever is inside leaves, and what is held is not sent."""
        self.walked = replace(self.walked, status="exited", reason="journey_over", due_at=None, waiting_for="")
        self.chat.held = []
        self.chat.note(self.now, "journey_over")

    def _wake(self) -> None:
        if any(each.until <= self.now for each in self.chat.held):
            self._recheck()
        else:
            self._walk([])

    def _recheck(self) -> None:
        """Look again at what is held."""
        waiting, self.chat.held = self.chat.held, []
        heard = [each for message in waiting for each in self.chat.send(message, self.person, self.trip, self.now)]
        if heard:
            self._walk(heard)

    # The walk ------------------------------------------------------------------------------------
    def _walk(self, heard: Sequence[Heard]) -> None:
        """Walk until nothing more is to be heard: what messengers answer, coupons that are drawn."""
        queue: list[Heard] | None = list(heard)
        while queue is not None and not self.walked.over:
            done = walk(self.journey, self.trip, self.person, self.now, ALWAYS, queue, self._watch)
            queue = self._take(done) or None

    def _watch(self, trip: Trip, visit: Visit, decision: Decision) -> None:
        self.trace.append(traced(self.journey.nodes[trip.node], trip.node, trip.seq, visit, decision))

    def _take(self, done: Walk) -> list[Heard]:
        self.walked = replace(done, effects=[], trail=[])
        self.converted |= done.converted
        self.path += done.trail
        heard: list[Heard] = []
        for seq, node, effect in done.effects:
            if isinstance(effect, Say):
                says = self.journey.nodes[node].says(effect.part)
                assert says is not None
                message = Pending(until=self.now, planned=self.now, says=says, part=effect.part, seq=seq, node=node)
                heard += self.chat.send(message, self.person, done.trip, self.now)
            elif isinstance(effect, Call | Hand | Begin):
                self.chat.note(self.now, *_noted(effect), node)
        if done.draws is not None:
            heard.append(Drawn(at=self.now, code=self._draw(done.draws)))
        return heard

    def _draw(self, pool: str) -> str | None:
        self.drawn += 1
        codes = self.codes.get(pool)
        code = f"{pool.upper()[:20]}-{self.drawn:03}" if codes is None else codes.pop(0) if codes else None
        self.chat.note(self.now, "coupon", code or "", self.trip.node)
        return code


def _noted(effect: Call | Hand | Begin) -> tuple[str, str]:
    """What would be done outside of the journey, as a note: which, and to whom."""
    match effect:
        case Call():
            return "call", f"{effect.method} {effect.url}"
        case Hand():
            return "handed_over", effect.queue
        case Begin():
            return "begins", effect.journey
