"""The wires break: to the messenger, each way ends in the state that the rules name; to PostgreSQL, nothing is lost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from engine.boot import connect_sandbox
from store.database import Database
from store.invariants import violations
from store.sql import scalar
from tests.crashes.proxy import Wire, wire
from tests.journeys.documents import line, step
from tests.semantics.stories import deliveries, sent
from tests.town import Town, town

pytestmark = pytest.mark.slow

NUMBERS = count(1)


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Wire]]:
    """A town whose messengers are reached over a wire of ours."""
    with town(tmp_path_factory.mktemp("wire") / "home") as place, wire(int(place.world.url.rpartition(":")[2])) as made:
        connect_sandbox(place.project, f"http://127.0.0.1:{made.port}")
        place.freeze("2030-03-04T10:00:00+00:00")
        yield place, made


def greeted(place: Town) -> tuple[str, str]:
    """Somebody who is sent one message: their name and address."""
    number = next(NUMBERS)
    name, address = f"p{number}", f"{8_000_000 + number}"
    place.contact(name, "telegram", address)
    place.enroll(place.publish(line(step("hello", "send", text="Hello"), step("rest", "wait", for_="P2D"))), name)
    return name, address


@pytest.mark.parametrize(
    ("mode", "arrived"),
    [("reset_request", 0), ("reset_answer", 1), ("close_answer", 1), ("half_answer", 1)],
)
def test_a_broken_wire_leaves_one_request_in_doubt_and_never_a_second(
    wired: tuple[Town, Wire], mode: str, arrived: int
) -> None:
    place, made = wired
    made.mode = mode
    name, address = greeted(place)
    place.advance("PT1S")
    made.mode = "pass"
    assert deliveries(place, name)[0]["state"] == "unknown"
    place.advance("PT20M")
    (one,) = deliveries(place, name)
    assert (one["state"], one["attempt"]) == ("unresolved", 1)
    assert sent(place, address) == ["Hello"] * arrived


def test_a_messenger_that_takes_everything_and_says_nothing_is_not_waited_for(wired: tuple[Town, Wire]) -> None:
    """Neither by the account's other messages: they go when the silence is over, each once."""
    place, made = wired
    assert place.engine is not None
    assert place.engine.shift is not None
    client = place.engine.shift.deliverer.client
    patient, client.timeout = client.timeout, httpx.Timeout(0.5)
    made.mode = "silent"
    people = [greeted(place) for _ in range(3)]
    place.advance("PT1S")
    made.mode, client.timeout = "pass", patient
    assert [deliveries(place, name)[0]["state"] for name, _ in people] == ["unknown"] * 3
    later = greeted(place)
    place.advance("PT20M")
    assert [deliveries(place, name)[0]["state"] for name, _ in people] == ["unresolved"] * 3
    assert [sent(place, address) for _, address in [*people, later]] == [["Hello"]] * 4


def test_a_wire_that_trickles_is_only_slow(wired: tuple[Town, Wire]) -> None:
    place, made = wired
    made.mode = "trickle"
    name, address = greeted(place)
    place.advance("PT1S")
    made.mode = "pass"
    assert deliveries(place, name)[0]["state"] == "accepted"
    assert sent(place, address) == ["Hello"]


def test_where_nobody_listens_nothing_was_sent_and_it_goes_when_somebody_does(wired: tuple[Town, Wire]) -> None:
    place, made = wired
    made.down()
    name, address = greeted(place)
    place.advance("PT1S")
    assert deliveries(place, name)[0]["state"] == "ready"
    made.up()
    place.advance("PT30M")
    assert deliveries(place, name)[0]["state"] == "accepted"
    assert sent(place, address) == ["Hello"]


def test_a_database_that_says_nothing_any_more_is_asked_over_another_connection(postgres_url: str) -> None:
    """Black-holed: bytes are taken, nothing comes back. The unit is tried again, and goes once there is an answer."""
    url = make_url(postgres_url)
    assert url.port is not None
    with wire(url.port) as made:
        near = url.set(host="127.0.0.1", port=made.port).render_as_string(hide_password=False)
        database = Database(near, silence=0.3)

        with database.read() as connection:
            assert scalar(connection, "SELECT 1") == 1
        # Once it is given up the wire is well again.
        event.listen(database.engine, "invalidate", lambda *_: setattr(made, "mode", "pass"))
        made.mode = "silent"
        assert database.transact(lambda each: scalar(each, "SELECT 2")) == 2
        assert [key for key in database.meters.take() if key[0] == "db_busy"]
        database.close()


def advanced(place: Town, by: str) -> None:
    """Play the time, as a client does that is told to try again soon: its connection was among those that were cut."""
    for _ in range(20):
        answer = place.http.post("/sandbox/clock/advance", json={"by": by})
        if answer.status_code != 503:
            break
    assert answer.status_code == 200, answer.text


def test_cut_connections_to_the_database_double_nothing_and_lose_nothing_unseen(
    postgres_url: str, tmp_path: Path
) -> None:
    """Every connection is reset again and again while people are being moved and messages are on the wire.

    A claim is committed before a byte leaves. Where the reset ate its confirmation nobody can say whether they were
    sent: advertisements are not sent again, and are shown as unresolved.
    """
    url = make_url(postgres_url)
    assert url.port is not None
    with wire(url.port) as made:
        near = url.set(host="127.0.0.1", port=made.port).render_as_string(hide_password=False)
        with town(tmp_path / "home", near) as place:
            names = [f"p{number}" for number in range(40)]
            for number, name in enumerate(names):
                place.contact(name, "telegram", f"{9_000_000 + number}")
            hello = [step(f"say{number}", "send", text=f"Hello {number}") for number in range(3)]
            place.enroll(place.publish(line(*hello)), *names)
            cut = 0
            for _ in range(6):
                time.sleep(0.15)
                cut += made.cut()
            assert cut > 0
            advanced(place, "PT2H")
            log = place.call("GET", "/sandbox/log", params={"limit": 10_000})["items"]
            taken = Counter((each["address"], each["text"]) for each in log if each["accepted"] and each["text"])
            assert set(taken.values()) == {1}
            planned = place.call("GET", "/v1/deliveries", params={"limit": 1_000})["items"]
            assert Counter(each["state"] for each in planned) == Counter(
                {"accepted": len(taken), "unresolved": 3 * len(names) - len(taken)}
            )
            with place.project.database.read() as connection:
                assert list(violations(connection)) == []
