"""A journey document becomes a journey: node-link JSON read with NetworkX, nodes as their types, immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, Literal

import networkx as nx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from journeys.budget import Budget
from journeys.caps import Caps
from journeys.rule_facts import Holds
from journeys.rules import DeliveryClause, Wanted, wanted
from journeys.schedule import check_schedule
from nodes import registry
from nodes.base import Node, Says, meanings
from nodes.times import LONGEST, UnknownZone, parse_wall, zone
from nodes.wait import Wall


class Reentry(BaseModel):
    """Whether a contact may take the journey again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["never", "after_exit", "restart", "parallel"] = Field("after_exit", title="A contact may come again")
    cooldown: timedelta | None = Field(None, title="But not sooner than", gt=timedelta(0), le=LONGEST)
    key: str | None = Field(None, title="One trip per value of", description="A property of the entry event.")

    @model_validator(mode="after")
    def _parallel_needs_key(self) -> Reentry:
        if self.mode == "parallel" and not self.key:
            raise ValueError("parallel trips need a key: the property of the entry event that tells them apart")
        return self


class Goal(BaseModel):
    """What the journey is for; reached anywhere, it ends the trip at once as converted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str = Field(title="Event", min_length=1, max_length=120)
    where: dict[str, Any] | None = Field(None, title="Where", json_schema_extra={"widget": "rule"})
    match: str | None = Field(None, title="Same value as in the entry event", description="A property, as order_id.")


#: The ways into a journey, for the editor: name, title, settings, what it begins with.
ENTRIES = (
    ("event", "An event happens", "event where segment", {"event": "order_created"}),
    ("keyword", "Somebody writes a key word", "keyword channel segment", {"keyword": ["start"]}),
    ("link", "Somebody opens a link", "link segment", {"link": True}),
    ("inbound", "Somebody writes anything", "inbound segment", {"inbound": True}),
    ("segment", "Somebody enters or leaves a segment", "segment on", {"segment": "", "on": "entered"}),
    ("schedule", "On a schedule", "schedule segment", {"schedule": "FREQ=DAILY;BYHOUR=10;BYMINUTE=0", "segment": ""}),
    ("api", "Only by API or by hand", "api", {"api": True}),
)


class Entry(BaseModel):
    """One way into a journey; a segment beside another way is the audience that may take it."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"meanings": meanings(ENTRIES)})

    api: bool = False
    event: str | None = Field(None, title="Event", min_length=1, max_length=120, json_schema_extra={"widget": "event"})
    where: dict[str, Any] | None = Field(None, title="Only if", json_schema_extra={"widget": "rule"})
    segment: str | None = Field(
        None,
        title="Segment",
        max_length=60,
        description="Beside another way in: only people of this segment may take it.",
        json_schema_extra={"widget": "segment"},
    )
    on: Literal["entered", "left"] = Field("entered", title="When they")
    schedule: str | None = Field(None, title="When (RRULE or an instant)", max_length=400)
    keyword: tuple[str, ...] = Field((), title="Key words")
    channel: str | None = Field(None, title="In the messenger", json_schema_extra={"widget": "messenger"})
    link: bool = False
    inbound: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Entry:
        ways = sum(map(bool, (self.api, self.event, self.schedule, self.keyword, self.link, self.inbound)))
        if ways > 1 or not (ways or self.segment):
            raise ValueError("an entry is one of api, event, segment, schedule, keyword, link, inbound")
        if self.schedule:
            check_schedule(self.schedule)
        return self

    @property
    def by_segment(self) -> bool:
        """Whether coming into a segment, or leaving it, is the way in."""
        return bool(self.segment) and not (
            self.api or self.event or self.schedule or self.keyword or self.link or self.inbound
        )


