"""Rule 28 and `channels.md` §1.1: rates per account, per person and per kind of media, and rest for who fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import registry as channels
from channels.base import Account, Limits
from engine.boot import open_project
from engine.project import Project
from engine.rates import FAILURES, LONGEST_REST, REST, Rates, counted, guess, rest
from engine.settings import Settings
from store import accounts
from tests.semantics.stories import deliveries, faults, line, step
from tests.town import Engine, Town

START = datetime(2040, 1, 9, 12, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """An installation with an account of each messenger."""
    home: Path = tmp_path_factory.mktemp("rates")
    made = open_project(Settings(home=home, prefect=False))
    for name in channels():
        account = Account(channel=name, name="default", base_url="https://messenger.example", secrets={})
        made.database.transact(partial(accounts.put, vault=made.vault, account=account, now=0))
    yield made
    made.database.close()


class Line:
    """Messages that want to go, one after another, and when they go: each claim is a transaction of its own."""

    def __init__(self, project: Project, limits: Limits, channel: str) -> None:
        self.project, self.limits, self.channel = project, limits, channel
        self.people: dict[int, Any] = {}
        clear = "next_free_at = NULL, next_slow_at = NULL, queued_until = NULL, failures = 0, paused_until = NULL"
        project.database.transact(lambda each: each.exec_driver_sql(f"UPDATE channel_account SET {clear}"))

    def go(self, now: datetime, person: int = 0, *, slow: bool = False, queued: bool = False) -> datetime | None:
        """Send to a person now: None, or when it may go."""
        blank = SimpleNamespace(id=person, channel=self.channel, account="default", address="a", next_free_at=None)
        address = self.people.setdefault(person, blank)

        def work(connection: Any) -> int:
            rates = Rates(connection, self.project.accounts(connection), now)
            at = rates.take(address, self.limits, slow=slow, queued=queued)
            rates.save()
            address.next_free_at = rates.pairs.get(person, address.next_free_at)
            return at

        at = self.project.database.transact(work)
        return datetime.fromtimestamp(at / 1e6, UTC) if at else None


def most_within(instants: list[datetime], window: timedelta) -> int:
    """The most instants in any half-open window of this length."""
    return max((sum(start <= at < start + window for at in instants) for start in instants), default=0)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(0, 400), min_size=20, max_size=80), per_second=st.sampled_from([1.0, 5.0, 25.0]))
def test_rule_28_no_window_of_a_second_holds_more_than_the_rate(
    project: Project, gaps: list[int], per_second: float
) -> None:
    """Whenever messages come (milliseconds apart), and each tried again when it was told to."""
    limits = replace(channels()["telegram"].limits, per_second=per_second, pair_seconds=0.0)
    here, gone = Line(project, limits, "telegram"), []
    wants = [(START + timedelta(milliseconds=sum(gaps[: n + 1])), False) for n in range(len(gaps))]
    while wants:
        wants.sort()
        now, queued = wants.pop(0)
        at = here.go(now, queued=queued)
        gone.append(now) if at is None else wants.append((max(at, now + timedelta(microseconds=1)), True))
    assert most_within(gone, SECOND) <= max(per_second, 1)


def test_rule_28_those_that_wait_are_given_places_and_a_newcomer_is_not_behind_all_of_them(project: Project) -> None:
    here = Line(project, replace(channels()["telegram"].limits, pair_seconds=0.0), "telegram")
    places = [here.go(START, person) for person in range(1_000)]
    assert [place is None for place in places[:6]] == [True] * 5 + [False]
    waiting = [place for place in places if place is not None]
    assert all(later - earlier >= timedelta(milliseconds=49) for earlier, later in pairwise(waiting))
    assert waiting[-1] - START < timedelta(seconds=55)
    # An answer to somebody who has just written takes the next turn, and its owner the one after.
    turn = waiting[0]
    assert here.go(turn, 2_000) is None
    again = here.go(turn, 5, queued=True)
    assert again is not None
    assert again - turn <= timedelta(milliseconds=51)


def test_channels_1_1_sound_and_video_have_a_rate_of_their_own(project: Project) -> None:
    """Messenger: 300 a second, 10 of them with sound or video."""
    limits = channels()["messenger"].limits
    here = Line(project, limits, "messenger")
    gone = [person for person in range(60) if here.go(START, person, slow=True) is None]
    texts = [person for person in range(100, 160) if here.go(START, person) is None]
    assert (len(gone), len(texts)) == (2, 58)
    later: list[datetime] = []
    for tick in range(300):
        now = START + timedelta(milliseconds=10 * tick)
        later += [now for person in (tick, 1_000 + tick) if here.go(now, person, slow=True, queued=True) is None]
    assert 7 <= most_within(later, SECOND) <= 10


@pytest.mark.parametrize(
    ("channel", "window", "most", "every"),
    [("whatsapp", timedelta(seconds=6), 4, 6), ("telegram", SECOND, 4, 1), ("viber", HOUR, 100, 45)],
)
def test_channels_1_1_a_person_is_not_written_to_faster_than_the_messenger_allows(
    project: Project, channel: str, window: timedelta, most: int, every: int
) -> None:
    here, gone, now = Line(project, channels()[channel].limits, channel), [], START
    for _ in range(130):
        at = here.go(now, queued=True)
        while at is not None:
            now, at = at, here.go(at, queued=True)
        gone.append(now)
    assert most_within(gone, window) <= most
    assert gone[-1] - gone[-2] >= timedelta(seconds=every - 0.001)


@pytest.mark.parametrize("failures", range(12))
def test_rule_28_an_account_that_fails_rests_ever_longer(failures: int) -> None:
    expected = timedelta(0) if failures < FAILURES else min(REST * 2 ** (failures - FAILURES), LONGEST_REST)
    assert rest(failures) == expected
    assert counted(failures, 50, probed=False) == max(failures, FAILURES)
    assert counted(failures, 1, probed=True) == failures + 1


@pytest.mark.parametrize(
    ("scope", "attempt", "seconds"),
    [("pair", 1, 6), ("pair", 2, 24), ("pair", 3, 96), ("account", 1, 6), ("account", 3, 24), ("account", 20, 3600)],
)
def test_rule_28_a_wait_that_was_not_told_grows(scope: str, attempt: int, seconds: float) -> None:
    assert guess(6.0, scope, attempt) == seconds


# Through the whole house ---------------------------------------------------------------------------
def accepted(place: Town, channel: str) -> list[datetime]:
    items = place.call("GET", "/sandbox/log", params={"limit": 5000})["items"]
    return [datetime.fromisoformat(each["at"]) for each in items if each["accepted"] and each["channel"] == channel]


def breaker(place: Town, channel: str = "telegram") -> dict[str, Any]:
    items = place.call("GET", "/v1/channels")["items"]
    found: dict[str, Any] = next(each["breaker"] for each in items if each["channel"] == channel)
    return found


def crowd(place: Town, many: int) -> list[str]:
    """People on Telegram who agreed to everything."""
    given = [{"channel": "telegram", "purpose": "marketing", "source": "t", "text": "yes"}]
    people: list[dict[str, Any]] = [
        {"external_id": f"p{n}", "addresses": [{"channel": "telegram", "address": str(9000 + n)}], "consents": given}
        for n in range(many)
    ]
    place.call("PUT", "/v1/contacts", json={"contacts": people})
    return [each["external_id"] for each in people]


def test_rule_28_two_engines_share_one_rate(either_place: Town) -> None:
    """From the messenger's own log: in no second more than Telegram's 25, nobody twice, nobody left out."""
    place = either_place
    place.freeze("2040-01-09T12:00:00Z")
    second = Engine(open_project(place.settings), place.world.url)
    try:
        people = crowd(place, 120)
        place.enroll(place.publish(line(step("hello", "send", text="Hi"))), *people)
        place.advance("PT30S")
    finally:
        second.stop()
        second.project.database.close()
    assert most_within(accepted(place, "telegram"), SECOND) <= 25
    items = place.call("GET", "/sandbox/log", params={"limit": 5000})["items"]
    assert sorted(each["address"] for each in items) == sorted(str(9000 + n) for n in range(120))


def test_rule_28_an_account_whose_messenger_fails_rests_and_comes_back(place: Town) -> None:
    faults(place, "500")
    people = crowd(place, 12)
    order = step("hello", "send", text="Order", category="service", ttl="P1D")
    place.enroll(place.publish(line(order)), *people)
    place.advance("PT20S")
    tried = len(place.call("GET", "/sandbox/log", params={"limit": 5000})["items"])
    assert tried < 12
    assert breaker(place)["state"] == "open"
    place.advance("PT5M")
    items = place.call("GET", "/sandbox/log", params={"limit": 5000})["items"]
    probes = [datetime.fromisoformat(each["at"]) for each in items[tried:]]
    # One request at a time, after 30 s, 1, 2, 4 minutes.
    assert 2 <= len(probes) <= 4
    assert all(later - earlier >= timedelta(seconds=50) for earlier, later in pairwise(probes))
    faults(place)
    place.advance("PT20M")
    assert breaker(place) == {"state": "closed", "failures": 0, "until": None}
    states = [each["state"] for name in people for each in deliveries(place, name)]
    assert states.count("accepted") == 12 - tried - len(probes)
    assert set(states) == {"accepted", "unresolved"}


def test_rule_32_what_waits_for_its_turn_keeps_the_order_and_stands_in_nobody_elses_way(place: Town) -> None:
    """Five messages on WhatsApp to one person, faster than the pair may; one on Telegram passes them."""
    addresses = [{"channel": "whatsapp", "address": "79160000001"}, {"channel": "telegram", "address": "777"}]
    place.call("PUT", "/v1/contacts", json={"contacts": [{"external_id": "ann", "addresses": addresses}]})
    place.reply("79160000001", "whatsapp", text="hello")
    place.advance("PT1S")
    for number in range(5):
        said = step("hello", "send", text=f"Number {number}", channel="whatsapp", category="service")
        place.enroll(place.publish(line(said)), "ann")
    place.advance("PT1S")
    place.enroll(place.publish(line(step("hello", "send", text="Code", channel="telegram", category="service"))), "ann")
    place.advance("PT1S")
    assert place.heard() == ["Code"]
    assert place.heard("79160000001", "whatsapp") == ["Number 0", "Number 1", "Number 2"]
    place.advance("PT1M")
    assert place.heard("79160000001", "whatsapp") == [f"Number {number}" for number in range(5)]


def test_channels_1_2_viber_does_not_say_for_whom_it_is_too_much(place: Town) -> None:
    """Told to few people it is for each of them; told to many, the account goes slower for everybody."""
    for number in range(9):
        place.contact(f"p{number}", "viber", f"p{number}==")
    journey = place.publish(line(step("hello", "send", text="Hi", channel="viber", category="service")))
    faults(place, "429", times=3)
    place.enroll(journey, "p0", "p1", "p2", "p3")
    place.advance("PT5S")
    assert place.call("GET", "/v1/channels/viber/default/health")["paused_until"] is None
    assert sum(each["state"] == "ready" for each in place.call("GET", "/v1/deliveries")["items"]) == 3
    faults(place, "429", times=4)
    place.enroll(journey, "p4", "p5", "p6", "p7")
    place.advance("PT5S")
    assert place.call("GET", "/v1/channels/viber/default/health")["paused_until"] is not None
    place.enroll(journey, "p8")
    place.advance("PT10S")
    log = place.call("GET", "/sandbox/log", params={"limit": 1000})["items"]
    assert [each for each in log if each["address"] == "p8=="] == []
    place.advance("PT20M")
    assert {each["state"] for each in place.call("GET", "/v1/deliveries")["items"]} == {"delivered"}
