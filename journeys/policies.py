"""Where the law forbids a messenger: rules by the contact's country and the business's industry, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: Countries of telephone codes that belong to one country alone; +7 and +1 do not.
CODES = {"375": "BY", "380": "UA", "998": "UZ", "996": "KG", "374": "AM", "995": "GE", "49": "DE", "44": "GB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One rule; `*` means any. `country` is of the contact, `industry` of the business."""

    name: str
    country: str
    industry: str
    channel: str
    category: str
    law: str
    since: datetime


def forbidding(
    policies: Iterable[Policy], country: str, industry: str, channel: str, category: str, now: datetime
) -> Policy | None:
    """The first rule in force that forbids this message, or None."""
    asked = (country, industry, channel, category)
    for each in policies:
        told = (each.country, each.industry, each.channel, each.category)
        if now >= each.since and all(rule in ("*", value) for rule, value in zip(told, asked, strict=True)):
            return each
    return None


def country_of(attributes: Mapping[str, Any], home: str) -> str:
    """A contact's country (ISO 3166, two letters): told, else by the telephone code, else where the business is."""
    told = attributes.get("country")
    if isinstance(told, str) and len(told.strip()) == 2:
        return told.strip().upper()
    phone = attributes.get("phone")
    digits = "".join(sign for sign in phone if sign.isdigit()) if isinstance(phone, str) else ""
    return next((country for code, country in CODES.items() if digits.startswith(code)), home)