class Settings(BaseModel):
    """The journey's own settings: `graph` of the document."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field("", title="Name", max_length=120)
    about: str = Field("", title="What it is for", max_length=2000, json_schema_extra={"widget": "prose"})
    start: str | None = Field(None, title="First step")
    entry: tuple[Entry, ...] = Field((), title="Contacts enter")
    reentry: Reentry = Field(Reentry.model_validate({}), title="Coming again")
    goal: Goal | None = Field(None, title="Goal")
    exit_when: tuple[dict[str, Any], ...] = Field((), title="Leaves when", json_schema_extra={"widget": "rules"})
    timezone: str | None = Field(None, title="Time zone", description="For contacts whose own zone is unknown.")
    earlier_buttons: Literal["hint", "jump"] = Field(
        "hint", title="A button of an earlier question", description="Tell that it is over, or go back to the question."
    )
    hint: str = Field("", title="What is told then", max_length=300)
    quiet_hours: tuple[Wall, Wall] | None = Field(
        None, title="Quiet hours", description="Marketing waits until morning."
    )
    caps: Caps | None = Field(
        None, title="At most", description="Counted over all journeys, tighter than the project's."
    )
    ends_at: AwareDatetime | None = Field(
        None, title="Is over at", description="Nobody enters any more then, and whoever is inside leaves."
    )
    failures: Budget | None = Field(
        None, title="Pauses by itself when so many fail", description="Counted since it was published or resumed."
    )

    @field_validator("entry", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, Mapping) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                zone(name)
            except UnknownZone as unknown:
                raise ValueError(f"no time zone is called {name!r}; write one like Europe/Moscow") from unknown
        return name

    def quiet(self) -> tuple[time, time] | None:
        return None if self.quiet_hours is None else (parse_wall(self.quiet_hours[0]), parse_wall(self.quiet_hours[1]))


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """A journey that can be walked: what a published version is in memory."""

    settings: Settings
    nodes: Mapping[str, Node]
    #: (node, exit) → the next node.
    ways: Mapping[tuple[str, str], str]
    start: str
    titles: Mapping[str, str]
    #: Events that may wake a trip anywhere: waits, the goal, exit rules.
    listens: frozenset[str] = frozenset()
    #: Names of past events that a rule counts or a wait looks back at.
    counts: frozenset[str] = frozenset()
    #: Whether a change of the contact's facts may wake a trip.
    watches_contact: bool = False
    #: What rules ask about deliveries.
    receipts: tuple[DeliveryClause, ...] = ()
    #: Whether any rule asks about consents.
    asks_consents: bool = False
    #: The segments that rules ask about.
    segments: frozenset[str] = frozenset()
    salts: Mapping[str, str] = field(default_factory=dict)
    #: Compiled rules by the identity of the rule, which lives as long as its node.
    compiled: dict[int, tuple[Holds, Wanted]] = field(default_factory=dict)
    _says: dict[tuple[str, str], Says | None] = field(default_factory=dict)

    def says(self, node: str, part: str = "") -> Says | None:
        """What a node says, made once: it is the same for every contact."""
        if (node, part) not in self._says:
            self._says[(node, part)] = self.nodes[node].says(part)
        return self._says[(node, part)]

    @property
    def name(self) -> str:
        return self.settings.name


def as_graph(document: Mapping[str, Any]) -> nx.MultiDiGraph[str]:
    """The document as a NetworkX graph; the caller has checked the outer shape."""
    # What a document says of itself is not asked: a journey is always directed, with several edges between two nodes.
    whole = {**document, "directed": True, "multigraph": True, "graph": document.get("graph") or {}}
    graph = nx.node_link_graph(whole, edges="edges")
    assert isinstance(graph, nx.MultiDiGraph)
    return graph


def find_start(graph: nx.MultiDiGraph[str], named: str | None) -> str | None:
    """The first node: the named one, or the only one with no way in."""
    if named is not None:
        return named if named in graph else None
    roots: Sequence[str] = [node for node, ways_in in graph.in_degree() if ways_in == 0]
    return roots[0] if len(roots) == 1 else None


def read_node(raw: Mapping[str, Any]) -> Node:
    """A node of the document as its type; ValidationError for settings that do not fit, KeyError for the kind."""
    return registry()[raw["kind"]].model_validate(raw.get("settings") or {})


def read(document: Mapping[str, Any], journey_id: str = "") -> Journey:
    """A checked document as a journey. Run `journeys.check.check` first: this trusts the document.

    A split without a salt of its own is salted by journey and node, so that it stays the same in every version and
    differs from the splits of other journeys.
    """
    settings = Settings.model_validate(document.get("graph") or {})
    raw_nodes = {raw["id"]: raw for raw in document["nodes"]}
    nodes = {name: read_node(raw) for name, raw in raw_nodes.items()}
    start = find_start(as_graph(document), settings.start)
    asked = [wanted(rule) for node in nodes.values() for _, rule, over_event in node.rules() if not over_event]
    asked += [wanted(rule) for rule in settings.exit_when]
    counted = {clause.name for want in asked for clause in want.events}
    goal = {settings.goal.event} if settings.goal else set()
    return Journey(
        settings=settings,
        nodes=nodes,
        ways={(edge["source"], edge["key"]): edge["target"] for edge in document["edges"]},
        start=start or next(iter(nodes)),
        titles={name: raw.get("title") or "" for name, raw in raw_nodes.items()},
        listens=frozenset(goal | counted | {name for node in nodes.values() for name in node.listens()}),
        counts=frozenset(counted | {name for node in nodes.values() for name in node.looks_back()}),
        watches_contact=bool(settings.exit_when) or any(node.kind == "wait" for node in nodes.values()),
        receipts=tuple(dict.fromkeys(clause for want in asked for clause in want.deliveries)),
        asks_consents=any(want.consents for want in asked),
        segments=frozenset().union(*(want.segments for want in asked)),
        salts={name: getattr(node, "salt", "") or f"{journey_id}/{name}" for name, node in nodes.items()},
    )
