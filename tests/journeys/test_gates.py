"""The gates: every reason why a message does not go now, and the order in which they are asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from channels.base import Limits
from journeys.gates import LOOK_AGAIN, Go, Hold, Reachable, Refuse, decide
from nodes.base import Says

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN = Limits(
    text=4096, caption=1024, buttons=10, choices=10, button_title=20, media=frozenset(), delivered=False, read=False
)
WINDOWED = replace(OPEN, window_hours=24)
LIMITS = {"telegram": OPEN, "viber": OPEN, "whatsapp": WINDOWED}
BOTH = {("telegram", "marketing"), ("viber", "marketing"), ("whatsapp", "marketing")}
APPROVED = {"whatsapp": {"template": {"name": "hello"}}}


def at(channel: str = "telegram", **more: Any) -> Reachable:
    facts: dict[str, Any] = {"state": "ok", "account_status": "ok", "last_inbound_at": None}
    return Reachable(channel=channel, account="default", address="777", **(facts | more))


def asked(*addresses: Reachable, **more: Any) -> Go | Hold | Refuse:
    """The verdict on a marketing message that lives for a day, unless told otherwise."""
    says = Says(
        text="Hi",
        **{key: more.pop(key) for key in ("channels", "category", "on_blocked", "per_channel") if key in more},
    )
    facts: dict[str, Any] = {
        "now": NOW,
        "expires_at": NOW + DAY,
        "granted": BOTH,
        "withdrawn": set(),
        "limits": LIMITS,
        "zone_name": "UTC",
        "quiet": None,
    }
    return decide(says, addresses=addresses, **(facts | more))


TG = ("telegram", "marketing")
WROTE_TODAY = NOW - timedelta(hours=23, minutes=59)

REFUSED: list[tuple[str, str, list[Reachable], dict[str, Any]]] = [
    ("it is too late", "expired", [at()], {"expires_at": NOW}),
    ("nobody knows an address", "no_channel", [], {}),
    ("no address on the channel that was asked for", "no_channel", [at()], {"channels": ("viber",)}),
    ("the account is not connected", "no_account", [at(account_status=None)], {}),
    ("a messenger that nobody speaks", "no_account", [at("pigeon")], {}),
    ("the person has blocked us", "blocked", [at(state="blocked")], {}),
    ("the address does not exist", "unreachable", [at(state="invalid")], {}),
    ("nobody agreed", "no_consent", [at()], {"granted": set()}),
    ("agreed to something else", "no_consent", [at()], {"granted": {("telegram", "orders")}}),
    ("agreed on another messenger", "no_consent", [at()], {"granted": {("viber", "marketing")}}),
    ("opted out", "opted_out", [at()], {"granted": set(), "withdrawn": {TG}}),
    ("opted out, whatever was agreed before", "opted_out", [at()], {"withdrawn": {TG}}),
    ("never wrote on a messenger with a window", "window_closed", [at("whatsapp")], {}),
    ("wrote a day ago to the second", "window_closed", [at("whatsapp", last_inbound_at=NOW - DAY)], {}),
    ("blocked comes before consent", "blocked", [at(state="blocked")], {"granted": set()}),
    (
        "the window is the messenger's rule, also for service",
        "window_closed",
        [at("whatsapp")],
        {"category": "service"},
    ),
    ("a block holds for transactional messages too", "blocked", [at(state="blocked")], {"category": "transactional"}),
    (
        "the first messenger's reason is told",
        "no_consent",
        [at("viber"), at("whatsapp")],
        {"granted": {("whatsapp", "marketing")}},
    ),
]


@pytest.mark.parametrize(
    ("reason", "addresses", "facts"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_it_is_refused_with_a_reason(reason: str, addresses: list[Reachable], facts: dict[str, Any]) -> None:
    """Rules 18 and 30."""
    assert asked(*addresses, **facts) == Refuse(reason)
    for policy in ("skip", "branch"):
        assert asked(*addresses, on_blocked=policy, **facts) == Refuse(reason)


@pytest.mark.parametrize(
    ("reason", "addresses", "facts"), [row[1:] for row in REFUSED[1:]], ids=[row[0] for row in REFUSED[1:]]
)
def test_a_message_that_may_wait_is_held_instead(
    reason: str, addresses: list[Reachable], facts: dict[str, Any]
) -> None:
    assert asked(*addresses, on_blocked="wait", **facts) == Hold(reason, NOW + LOOK_AGAIN)


def test_what_may_wait_is_held_no_longer_than_it_lives() -> None:
    soon = NOW + timedelta(minutes=1)
    assert asked(on_blocked="wait", expires_at=soon) == Hold("no_channel", soon)
    assert asked(on_blocked="wait", expires_at=NOW) == Refuse("expired")


GOES: list[tuple[str, str, list[Reachable], dict[str, Any]]] = [
    ("agreed", "telegram", [at()], {}),
    ("transactional needs no consent", "telegram", [at()], {"category": "transactional", "granted": set()}),
    (
        "nor does service, after an opt-out from marketing",
        "telegram",
        [at()],
        {"category": "service", "withdrawn": {TG}},
    ),
    ("an open window", "whatsapp", [at("whatsapp", last_inbound_at=WROTE_TODAY)], {}),
    ("an approved template opens it", "whatsapp", [at("whatsapp")], {"per_channel": APPROVED}),
    ("auto takes the first that allows it", "viber", [at(state="blocked"), at("viber")], {}),
    ("a list is an order", "viber", [at(), at("viber")], {"channels": ("viber", "telegram")}),
    (
        "with the next one when the first does not allow it",
        "telegram",
        [at(), at("viber", state="invalid")],
        {"channels": ("viber", "telegram")},
    ),
    ("opted out on one messenger, reached on the next", "viber", [at(), at("viber")], {"withdrawn": {TG}}),
    ("a paused account gives way to the next", "viber", [at(account_status="paused"), at("viber")], {}),
]


@pytest.mark.parametrize(("channel", "addresses", "facts"), [row[1:] for row in GOES], ids=[row[0] for row in GOES])
def test_it_goes_by_the_first_messenger_that_allows_it(
    channel: str, addresses: list[Reachable], facts: dict[str, Any]
) -> None:
    """Rules 31 and 32."""
    verdict = asked(*addresses, **facts)
    assert isinstance(verdict, Go)
    assert verdict.to.channel == channel


@pytest.mark.parametrize(
    ("policy", "verdict"),
    [
        ("leave", Hold("template_not_approved", NOW + LOOK_AGAIN)),
        ("wait", Hold("template_not_approved", NOW + LOOK_AGAIN)),
        ("skip", Refuse("template_not_approved")),
        ("branch", Refuse("template_not_approved")),
    ],
)
def test_a_template_in_review_holds_everybody_unless_the_step_chose(policy: str, verdict: Hold | Refuse) -> None:
    """Rule 30; the next messenger of the step is asked before, and other templates are none of its business."""
    waits = at("whatsapp", unapproved={("hello", "en")})
    assert asked(waits, per_channel=APPROVED, on_blocked=policy) == verdict
    assert asked(waits, at("viber"), per_channel=APPROVED, on_blocked=policy) == Go(at("viber"))
    other = at("whatsapp", unapproved={("hello", "ru"), ("bye", "en")})
    assert asked(other, per_channel=APPROVED, on_blocked=policy) == Go(other)


@pytest.mark.parametrize("status", ["paused", "broken"])
@pytest.mark.parametrize("policy", ["leave", "skip", "branch", "wait"])
def test_an_account_that_stands_still_holds_its_messages(status: str, policy: str) -> None:
    verdict = asked(at(account_status=status), on_blocked=policy)
    assert verdict == Hold("account_paused", NOW + LOOK_AGAIN)


NIGHT = (time(21), time(9))


@pytest.mark.parametrize(
    ("now", "zone", "until"),
    [
        ("2024-01-10T12:00:00+00:00", "UTC", None),
        ("2024-01-10T20:59:59+00:00", "UTC", None),
        ("2024-01-10T21:00:00+00:00", "UTC", "2024-01-11T09:00:00+00:00"),
        ("2024-01-11T08:59:59+00:00", "UTC", "2024-01-11T09:00:00+00:00"),
        ("2024-01-11T09:00:00+00:00", "UTC", None),
        ("2024-01-10T18:00:00+00:00", "Europe/Moscow", "2024-01-11T06:00:00+00:00"),
        ("2024-01-10T18:00:00+00:00", "Europe/Berlin", None),
        # The night in which Berlin loses an hour.
        ("2024-03-30T21:00:00+00:00", "Europe/Berlin", "2024-03-31T07:00:00+00:00"),
    ],
)
def test_marketing_waits_for_the_end_of_the_contacts_quiet_hours(now: str, zone: str, until: str | None) -> None:
    moment = datetime.fromisoformat(now)
    facts = {"now": moment, "expires_at": moment + DAY, "zone_name": zone, "quiet": NIGHT}
    verdict = asked(at(), **facts)
    assert verdict == (Go(at()) if until is None else Hold("quiet_hours", datetime.fromisoformat(until)))
    for category in ("transactional", "service"):
        assert asked(at(), category=category, **facts) == Go(at())


def test_quiet_hours_hold_no_longer_than_the_message_lives() -> None:
    night = datetime(2024, 1, 10, 22, tzinfo=UTC)
    soon = night + timedelta(hours=1)
    assert asked(at(), now=night, expires_at=soon, quiet=NIGHT) == Hold("quiet_hours", soon)
    assert asked(at(), now=soon, expires_at=soon, quiet=NIGHT) == Refuse("expired")


def test_who_may_not_be_written_to_is_not_held_for_the_night() -> None:
    assert asked(at(), now=datetime(2024, 1, 10, 23, tzinfo=UTC), quiet=NIGHT, granted=set()) == Refuse("no_consent")


DAYS_AGO = NOW - timedelta(days=6, hours=23)


@pytest.mark.parametrize(
    ("by_person", "wrote", "verdict"),
    [
        (True, WROTE_TODAY, "in time"),
        (True, DAYS_AGO, "late"),
        (True, NOW - timedelta(days=7), "refused"),
        (True, None, "refused"),
        (False, DAYS_AGO, "refused"),
    ],
)
def test_a_person_may_answer_longer_than_a_journey(by_person: bool, wrote: datetime | None, verdict: str) -> None:
    page = at("messenger", last_inbound_at=wrote)
    limits = {"messenger": replace(WINDOWED, answer_hours=7 * 24)}
    told = {"in time": Go(page), "late": Go(page, late_answer=True), "refused": Refuse("window_closed")}
    assert asked(page, category="service", limits=limits, by_person=by_person) == told[verdict]
    # Where the messenger leaves persons no more than others, nothing changes.
    plain = {"messenger": WINDOWED}
    same = Go(page) if verdict == "in time" else Refuse("window_closed")
    assert asked(page, category="service", limits=plain, by_person=by_person) == same
