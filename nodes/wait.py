"""Wait: let time pass, or wait for something to happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from nodes.base import Node, NodeFailed, Patience, Tell, meanings
from nodes.times import (
    LONGEST,
    WEEKDAYS,
    calendar_days,
    local_instant,
    next_in_window,
    next_local_time,
    parse_wall,
    words,
    zone,
)
from nodes.visit import Changed, Decision, Happened, Leave, Stay, Visit, same_key

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Wall = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
#: What counts as late when the policy is `next_window`: longer than a busy engine needs.
GRACE = timedelta(minutes=5)


class Window(BaseModel):
    """A part of the day in the contact's zone; the end is exclusive and may lie past midnight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Wall = Field(title="From")
    end: Wall = Field(title="To")
    weekdays: tuple[Weekday, ...] = Field((), title="Weekdays", description="None chosen: any day.")


class SkipIfLater(BaseModel):
    """Leave by `late` instead of `done` when the wake-up comes later than this."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skip_if_later_than: timedelta = Field(title="Skip if later than", gt=timedelta(0), le=LONGEST)


#: What a wait can mean, for the editor: name, title, the settings of the meaning and what it begins with.
MEANINGS = (
    ("for", "Some time", "for", {"for": "P1D"}),
    ("days", "Some days, until a time of day", "for local_time", {"for": "P1D", "local_time": "10:00"}),
    ("local_time", "A time of day", "local_time weekdays", {"local_time": "10:00"}),
    ("window", "A part of the day", "window", {"window": {"start": "10:00", "end": "20:00"}}),
    ("until", "A date", "until", {"until": None}),
    ("until_attribute", "A date of the contact", "until_attribute offset missing", {"until_attribute": "birthday"}),
    ("event", "An event", "event where match patience look_back", {"event": "order_completed", "patience": "P1D"}),
    ("rule", "A rule to hold", "rule patience", {"rule": {"attribute": "city", "is": "exists"}, "patience": "P1D"}),
)


class Wait(Node, kind="wait", icon="⏳"):
    """Holds the contact until a time comes or something happens.

    Choose one: a duration; an instant; a date of the contact with an offset; a time of day (with a duration of days it
    means that many calendar days ahead); a window of the day; an event or a rule with a patience.
    Times of day are the contact's own. An event wait hears what comes after it began, unless it looks back.
    """

    model_config = ConfigDict(json_schema_extra={"meanings": meanings(MEANINGS)})
    begins: ClassVar[Mapping[str, Any]] = {"for": "P1D"}

    for_: timedelta | None = Field(None, alias="for", title="For", gt=timedelta(0), le=LONGEST)
    until: AwareDatetime | None = Field(None, title="Until")
    until_attribute: str | None = Field(None, title="Until the date in", json_schema_extra={"widget": "attribute"})
    offset: timedelta = Field(
        timedelta(0), title="Offset", ge=-LONGEST, le=LONGEST, description="Negative: before the date."
    )
    local_time: Wall | None = Field(None, title="At the time of day")
    weekdays: tuple[Weekday, ...] = Field((), title="On weekdays")
    window: Window | None = Field(None, title="In the window")
    event: str | None = Field(None, title="Event", min_length=1, max_length=120, json_schema_extra={"widget": "event"})
    where: dict[str, Any] | None = Field(None, title="Where", json_schema_extra={"widget": "rule"})
    match: str | None = Field(
        None, title="Same value as in the entry event", max_length=120, description="A property, as order_id."
    )
    rule: dict[str, Any] | None = Field(None, title="Rule", json_schema_extra={"widget": "rule"})
    patience: Patience | None = Field(None, title="But no longer than", json_schema_extra={"widget": "patience"})
    look_back: Literal["since_entry"] | None = Field(None, title="Look back")
    missing: Literal["fail", "branch"] = Field("fail", title="If the date is missing")
    late: Literal["run", "next_window"] | SkipIfLater = Field("run", title="If it is late")

    @model_validator(mode="after")
    def _one_of(self) -> Wait:
        ways = {
            "for": self.for_,
            "until": self.until,
            "until_attribute": self.until_attribute,
            "local_time": self.local_time,
            "window": self.window,
            "event": self.event,
            "rule": self.rule,
        }
        chosen = [name for name, value in ways.items() if value is not None]
        if len(chosen) != 1 and chosen != ["for", "local_time"]:
            raise ValueError(f"choose one of {', '.join(ways)} (or for with local_time)")
        if (self.event or self.rule is not None) and self.patience is None:
            raise ValueError('an event or rule needs a patience, or "forever"')
        if self.for_ and self.local_time and self.for_ % timedelta(days=1):
            raise ValueError("with a time of day the duration is whole days")
        return self

    @model_validator(mode="after")
    def _nothing_idle(self) -> Wait:
        """A setting that would change nothing is a misunderstanding: it is told, not ignored."""
        listening = self._listening()
        idle = {
            "weekdays": bool(self.weekdays) and (self.local_time is None or self.for_ is not None),
            "offset": bool(self.offset) and self.until_attribute is None,
            "where": self.where is not None and self.event is None,
            "match": self.match is not None and self.event is None,
            "look_back": self.look_back is not None and self.event is None,
            "patience": self.patience is not None and not listening,
            "missing": self.missing != "fail" and self.until_attribute is None,
            "late": self.late != "run" and listening,
        }
        if unused := [name for name, wrong in idle.items() if wrong]:
            raise ValueError(f"{', '.join(unused)} would change nothing in this kind of wait; remove it")
        return self

    def exits(self) -> tuple[str, ...]:
        if self._listening():
            return ("happened", "timeout")
        more = ("missing",) if self.until_attribute and self.missing == "branch" else ()
        return ("done", *more, "late") if isinstance(self.late, SkipIfLater) else ("done", *more)

    def sentence(self) -> str:
        if self.event or self.rule is not None:
            patience = "" if self.patience in (None, "forever") else f", at most {words(self.patience)}"  # type: ignore[arg-type]
            return f"Wait for {self.event or 'a rule to hold'}{patience}"
        if self.for_:
            return f"Wait {words(self.for_)}" + (f", then {self.local_time}" if self.local_time else "")
        if self.until:
            return f"Wait until {self.until:%d.%m.%Y %H:%M}"
        if self.until_attribute:
            return f"Wait until {self.until_attribute}" + (f" {_signed(self.offset)}" if self.offset else "")
        if self.window:
            return f"Wait for {self.window.start}–{self.window.end}"
        days = f" on {', '.join(self.weekdays)}" if self.weekdays else ""
        return f"Wait until {self.local_time}{days}"

    def rules(self) -> Iterable[tuple[str, Mapping[str, Any], bool]]:
        if self.where is not None:
            yield "where", self.where, True
        if self.rule is not None:
            yield "rule", self.rule, False

    def listens(self) -> Iterable[str]:
        return (self.event,) if self.event else ()

    def looks_back(self) -> Iterable[str]:
        return (self.event,) if self.event and self.look_back else ()

    def needs(self) -> Iterable[tuple[str, str]]:
        path = self.until_attribute
        if path and self.missing == "fail":
            yield "until_attribute", path if path.startswith(("event.", "contact.")) else f"contact.{path}"

    def lasts(self, exit: str) -> tuple[timedelta, timedelta]:
        none, day = timedelta(0), timedelta(days=1)
        if self._listening():
            most = self.patience if isinstance(self.patience, timedelta) else LONGEST
            return (most if exit == "timeout" else none), most
        if self.for_:
            return (max(none, self.for_ - day), self.for_ + day) if self.local_time else (self.for_, self.for_)
        if self.local_time or self.window:
            days = self.weekdays or (self.window.weekdays if self.window else ())
            return none, 7 * day if days else day
        return none, none if exit == "missing" else LONGEST

    def breaks_cycle(self) -> bool:
        return bool(self._listening() or self.local_time or (self.for_ and self.for_ >= timedelta(minutes=1)))

    def explain(self, visit: Visit, decision: Decision, tell: Tell) -> str:
        if isinstance(decision, Stay):
            return f"Not yet: {tell(self.rule)}" if self.rule is not None else ""
        way = decision.exit if isinstance(decision, Leave) else ""
        if way == "happened":
            return f"It holds: {tell(self.rule)}" if self.rule is not None else f"The event {self.event} came."
        told = {"timeout": "The time is up.", "missing": "The date is missing.", "late": "It is too late for it."}
        return told.get(way, "It was past already." if visit.arriving else "The time has come.")

    def decide(self, visit: Visit) -> Leave | Stay:
        if self._listening():
            return self._listen(visit)
        due = self._due(visit)
        if due is None:
            return Leave("missing")
        if visit.now < due:
            return Stay(due, "date" if self.until_attribute else "time")
        lateness = timedelta(0) if visit.arriving else visit.now - due
        if isinstance(self.late, SkipIfLater) and lateness > self.late.skip_if_later_than:
            return Leave("late")
        if self.late == "next_window" and lateness > GRACE and (again := self._again(visit)) > visit.now:
            return Stay(again, "time", memory={"due": again.isoformat()})
        return Leave("done")

    def _listening(self) -> bool:
        return self.event is not None or self.rule is not None

    def _listen(self, visit: Visit) -> Leave | Stay:
        deadline = None if isinstance(self.patience, str) or self.patience is None else visit.arrived_at + self.patience
        heard = visit.heard
        if self.event and isinstance(heard, Happened):
            in_time = heard.at >= visit.arrived_at and (deadline is None or heard.at <= deadline)
            if in_time and heard.name == self.event and self._fits(visit, heard.properties):
                return Leave("happened")
        if self.event and self.look_back and visit.arriving and visit.happened(self.event, self.where, self.match):
            return Leave("happened")
        if (
            self.rule is not None
            and (visit.arriving or isinstance(heard, (Changed, Happened)))
            and visit.holds(self.rule)
        ):
            return Leave("happened")
        if deadline is not None and visit.now >= deadline and visit.horizon > deadline:
            return Leave("timeout")
        return Stay(deadline, f"event:{self.event}" if self.event else "rule")

    def _fits(self, visit: Visit, properties: Mapping[str, Any]) -> bool:
        if self.match and not same_key(properties.get(self.match), visit.event.get(self.match)):
            return False
        return self.where is None or visit.holds_over(self.where, properties)

    def _due(self, visit: Visit) -> datetime | None:
        """The instant at which this wait is over; None when the contact's date is missing and that is an exit."""
        if "due" in visit.memory:
            return datetime.fromisoformat(visit.memory["due"])
        if self.for_ and self.local_time:
            return calendar_days(visit.arrived_at, self.for_.days, zone(visit.zone), parse_wall(self.local_time))
        if self.for_:
            return visit.arrived_at + self.for_
        if self.until:
            return self.until.astimezone(UTC)
        if self.until_attribute:
            return self._attribute_date(visit)
        if self.local_time:
            # Strictly later: who has just waited for 09:00 and comes round again waits for tomorrow's.
            return self._next_time(visit.arrived_at + timedelta(microseconds=1), visit, self.local_time)
        return self._in_window(visit.arrived_at, visit)

    def _next_time(self, moment: datetime, visit: Visit, local_time: str) -> datetime:
        days = frozenset(WEEKDAYS.index(day) for day in self.weekdays) or None
        return next_local_time(moment, zone(visit.zone), parse_wall(local_time), days)

    def _in_window(self, moment: datetime, visit: Visit) -> datetime:
        if self.window is None:
            return moment
        days = frozenset(WEEKDAYS.index(day) for day in self.window.weekdays) or None
        return next_in_window(
            moment, zone(visit.zone), parse_wall(self.window.start), parse_wall(self.window.end), days
        )

    def _again(self, visit: Visit) -> datetime:
        if self.local_time:
            return self._next_time(visit.now, visit, self.local_time)
        return self._in_window(visit.now, visit)

    def _attribute_date(self, visit: Visit) -> datetime | None:
        path = self.until_attribute or ""
        source: Any = visit.event if path.startswith("event.") else visit.attributes
        for part in path.removeprefix("event.").removeprefix("contact.").split("."):
            source = source.get(part) if isinstance(source, Mapping) else None
        moment = read_instant(source, visit.zone)
        if moment is not None:
            return moment + self.offset
        if self.missing == "branch":
            return None
        raise NodeFailed("missing_date")


def read_instant(value: Any, zone_name: str) -> datetime | None:
    """An ISO date or instant as UTC; a bare date or a naive time is the contact's own. None when it is neither."""
    if not isinstance(value, str):
        return None
    try:
        if len(value) == len("2026-01-31"):
            return local_instant(date.fromisoformat(value), parse_wall("00:00"), zone(zone_name))
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone(zone_name))).astimezone(UTC)


def _signed(offset: timedelta) -> str:
    return f"− {words(-offset)}" if offset < timedelta(0) else f"+ {words(offset)}"
