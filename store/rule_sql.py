"""Rules as SQL conditions over contacts, equal to the Python ones (`journeys.rules`); read what `compared` keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from journeys.compared import in_list, micros_of, path_key
from journeys.comparing import as_moment, as_number, fold_text
from journeys.rules import REACHED, Rule, check_rule
from nodes.times import UnknownZone, parse_duration, zone
from store.database import dumps

_SIGNS = {"less": "<", "at_most": "<=", "more": ">", "at_least": ">="}


def condition(rule: Rule, dialect: str, now: datetime, prefix: str = "r") -> tuple[str, dict[str, Any]]:
    """A checked rule as a condition over `contact c`, and its values; their names begin with `prefix`.

    What the rule compares must have been worked out before: `c.compared`, and `e.compared` of the events it looks into.
    """
    assert not check_rule(rule), "only a checked rule becomes SQL"
    writer = _Writer(dialect, now, prefix)
    return writer.part(rule, "c") or "1 = 0", writer.values


class _Writer:
    """One rule on its way to SQL; every part is true or false, never null."""

    def __init__(self, dialect: str, now: datetime, prefix: str) -> None:
        self.sqlite, self.now, self.prefix = dialect == "sqlite", now, prefix
        self.values: dict[str, Any] = {}

    def part(self, rule: Rule, source: str) -> str | None:
        """None for an empty rule, as in `journeys.rules`."""
        if "all" in rule:
            whole = [self.part(each, source) for each in rule["all"]]
            return f"({' AND '.join(map(str, whole))})" if whole and None not in whole else None
        if "any" in rule:
            some = [each for each in (self.part(one, source) for one in rule["any"]) if each is not None]
            return f"({' OR '.join(some)})" if some else None
        if "not" in rule:
            inner = self.part(rule["not"], source)
            return None if inner is None else f"(NOT {inner})"
        return f"(({self._clause(rule, source)}) IS TRUE)" if rule else None

    def bind(self, value: Any, kind: str = "text") -> str:
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return f":{name}" if self.sqlite else f"CAST(:{name} AS {kind})"

    def _clause(self, rule: Rule, source: str) -> str:
        if "attribute" in rule:
            return self._attribute(rule, source)
        if "tag" in rule:
            return self._holds("c.tags", rule["tag"])
        if "segment" in rule:
            return (
                "EXISTS (SELECT 1 FROM segment_member m JOIN segment s ON s.id = m.segment_id"
                f" WHERE m.contact_id = c.id AND s.public_id = {self.bind(rule['segment'])})"
            )
        if "consent" in rule:
            channel, purpose = self.bind(rule["consent"]), self.bind(rule.get("purpose", "marketing"))
            return (
                "EXISTS (SELECT 1 FROM consent k WHERE k.contact_id = c.id"
                f" AND k.channel = {channel} AND k.purpose = {purpose}"
                " AND k.granted AND (k.proven OR k.purpose <> 'marketing'))"
            )
        return self._event(rule) if "event" in rule else self._delivery(rule)

    def _event(self, rule: Rule) -> str:
        if rule.get("match"):
            return "1 = 0"  # There is no entry event outside of a journey.
        parts = [f"e.contact_id = c.id AND e.name = {self.bind(rule['event'])}"]
        if rule.get("within"):
            since = micros_of(self.now - parse_duration(rule["within"]))
            parts.append(f"e.received_at >= {self.bind(since, 'bigint')}")
        if rule.get("where"):
            parts.append(self.part(rule["where"], "e") or "1 = 0")
        inner = f"FROM event e WHERE {' AND '.join(parts)}"
        times = rule.get("at_least", 1)
        return f"EXISTS (SELECT 1 {inner})" if times == 1 else f"(SELECT count(*) {inner}) >= {int(times)}"

    def _delivery(self, rule: Rule) -> str:
        journey, was = rule["delivery"].get("journey"), rule["was"]
        if journey is None:
            return "1 = 0"  # «This step» means nothing outside of a journey.
        became = "d.replied_at IS NOT NULL"
        if was not in ("replied", "clicked"):
            became = f"d.state IN ({', '.join(repr(state) for state in sorted(REACHED[was]))})"
        return (
            "EXISTS (SELECT 1 FROM delivery d JOIN journey j ON j.id = d.journey_id WHERE d.contact_id = c.id"
            f" AND j.public_id = {self.bind(journey)} AND {became})"
        )

    def _attribute(self, rule: Rule, source: str) -> str:
        root, _, rest = rule["attribute"].strip().partition(".")
        if root in ("event", "answers") and rest:
            return "NOT (1 = 0)" if _asks_for_missing(rule) else "1 = 0"
        look = _Look(self, source, path_key(rest if root == "contact" and rest else rule["attribute"].strip()))
        return look.test(rule["is"], rule.get("value", True))

    def _holds(self, array: str, value: str) -> str:
        if self.sqlite:
            return f"EXISTS (SELECT 1 FROM json_each({array}) WHERE value = {self.bind(value)})"
        return f"jsonb_exists({array}, {self.bind(value)})"


class _Look:
    """Comparisons with what one path holds."""

    def __init__(self, writer: _Writer, source: str, key: str) -> None:
        self.writer, self.source, self.key, self.bind = writer, source, key, writer.bind

    def test(self, name: str, value: Any) -> str:
        if name == "exists":
            known = f"coalesce({', '.join(self._raw(kind) for kind in 'tnblx')}) IS NOT NULL"
            return known if value is not False else f"NOT ({known})"
        if name == "equal":
            return self._equal(value)
        if name == "not_equal":
            return f"NOT (({self._equal(value)}) IS TRUE)"
        if name == "in":
            return self._in(value)
        if name == "contains":
            return self._contains(value)
        if name == "starts_with":
            start = fold_text(value)
            return f"substr({self._raw('t')}, 1, {len(start)}) = {self.bind(start)}"
        if name in _SIGNS:
            return f"{self._number('n')} {_SIGNS[name]} {self._value(as_number(value))}"
        return self._dated(name, value)

    def _raw(self, kind: str) -> str:
        return f"({self.source}.compared ->> {self.bind(f'{kind}:{self.key}')})"

    def _number(self, kind: str) -> str:
        return self._raw(kind) if self.writer.sqlite else f"CAST({self._raw(kind)} AS numeric)"

    def _value(self, number: int | float | None) -> str:
        # As text: PostgreSQL's way from a double to a numeric keeps only fifteen digits.
        return self.bind(number if self.writer.sqlite else str(number), "numeric")

    def _equal(self, value: Any) -> str:
        if isinstance(value, bool):
            return f"{self._number('b')} = {int(value)}"
        number = as_number(value)
        if not isinstance(value, str):
            return f"{self._number('n')} = {self._value(number)}"
        text = f"{self._raw('t')} = {self.bind(fold_text(value))}"
        if number is None:
            return text
        return f"{text} OR ({self._raw('t')} IS NULL AND {self._number('n')} = {self._value(number)})"

    def _in(self, values: Any) -> str:
        texts = sorted({fold_text(each) for each in values if isinstance(each, str)})
        written = [each for each in values if type(each) in (int, float)]
        read = [number for each in values if isinstance(each, str) and (number := as_number(each)) is not None]
        flags = sorted({int(each) for each in values if isinstance(each, bool)})
        parts = [f"{self._raw('t')} IN {self._texts(texts)}"] if texts else []
        parts += [f"{self._number('n')} {self._among(written)}"] if written else []
        parts += [f"({self._raw('t')} IS NULL AND {self._number('n')} {self._among(read)})"] if read else []
        parts += [f"{self._number('b')} IN ({', '.join(map(str, flags))})"] if flags else []
        return " OR ".join(f"(({part}) IS TRUE)" for part in parts)

    def _texts(self, texts: list[str]) -> str:
        return f"({', '.join(self.bind(each) for each in texts)})"

    def _among(self, numbers: list[int | float]) -> str:
        return f"IN ({', '.join(self._value(each) for each in numbers)})"

    def _contains(self, value: Any) -> str:
        parts = []
        if isinstance(value, str):
            found = "instr" if self.writer.sqlite else "strpos"
            parts.append(f"{found}({self._raw('t')}, {self.bind(fold_text(value))}) > 0")
        inside = f"({self.source}.compared -> {self.bind(f'l:{self.key}')})"
        parts += [self.writer._holds(inside, name) for name in _sought(value)]
        return " OR ".join(f"(({part}) IS TRUE)" for part in parts)

    def _dated(self, name: str, value: Any) -> str:
        moment = self._raw("d") if self.writer.sqlite else f"CAST({self._raw('d')} AS bigint)"
        now = self.writer.now
        if name == "within":
            coming = isinstance(value, Mapping)
            length = parse_duration(value["next"] if coming else value)
            low, high = (now, now + length) if coming else (now - length, now)
            return f"{moment} BETWEEN {micros_of(low)} AND {micros_of(high)}"
        return f"{moment} {'<' if name == 'before' else '>'} {self._limit(value)}"

    def _limit(self, value: Any) -> str:
        now = self.writer.now
        if value == "now":
            return str(micros_of(now))
        if isinstance(value, Mapping):
            return str(micros_of(now + timedelta(days=value["days"])))
        by_zone = _by_zone(value)
        if len(set(by_zone.values())) == 1:
            return str(next(iter(by_zone.values())))
        zones = self.bind(dumps(by_zone), "jsonb")
        own = f"(c.compared ->> {self.bind('z')})"
        if self.writer.sqlite:
            return f"(SELECT value FROM json_each({zones}) WHERE key = {own})"
        return f"CAST({zones} ->> {own} AS bigint)"


def _sought(value: Any) -> list[str]:
    """Under which names a list may hold a value: a number also as the text that is one, and the other way about."""
    names = in_list(value)
    if isinstance(value, str):
        return [names[0], *(f"n:{name[2:]}" for name in names[1:])]
    return [*names, *(f"m:{name[2:]}" for name in names if name.startswith("n:"))]


def _asks_for_missing(rule: Rule) -> bool:
    return rule["is"] == "not_equal" or (rule["is"] == "exists" and rule.get("value") is False)


@lru_cache(maxsize=256)
def _by_zone(text: str) -> dict[str, int]:
    """The instant of a date in every zone: without an offset it is the contact's own."""
    found = {}
    for name in available_timezones():
        try:
            zone(name)
        except UnknownZone:
            continue
        moment = as_moment(text, name)
        if moment is not None:
            found[name] = micros_of(moment)
    return found
