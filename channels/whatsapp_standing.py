"""What WhatsApp tells of a business's own standing: quality, limits, restrictions.

https://developers.facebook.com/docs/graph-api/webhooks/reference/whatsapp-business-account
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from channels.base import Standing
from channels.reading import ident, mapping, words


def standing(field: str, value: Mapping[str, Any]) -> Iterator[Standing]:
    """What a change of this field tells; nothing when it is about something else."""
    if reader := READERS.get(field):
        yield from (each for each in reader(value) if each.value)


def _number(value: Mapping[str, Any]) -> Iterator[Standing]:
    event = words(value.get("event"))
    if event in ("FLAGGED", "UNFLAGGED"):
        yield Standing(about="quality", value=event)
    limit = ident(value.get("max_daily_conversations_per_business")) or ident(value.get("current_limit")) or ""
    yield Standing(about="limit", value=limit, before=ident(value.get("old_limit")) or "")


def _business(value: Mapping[str, Any]) -> Iterator[Standing]:
    of_business = ident(value.get("max_daily_conversations_per_business"))
    yield Standing(about="limit", value=of_business or ident(value.get("max_daily_conversation_per_phone")) or "")


def _account(value: Mapping[str, Any]) -> Iterator[Standing]:
    event = words(value.get("event")) or words(value.get("alert_type"))
    ban = words(mapping(value.get("ban_info")).get("waba_ban_state"))
    broken = words(mapping(value.get("violation_info")).get("violation_type"))
    yield Standing(about="account", value=" ".join(part for part in (event, ban, broken) if part))


def _template(value: Mapping[str, Any]) -> Iterator[Standing]:
    name, score = words(value.get("message_template_name")), words(value.get("new_quality_score"))
    if name and score:
        yield Standing(about=f"template {name}", value=score, before=words(value.get("previous_quality_score")))


READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Standing]]] = {
    "phone_number_quality_update": _number,
    "business_capability_update": _business,
    "account_update": _account,
    "account_alerts": _account,
    "message_template_quality_update": _template,
}
