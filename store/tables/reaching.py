"""How people are reached: links by which they agree, rules of countries and industries, messages kept as templates."""

from __future__ import annotations

from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from store.tables.columns import json, key, number, when


class OptInLink(SQLModel, table=True):
    """A campaign's link: its token comes back from every messenger and is bound to the words that people agree to."""

    __tablename__ = "opt_in_link"

    id: int | None = key()
    token: str = Field(unique=True, max_length=20)
    campaign: str = Field(max_length=120)
    #: The journey that those who come by it enter.
    journey_id: int | None = number(null=True)
    purpose: str = Field(default="marketing", max_length=40)
    consent_text: str
    #: The first grant is not proven: the person confirms it with a word.
    double: bool = False
    #: What stands in the first message already, and what greets in a conversation that is only opened.
    invitation: str = Field(default="", max_length=300)
    greeting: str = Field(default="", max_length=1000)
    #: How many people came by it.
    arrived: int = 0
    created_at: int = when()
    closed_at: int | None = when(null=True)


class PolicyRule(SQLModel, table=True):
    """Where a messenger may not be used: by country of the contact and industry of the business; `*` means any."""

    __tablename__ = "policy_rule"

    id: int | None = key()
    name: str = Field(unique=True, max_length=60)
    country: str = Field(default="*", max_length=2)
    industry: str = Field(default="*", max_length=40)
    channel: str = Field(default="*", max_length=40)
    category: str = Field(default="*", max_length=20)
    #: The law or the messenger's rule that says so, and where it can be read.
    law: str = Field(max_length=300)
    since: int = when()
    active: bool = True


class MessageTemplate(SQLModel, table=True):
    """A message kept for use in journeys, with what differs on each messenger."""

    __tablename__ = "message_template"

    id: int | None = key()
    public_id: str = Field(unique=True, max_length=60)
    name: str = Field(max_length=200)
    document: dict[str, Any] = json(null=False)
    updated_at: int = when()


class ApprovedTemplate(SQLModel, table=True):
    """A template at the messenger, as its API told last: its review and its content."""

    __tablename__ = "approved_template"
    __table_args__ = (UniqueConstraint("channel", "account", "name", "language"),)

    id: int | None = key()
    channel: str = Field(max_length=40)
    account: str = Field(max_length=80)
    name: str = Field(max_length=512)
    language: str = Field(max_length=20)
    #: As the messenger calls it: APPROVED, PENDING, REJECTED, PAUSED, DISABLED.
    status: str = Field(max_length=40)
    category: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=200)
    components: list[Any] = json(null=False)
    synced_at: int = when()
