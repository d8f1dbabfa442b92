"""Messages out and in: deliveries, the raw inbox, replies, survey answers, accounts, coupons."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.tables.columns import json, key, number, when


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Delivery(SQLModel, table=True):
    """One message to one contact: outbox and record in one."""

    __table_args__ = (
        _partial("ix_delivery_ready", "ready_at", "id", where="ready_at IS NOT NULL"),
        # What stands in the way of later messages to the same person.
        _partial("ix_delivery_pending", "contact_id", "id", where="state IN ('sending', 'ready')"),
        _partial("ix_delivery_lease", "lease_until", where="state = 'sending'"),
        _partial("ix_delivery_unknown", "unknown_at", where="state = 'unknown'"),
        _partial("ix_delivery_cascade", "cascade_at", where="cascade_at IS NOT NULL"),
        _partial("ix_delivery_provider", "channel", "account", "provider_id", where="provider_id IS NOT NULL"),
        _partial("ix_delivery_ref", "ref", where="ref IS NOT NULL"),
        # What a contact was sent of late, for the caps.
        _partial(
            "ix_delivery_marketing",
            "contact_id",
            "sending_at",
            where="category = 'marketing' AND sending_at IS NOT NULL",
        ),
        Index("ix_delivery_contact", "contact_id", "id"),
        Index("ix_delivery_journey", "journey_id", "id"),
    )

    id: int | None = key()
    #: Unique name of what caused it: `v:<enrollment>:<visit>:<part>`, `test:…`.
    origin: str = Field(unique=True, max_length=120)
    contact_id: int = number()
    journey_id: int | None = number(null=True)
    version_id: int | None = number(null=True)
    enrollment_id: int | None = number(null=True)
    node: str = Field(default="", max_length=60)
    part: str = Field(default="", max_length=60)
    cohort: int = 0
    category: str = Field(default="marketing", max_length=20)
    state: str = Field(max_length=12)
    reason: str = Field(default="", max_length=120)
    #: When it may be claimed next; null once it is out of our hands.
    ready_at: int | None = when(null=True)
    expires_at: int = when()
    #: Fence: grows with every claim, whatever came of it.
    attempt: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Attempts whose outcome was unknown or a passing trouble; a safe «not now» is none.
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: Requests of this message that the messenger has taken: a picture and its text may be two.
    parts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    lease_until: int | None = when(null=True)
    channel: str = Field(default="", max_length=40)
    account: str = Field(default="", max_length=80)
    address: str = Field(default="", max_length=200)
    #: Our name of it on the wire; in button payloads and correlation fields.
    ref: str | None = Field(default=None, max_length=40)
    #: The message as it was rendered at claim.
    content: dict[str, Any] | None = json()
    provider_id: str | None = Field(default=None, max_length=200)
    planned_at: int = when()
    sending_at: int | None = when(null=True)
    accepted_at: int | None = when(null=True)
    delivered_at: int | None = when(null=True)
    read_at: int | None = when(null=True)
    replied_at: int | None = when(null=True)
    unknown_at: int | None = when(null=True)
    #: When the next messenger of the step is tried, unless this one has delivered by then.
    cascade_at: int | None = when(null=True)


class Inbox(SQLModel, table=True):
    """A webhook as it came, committed before it was acknowledged."""

    __table_args__ = (
        UniqueConstraint("channel", "account", "dedupe_key"),
        _partial("ix_inbox_new", "id", where="state = 'new'"),
    )

    id: int | None = key()
    channel: str = Field(max_length=40)
    account: str = Field(max_length=80)
    dedupe_key: str = Field(max_length=80)
    body: str
    #: `new`, `done`, `failed`.
    state: str = Field(default="new", max_length=10)
    error: str = Field(default="", max_length=300)
    received_at: int = when()


class Reply(SQLModel, table=True):
    """What a contact sent, and the rule by which it was routed."""

    __table_args__ = (
        UniqueConstraint("channel", "account", "message_key"),
        Index("ix_reply_contact", "contact_id", "id"),
    )

    id: int | None = key()
    channel: str = Field(max_length=40)
    account: str = Field(max_length=80)
    message_key: str = Field(max_length=200)
    contact_id: int = number()
    text: str = Field(default="", max_length=8000)
    button: str | None = Field(default=None, max_length=60)
    media: str | None = Field(default=None, max_length=40)
    #: `button`, `stale_button`, `opt_out`, `opt_in`, `quoted`, `question`, `keyword`, `link`, `inbox`.
    rule: str = Field(max_length=20)
    enrollment_id: int | None = number(null=True)
    journey_id: int | None = number(null=True)
    node: str = Field(default="", max_length=60)
    at: int = when()
    received_at: int = when()


class SurveyAnswer(SQLModel, table=True):
    """One answer to one question of a survey, or one remembered reply."""

    __tablename__ = "survey_answer"
    __table_args__ = (Index("ix_survey_answer_node", "version_id", "node"),)

    id: int | None = key()
    enrollment_id: int = number(index=True)
    contact_id: int = number(index=True)
    version_id: int = number()
    node: str = Field(max_length=60)
    question: str = Field(max_length=60)
    value: Any = json()
    at: int = when()


class ChannelAccount(SQLModel, table=True):
    """A bot, page or number of the business; secrets are encrypted at rest and never shown again."""

    __tablename__ = "channel_account"
    __table_args__ = (UniqueConstraint("channel", "name"),)

    id: int | None = key()
    channel: str = Field(max_length=40)
    name: str = Field(max_length=80)
    base_url: str = Field(max_length=300)
    secrets: str
    settings: dict[str, Any] = json(null=False)
    #: `ok`, `paused` by a person, `broken` by an answer of the messenger.
    status: str = Field(default="ok", max_length=20)
    reason: str = Field(default="", max_length=200)
    #: Nothing goes out before this instant: the messenger asked us to wait.
    paused_until: int | None = when(null=True)
    #: Theoretical arrival time of the rate limiter (GCRA): one number per account, shared by all processes.
    next_free_at: int | None = when(null=True)
    #: The same for kinds of media that the messenger takes more slowly.
    next_slow_at: int | None = when(null=True)
    #: The place in time that the last waiting message was given: each waits once, not all of them all the time.
    queued_until: int | None = when(null=True)
    #: Requests in a row of which nobody knows what came: past a few of them the account rests.
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    #: When the one request that tries whether the messenger is back was let out.
    probe_at: int | None = when(null=True)
    created_at: int = when()


class CouponPool(SQLModel, table=True):
    """A pool of codes."""

    __tablename__ = "coupon_pool"

    id: int | None = key()
    name: str = Field(unique=True, max_length=60)
    created_at: int = when()


class Coupon(SQLModel, table=True):
    """One code; given once."""

    __table_args__ = (
        UniqueConstraint("pool_id", "code"),
        _partial("ix_coupon_free", "pool_id", "id", where="contact_id IS NULL"),
    )

    id: int | None = key()
    pool_id: int = number()
    code: str = Field(max_length=80)
    contact_id: int | None = number(null=True, index=True)
    enrollment_id: int | None = number(null=True)
    given_at: int | None = when(null=True)
