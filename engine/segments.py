"""Segments kept current: whoever changed is looked at at once, everybody when a rule is new or reads the clock."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row

from engine.enroll import Candidate, enroll_many
from engine.people import wake_for_change
from engine.project import Project
from journeys.compared import compared
from journeys.facts import zone_name
from journeys.rules import RuleProblem, Wanted, check_rule, is_empty, wanted
from store import contacts, journeys, order, segments
from store.database import dumps
from store.sql import parsed
from store.tables.columns import micros

#: Contacts that are looked at in one transaction: after a change for all segments, in a round for one.
CHANGED, ROUND = 1_000, 5_000
#: How often everybody is looked at for a rule that holds or not by the clock or by what became of messages.
EVERY = timedelta(hours=1)


def refresh(project: Project, connection: Connection) -> int:
    """One piece of work in the caller's transaction; how many contacts were looked at."""
    if not segments.everything(connection):
        return 0
    # Who makes a segment waits until this is done: the round finds everybody as it was left here.
    segments.hold_still(connection)
    known = _in_order(segments.everything(connection))
    if _restarts(project, connection):
        # Whoever comes in ends an earlier trip: trips before contacts, as everywhere.
        order.hold_trips(connection, segments.next_uncompared(connection, CHANGED))
    changed = segments.uncompared(connection, CHANGED)
    if changed:
        _compare(connection, changed, known)
        ids = [row.id for row in changed]
        for segment in known:
            _settle(project, connection, segment, ids)
        return len(ids)
    return _round(project, connection, known)


def _restarts(project: Project, connection: Connection) -> bool:
    """Whether coming into a segment, or leaving it, may end a trip that is under way."""
    for journey in journeys.live(connection):
        settings = project.version(connection, journey.version_id).journey.settings
        if settings.reentry.mode == "restart" and any(entry.by_segment for entry in settings.entry):
            return True
    return False


def watched_events(connection: Connection) -> frozenset[str]:
    """Names of the events that any segment counts."""
    found = (reads(segment.rule) for segment in segments.everything(connection))
    return frozenset(clause.name for want in found for clause in want.events)


def reads(rule: Any) -> Wanted:
    """What a stored rule reads besides attributes and tags."""
    return _reads(dumps(parsed(rule)))


@lru_cache(maxsize=1024)
def _reads(rule: str) -> Wanted:
    return wanted(parsed(rule))


def _round(project: Project, connection: Connection, known: Sequence[Row[Any]]) -> int:
    """The next page of a segment whose round is due."""
    now = project.now(connection)
    segment = segments.due(connection, micros(now))
    if segment is None:
        return 0
    ids = segments.page(connection, segment.cursor, ROUND)
    passed_over = segments.passed_over(connection, ids) if _compares(known) else ()
    if passed_over:
        # On their own: whoever comes in may end a trip, and trips come before contacts.
        _compare(connection, passed_over, known)
        return len(passed_over)
    _compare_events(connection, ids, [segment])
    changed = _settle(project, connection, segment, ids)
    for other in known[[each.id for each in known].index(segment.id) + 1 :] if changed else ():
        if reads(other.rule).segments:
            changed |= _settle(project, connection, other, changed)
    if len(ids) == ROUND:
        segments.advance(connection, segment.id, ids[-1], segment.due_at, segment.refreshed_at)
    else:
        again = micros(now + EVERY) if asks_the_clock(parsed(segment.rule)) else None
        segments.advance(connection, segment.id, 0, again, micros(now))
    return max(1, len(ids))


def _settle(project: Project, connection: Connection, segment: Row[Any], ids: Collection[int]) -> set[int]:
    """Whose membership of a segment has changed; journeys that begin by it take them in, rules that ask are asked."""
    if not ids:
        return set()
    now = project.now(connection)
    entered, left = segments.settle(connection, segment, ids, now, micros(now))
    for on, people in (("entered", entered), ("left", left)):
        if people:
            _enter(project, connection, segment.public_id, on, people, micros(now))
    moved = {*entered, *left}
    wake_for_change(project, connection, sorted(moved), micros(now))
    return moved


def _enter(project: Project, connection: Connection, segment: str, on: str, people: Sequence[int], now: int) -> None:
    names: Mapping[int, str] | None = None
    for journey in journeys.live(connection):
        entries = project.version(connection, journey.version_id).journey.settings.entry
        if any(entry.by_segment and entry.segment == segment and entry.on == on for entry in entries):
            names = contacts.names_of(connection, people) if names is None else names
            candidates = [Candidate(contact_id=each, external_id=names[each]) for each in people]
            enroll_many(project, connection, journey, candidates, now)


