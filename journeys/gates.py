"""May this message go out now, and on which messenger: every reason why not, decided at the claim."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from channels.base import Limits
from nodes.base import Says
from nodes.times import quiet_until, zone

#: How long a message that may not go out now waits before it is looked at again; consent or a reply wakes it sooner.
LOOK_AGAIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """One address of the contact, with what its account and consents allow."""

    channel: str
    account: str
    address: str
    #: `ok`, `blocked`, `invalid`.
    state: str
    #: The account's: `ok`, `paused`, `broken`; None when it is not connected.
    account_status: str | None
    last_inbound_at: datetime | None
    #: Name of the rule of country and industry that forbids this messenger here; empty: none does.
    forbidden: str = ""
    #: Name and language of the account's templates that the messenger has not approved, as it told last.
    unapproved: Collection[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """Send it, there."""

    to: Reachable
    #: The window is closed: it goes only as a person's own answer.
    late_answer: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Refuse:
    """Not at all."""

    reason: str


def decide(
    says: Says,
    now: datetime,
    expires_at: datetime,
    addresses: Sequence[Reachable],
    granted: Collection[tuple[str, str]],
    withdrawn: Collection[tuple[str, str]],
    limits: Mapping[str, Limits],
    zone_name: str,
    quiet: tuple[time, time] | None,
    *,
    capped: datetime | None = None,
    by_person: bool = False,
) -> Go | Hold | Refuse:
    """Go, hold or refuse: the first messenger in order of preference that allows it is taken.

    `capped`: when the contact may next get an advertisement, where the caps are reached. `by_person`: somebody of the
    business wrote it, to whom some messengers leave a longer window than to journeys.
    """
    if now >= expires_at:
        return Refuse("expired")
    reasons: list[str] = []
    for candidate in _in_order(says.channels, addresses):
        reason = _why_not(says, now, candidate, granted, withdrawn, limits)
        late = by_person and reason == "window_closed" and _answerable(now, candidate, limits)
        if reason is None or late:
            night = _quiet(says, now, expires_at, zone_name, quiet)
            if night is None and capped is not None and says.category == "marketing":
                return _unwilling(says, capped, expires_at, "frequency_cap")
            return night or Go(candidate, late)
        reasons.append(reason)
    if not reasons:
        return _unwilling(says, now + LOOK_AGAIN, expires_at, "no_channel")
    if "account_paused" in reasons:
        # Nothing is wrong with the contact: the account's owner has to act, and the message waits for it.
        return Hold("account_paused", min(now + LOOK_AGAIN, expires_at))
    if "template_not_approved" in reasons and says.on_blocked == "leave":
        # It would take everybody out of the journey: without a choice of the step they wait for its owner.
        return Hold("template_not_approved", min(now + LOOK_AGAIN, expires_at))
    return _unwilling(says, now + LOOK_AGAIN, expires_at, reasons[0])


def may_repeat(policy: str | None, category: str, limits: Limits | None) -> bool:
    """Whether a message of which nobody knows may be sent once more: by its policy, else by category and messenger."""
    if policy is not None:
        return policy == "at_least_once"
    return category != "marketing" and limits is not None and limits.echoes


def _in_order(wanted: Sequence[str], addresses: Sequence[Reachable]) -> list[Reachable]:
    if not wanted:
        return list(addresses)
    return [address for name in wanted for address in addresses if address.channel == name]


def _why_not(
    says: Says,
    now: datetime,
    to: Reachable,
    granted: Collection[tuple[str, str]],
    withdrawn: Collection[tuple[str, str]],
    limits: Mapping[str, Limits],
) -> str | None:
    if to.account_status is None or to.channel not in limits:
        return "no_account"
    if to.forbidden:
        return f"policy:{to.forbidden}"
    if to.state != "ok":
        return "blocked" if to.state == "blocked" else "unreachable"
    if says.category == "marketing":
        if (to.channel, "marketing") in withdrawn:
            return "opted_out"
        if (to.channel, "marketing") not in granted:
            return "no_consent"
    if to.account_status != "ok":
        return "account_paused"
    return _by_its_rules(says, now, to, limits[to.channel].window_hours)


def _by_its_rules(says: Says, now: datetime, to: Reachable, hours: int | None) -> str | None:
    """What the messenger itself would say: without asking it, as what it told before is known."""
    template = (says.per_channel or {}).get(to.channel, {}).get("template")
    if template:
        waits = (template["name"], template.get("language", "en")) in to.unapproved
        return "template_not_approved" if waits else None
    return None if hours is None or _open(now, to, hours) else "window_closed"


def _open(now: datetime, to: Reachable, hours: int) -> bool:
    return to.last_inbound_at is not None and now < to.last_inbound_at + timedelta(hours=hours)


def _answerable(now: datetime, to: Reachable, limits: Mapping[str, Limits]) -> bool:
    hours = limits[to.channel].answer_hours
    return hours is not None and _open(now, to, hours)


def _quiet(
    says: Says, now: datetime, expires_at: datetime, zone_name: str, quiet: tuple[time, time] | None
) -> Hold | Refuse | None:
    if quiet is None or says.category != "marketing":
        return None
    until = quiet_until(now, zone(zone_name), *quiet)
    if until is None:
        return None
    return Hold("quiet_hours", min(until, expires_at))


def _unwilling(says: Says, until: datetime, expires_at: datetime, reason: str) -> Hold | Refuse:
    if says.on_blocked == "wait":
        return Hold(reason, min(until, expires_at))
    return Refuse(reason)
