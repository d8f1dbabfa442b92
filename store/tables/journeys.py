"""Journeys, their published versions, and the counters of the funnel."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.tables.columns import Micros, json, key, number, when


class Journey(SQLModel, table=True):
    """A journey with its working draft; `public_id` is what the outside calls it."""

    __table_args__ = (
        Index(
            "ix_journey_scheduled",
            "id",
            sqlite_where=text("""instr(draft, '"schedule":') > 0"""),
            postgresql_where=text("""strpos(draft #>> '{graph,entry}', '"schedule":') > 0"""),
        ),
    )

    id: int | None = key()
    public_id: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=200)
    #: `draft`, `live`, `paused`, `stopped`.
    status: str = Field(default="draft", max_length=20, index=True)
    draft: dict[str, Any] = json(null=False)
    revision: int = 1
    #: The version that new contacts enter.
    version_id: int | None = number(null=True)
    #: Since when it stands still.
    paused_at: int | None = when(null=True)
    #: Why it stands still when nobody paused it: `failures`.
    paused_because: str | None = Field(default=None, max_length=40)
    #: When it is over, until it is.
    ends_at: int | None = when(null=True)
    #: Trips up to this one have been taken out of it since.
    ended_upto: int = number(default=0)
    #: Trips that had ended, and those of them that had failed, when it was published or resumed last.
    gone_before: int = number(default=0)
    failed_before: int = number(default=0)
    #: How many have failed since, once that was worth telling.
    failures: int | None = number(null=True)
    created_at: int = when()
    updated_at: int = when()


class JourneyVersion(SQLModel, table=True):
    """A published version: never changed."""

    __tablename__ = "journey_version"
    __table_args__ = (UniqueConstraint("journey_id", "version"),)

    id: int | None = key()
    journey_id: int = number()
    version: int
    document: dict[str, Any] = json(null=False)
    published_at: int = when()


class DraftRevision(SQLModel, table=True):
    """A state in which a draft was saved; thinned as it ages (`journeys.history`)."""

    __tablename__ = "draft_revision"

    journey_id: int = Field(primary_key=True, sa_type=Micros)
    revision: int = Field(primary_key=True)
    document: dict[str, Any] = json(null=False)
    saved_by: str = Field(default="", max_length=80)
    saved_at: int = when()


class JourneyTest(SQLModel, table=True):
    """A rehearsal that was kept as a test (`journeys.script`)."""

    __tablename__ = "journey_test"

    journey_id: int = Field(primary_key=True, sa_type=Micros)
    name: str = Field(primary_key=True, max_length=120)
    script: dict[str, Any] = json(null=False)
    expected: dict[str, Any] = json(null=False)
    saved_at: int = when()


class NodeCountDelta(SQLModel, table=True):
    """What one transaction adds to the funnel; folded into `node_count` later."""

    __tablename__ = "node_count_delta"

    id: int | None = key()
    version_id: int = number()
    node: str = Field(max_length=60)
    what: str = Field(max_length=120)
    channel: str = Field(default="", max_length=40)
    arm: str = Field(default="", max_length=80)
    cohort: int
    amount: int


class NodeCount(SQLModel, table=True):
    """The funnel: how many visits or trips did what, by the hour in which the trip was enrolled.

    `node` is empty for the journey's own row. `what` is `entered`, `left:<exit>`, `exited:<reason>`, `failed:<reason>`,
    `completed`, `converted`, `delivery:<state>`. Version 0 is no version: `sent` there counts the messages of all
    journeys and of people, by the hour in which messengers took them.
    """

    __tablename__ = "node_count"

    version_id: int = Field(primary_key=True, sa_type=Micros)
    node: str = Field(primary_key=True, max_length=60)
    what: str = Field(primary_key=True, max_length=120)
    channel: str = Field(primary_key=True, max_length=40)
    arm: str = Field(primary_key=True, max_length=80)
    cohort: int = Field(primary_key=True)
    amount: int = number()
