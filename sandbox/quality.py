"""What WhatsApp makes of people who block: the quality of a number and of its templates, their pauses.

https://developers.facebook.com/docs/whatsapp/messaging-limits#quality-rating
https://developers.facebook.com/docs/whatsapp/message-templates/guidelines#template-pausing
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.facts import DAY, Account, Thread
from sandbox.network import Event

if TYPE_CHECKING:
    from sandbox.agenda import Item
    from sandbox.state import World

#: Days that count.
WEEK = 7
#: Shares of blocks among messages at which quality is middling and low, and the fewest blocks. Meta publishes none.
YELLOW, RED, FEW = 0.02, 0.05, 5
#: How long a template of low quality rests, in seconds; after that it is disabled.
PAUSES = (3 * 3_600.0, 6 * 3_600.0)


def rating(sent: int, blocked: int) -> str:
    """The colour of so many blocks among so many messages."""
    share = blocked / max(sent, 1)
    return "GREEN" if blocked < FEW or share < YELLOW else "RED" if share >= RED else "YELLOW"


def reached(world: World, account: Account, thread: Thread, template: str = "") -> None:
    """A message came to a phone; `template` is the key of the one that it was made of."""
    thread.template = template
    _today(world, account)[0] += 1
    if template:
        _of_template(account, template)["sent"] += 1
    for event in _number(world, account):
        world.tell(event, (*account.key, thread.address), world.now())
    world.touch_account(account)


def blocks(world: World, account: Account, thread: Thread) -> list[Event]:
    """A person has blocked the number: webhooks about the quality of the number and of the template sent last."""
    _today(world, account)[1] += 1
    events = [*_number(world, account), *(_template(world, account, thread.template) if thread.template else ())]
    world.touch_account(account)
    return events


def _today(world: World, account: Account) -> list[int]:
    days: dict[str, list[int]] = account.standing.setdefault("days", {})
    day = int(world.now() // DAY)
    for old in [each for each in days if int(each) <= day - WEEK]:
        del days[old]
    return days.setdefault(str(day), [0, 0])


def _of_template(account: Account, key: str) -> dict[str, Any]:
    known: dict[str, Any] = account.standing.setdefault("templates", {})
    own: dict[str, Any] = known.setdefault(key, {"sent": 0, "blocked": 0, "pauses": 0, "rating": "GREEN"})
    return own


def _number(world: World, account: Account) -> list[Event]:
    counts = account.standing["days"].values()
    now, before = rating(*map(sum, zip(*counts, strict=True))), account.standing.get("rating", "GREEN")
    account.standing["rating"] = now
    if "RED" not in (now, before) or now == before:
        return []
    told = {"event": "FLAGGED" if now == "RED" else "UNFLAGGED", "current_limit": "TIER_1K"}
    told["display_phone_number"] = account.settings.get("display_phone_number", "")
    return [_event(world, account, "phone_number_quality_update", told)]


def _template(world: World, account: Account, key: str) -> list[Event]:
    own = _of_template(account, key)
    own["blocked"] += 1
    now, before = rating(own["sent"], own["blocked"]), own["rating"]
    own["rating"] = now
    named = tuple(key.split("\n"))
    template = world.templates.get((named[0], named[1], named[2]))
    if template is None or now == before:
        return []
    told = _of(template) | {"previous_quality_score": before, "new_quality_score": now}
    events = [_event(world, account, "message_template_quality_update", told)]
    if now == "RED" and template["status"] == "APPROVED":
        events.append(_pause(world, account, key, own))
    return events


def _pause(world: World, account: Account, key: str, own: dict[str, Any]) -> Event:
    business, name, language = key.split("\n")
    rests = own["pauses"] < len(PAUSES)
    status = "PAUSED" if rests else "DISABLED"
    template = world.templates[(business, name, language)]
    world.keep_template((business, name, language), {**template, "status": status})
    if rests:
        world.later("unpause", world.now() + PAUSES[own["pauses"]], (*account.key, ""), {"key": key})
        own["pauses"] += 1
    told = _of(template) | {"event": status, "reason": "NONE"}
    return _event(world, account, "message_template_status_update", told)


def unpause(world: World, account: Account, item: Item) -> None:
    """A template has rested: it may be sent again, and is judged anew."""
    business, name, language = item.body["key"].split("\n")
    template = world.templates.get((business, name, language))
    if template is not None and template["status"] == "PAUSED":
        world.keep_template((business, name, language), {**template, "status": "APPROVED"})
        _of_template(account, item.body["key"]).update(sent=0, blocked=0, rating="GREEN")
        world.touch_account(account)
        told = _of(template) | {"event": "APPROVED", "reason": "NONE"}
        world.tell(_event(world, account, "message_template_status_update", told), (*account.key, ""), item.due)


def _of(template: dict[str, Any]) -> dict[str, Any]:
    names = {"id": "message_template_id", "name": "message_template_name", "language": "message_template_language"}
    return {called: int(template[own]) if own == "id" else template[own] for own, called in names.items()}


def _event(world: World, account: Account, field: str, told: dict[str, Any]) -> Event:
    entry = {"id": account.settings.get("waba_id") or "0", "time": int(world.now())}
    change = {"field": field, "value": told}
    return Event(body={"object": "whatsapp_business_account", "entry": [{**entry, "changes": [change]}]})
