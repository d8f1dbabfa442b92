"""A rehearsal written down: who plays the contact, how they enter, what they do; and what a test expects of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from nodes.times import LONGEST, UnknownZone, zone

#: What a messenger can bring besides words.
Sent = Literal["image", "video", "document", "audio", "location", "contact", "sticker"]
MAX_ACTS = 300


def _known_zone(name: str | None) -> str | None:
    if name is not None:
        try:
            zone(name)
        except UnknownZone as unknown:
            raise ValueError(str(unknown)) from unknown
    return name


class Part(BaseModel):
    """The contact as the rehearsal begins."""

    model_config = ConfigDict(extra="forbid")

    external_id: str = Field("rehearsal", min_length=1, max_length=200)
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=500)
    tags: tuple[str, ...] = ()
    timezone: str | None = None
    #: Where they can be reached, the preferred first.
    channels: tuple[str, ...] = Field(("telegram",), min_length=1, max_length=20)
    #: Messengers on which they agreed to marketing; None: on all.
    consents: tuple[str, ...] | None = None
    #: Whether they have just written, so that windows are open.
    wrote: bool = False
    #: When they were sent advertisements of late: caps count them.
    advertised: tuple[AwareDatetime, ...] = Field((), max_length=1000)

    check_zone = field_validator("timezone")(_known_zone)


class Answer(BaseModel):
    """What another system answers to a web request; `status` None: nothing at all."""

    model_config = ConfigDict(extra="forbid")

    status: int | None = Field(200, ge=100, le=599)
    #: The JSON of the answer.
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether the request leaves by `ok`."""
        return self.status is not None and 200 <= self.status < 300


class Act(BaseModel):
    """One thing that happens: something the contact does, time that passes, or a change from outside."""

    model_config = ConfigDict(extra="forbid")

    say: str | None = Field(None, min_length=1, max_length=4096)
    #: A button's id, or its title.
    press: str | None = Field(None, min_length=1, max_length=200)
    media: Sent | None = None
    #: A duration, or `next`: until something happens by itself.
    wait: Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST)] | Literal["next"] | None = None
    event: str | None = Field(None, min_length=1, max_length=120)
    properties: dict[str, Any] | None = None
    set: dict[str, Any] | None = None
    add_tags: tuple[str, ...] | None = None
    remove_tags: tuple[str, ...] | None = None
    #: The messenger that they use from now on.
    channel: str | None = Field(None, max_length=40)
    timezone: str | None = None
    #: What the system that a web request waits for answers.
    answer: Answer | None = None
    #: What the person of yours says to whom the conversation was handed over.
    agent: str | None = Field(None, min_length=1, max_length=4096)
    #: That person closes the conversation.
    close: Literal[True] | None = None

    check_zone = field_validator("timezone")(_known_zone)

    @model_validator(mode="after")
    def _one(self) -> Act:
        done = self.model_dump(exclude_none=True, exclude={"properties"})
        if len(done) != 1:
            raise ValueError(f"an act is one of {', '.join(name for name in Act.model_fields if name != 'properties')}")
        return self


class Script(BaseModel):
    """A whole rehearsal; played again it goes the same way."""

    model_config = ConfigDict(extra="forbid")

    contact: Part = Field(default_factory=lambda: Part.model_validate({}))
    #: Properties of the entry event.
    event: dict[str, Any] = Field(default_factory=dict)
    #: When they enter; a Monday morning when it does not matter.
    at: AwareDatetime = datetime(2030, 1, 7, 9, tzinfo=UTC)
    acts: tuple[Act, ...] = Field((), max_length=MAX_ACTS)
    #: Codes of coupon pools; a pool that is not named never runs dry.
    coupons: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Expected(BaseModel):
    """What a test of a journey expects: the way, and where it ends. What is None is not looked at."""

    model_config = ConfigDict(extra="forbid")

    #: (step, exit) of each finished visit.
    path: tuple[tuple[str, str | None], ...] | None = None
    status: str | None = None
    reason: str | None = None
    #: Where the contact is.
    node: str | None = None
    converted: bool | None = None