def _compare(connection: Connection, changed: Sequence[Row[Any]], known: Sequence[Row[Any]]) -> None:
    """Work out what rules in SQL read of these contacts, and of the events that rules look into, if any rule does."""
    if not _compares(known):
        segments.pass_over(connection, [row.id for row in changed])
        return
    people = []
    for row in changed:
        attributes = parsed(row.attributes)
        people.append((compared(attributes, zone_name(row.timezone, attributes, None)), row.id))
    segments.keep_compared(connection, people)
    _compare_events(connection, [row.id for row in changed], known)


def _compares(known: Sequence[Row[Any]]) -> bool:
    return any(reads(each.rule).compares for each in known)


def _compare_events(connection: Connection, ids: Sequence[int], known: Sequence[Row[Any]]) -> None:
    looked_into = {clause.name for each in known for clause in reads(each.rule).events if clause.where}
    if looked_into and ids:
        found = segments.uncompared_events(connection, ids, looked_into)
        segments.keep_compared_events(
            connection, [(compared(parsed(row.properties), row.zone), row.id) for row in found]
        )


def _in_order(known: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Segments after those that they ask about."""
    placed: dict[str, Row[Any]] = {}

    def place(segment: Row[Any], by_id: Mapping[str, Row[Any]]) -> None:
        if segment.public_id not in placed:
            for name in sorted(reads(segment.rule).segments & set(by_id)):
                place(by_id[name], by_id)
            placed[segment.public_id] = segment

    everything = {each.public_id: each for each in known}
    for each in known:
        place(each, everything)
    return list(placed.values())


def problem_of(connection: Connection, rule: Any, own_id: str) -> RuleProblem | None:
    """The first thing that is wrong with the rule of a segment; None for a good one."""
    problems = check_rule(rule)
    if problems:
        return problems[0]
    if is_empty(rule):
        return RuleProblem("", "This rule is empty and would hold for nobody. Say for whom it holds.")
    for clause in _parts(rule):
        if str(clause.get("attribute", "")).strip().partition(".")[0] in ("event", "answers"):
            return RuleProblem(
                "", "A segment knows no entry event and no answers; ask for an attribute of the contact."
            )
        if clause.get("match"):
            return RuleProblem("", "A segment knows no entry event: leave out match.")
        if "node" in clause.get("delivery", {}):
            return RuleProblem("", 'A segment belongs to no journey; name one: {"delivery": {"journey": "..."}}.')
    known = {row.public_id: reads(row.rule).segments for row in segments.everything(connection)}
    for name in sorted(wanted(rule).segments):
        if name not in known:
            return RuleProblem("", f"No segment is called {name}.")
        if own_id and own_id in _reached(known, name):
            return RuleProblem("", f"The segment {name} asks about this one: they would wait for each other.")
    return None


@dataclass(frozen=True, slots=True)
class User:
    """Who asks about a segment: `kind` is `journey` or `segment`, `how` whether it is an `entry` or a `rule`."""

    kind: str
    id: str
    how: str


def users(project: Project, connection: Connection) -> dict[str, list[User]]:
    """By segment: the journeys that are live or paused and the segments that ask about it."""
    found: dict[str, list[User]] = {}
    for row in journeys.live(connection):
        journey = project.version(connection, row.version_id).journey
        entries = {entry.segment for entry in journey.settings.entry if entry.segment}
        for name in sorted({*journey.segments, *entries}):
            found.setdefault(name, []).append(User("journey", row.public_id, "entry" if name in entries else "rule"))
    for other in segments.everything(connection):
        for name in sorted(reads(other.rule).segments):
            found.setdefault(name, []).append(User("segment", other.public_id, "rule"))
    return found


def _reached(known: Mapping[str, Collection[str]], start: str) -> set[str]:
    found, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += known.get(name, ())
    return found


def asks_the_clock(rule: Any) -> bool:
    """Whether a rule may come to hold or not though nothing is reported of the contact."""
    return any(_by_itself(clause) for clause in _parts(rule))


def _by_itself(clause: Mapping[str, Any]) -> bool:
    if "attribute" in clause:
        value = clause.get("value")
        dated = clause["is"] in ("before", "after") and (value == "now" or isinstance(value, Mapping))
        return dated or clause["is"] == "within"
    return "delivery" in clause or bool(clause.get("within"))


def _parts(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "not" in rule:
        yield from _parts(rule["not"])
    elif "all" in rule or "any" in rule:
        for each in rule.get("all", rule.get("any", ())):
            yield from _parts(each)
    else:
        yield rule
        if rule.get("where"):
            yield from _parts(rule["where"])
