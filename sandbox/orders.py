"""The bodies of the control doors."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sandbox.clock import instant
from sandbox.facts import Account
from sandbox.faults import Fault
from sandbox.people import SILENT, Behaviour, State

ChannelName = Literal["telegram", "whatsapp", "viber", "messenger"]


class Order(BaseModel):
    """A body in which every field is known."""

    model_config = ConfigDict(extra="forbid")


class AccountOrder(Order):
    """One account; `webhook_url` left out keeps the known one."""

    channel: ChannelName
    account: str = Field(min_length=1)
    webhook_url: str | None = None
    token: str = ""
    secrets: dict[str, str] = Field(default_factory=dict)
    settings: dict[str, str] = Field(default_factory=dict)

    def account_on(self, known: Account | None) -> Account:
        """The account after this order; numbers and profile of a known one stay."""
        base = known or Account(channel=self.channel, name=self.account)
        base.token = self.token or self.secrets.get("token") or base.token
        if self.webhook_url is not None:
            base.webhook_url = self.webhook_url
        base.secrets, base.settings = dict(self.secrets), dict(self.settings)
        return base


class Accounts(Order):
    accounts: list[AccountOrder]


class ClockOrder(Order):
    now: str | None = None
    running: bool | None = None
    #: An instant that is past already is not gone back to.
    forward: bool = False

    @field_validator("now")
    @classmethod
    def _an_instant(cls, value: str | None) -> str | None:
        if value is not None:
            instant(value)
        return value


class PersonOrder(Order):
    channel: ChannelName
    address: str = Field(min_length=1)
    name: str = ""
    language: str = "en"
    behaviour: Behaviour = SILENT
    #: `stranger` never pressed Start, `gone` has left the messenger.
    state: State = "active"


class People(Order):
    people: list[PersonOrder]


class Which(Order):
    """Which account of the channel is meant; None: the one talked with last."""

    account: str | None = None


class ReplyOrder(Which):
    text: str | None = None
    button: str | None = None
    media: dict[str, str] | None = None

    @field_validator("media", mode="before")
    @classmethod
    def _a_kind_is_enough(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"kind": value}
        if isinstance(value, dict):
            value = {"kind": "image", "url": "https://media.example/file", **value}
        return value

    @model_validator(mode="after")
    def _something(self) -> ReplyOrder:
        if self.text is None and self.button is None and self.media is None:
            raise ValueError("one of text, button, media is needed")
        return self


class StartOrder(Which):
    """`link` is an opt-in link that the person follows; `ref` and `text` are what it would bring."""

    ref: str | None = None
    text: str | None = None
    link: str | None = None


class FaultList(Order):
    faults: list[Fault]


class Settings(Order):
    rates: bool | None = None
    seed: int | None = None
