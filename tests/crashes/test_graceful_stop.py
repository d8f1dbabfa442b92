"""An engine that is asked to stop waits for what is on the wire, so nothing is unknown; asked twice, it ends now."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests.crashes.plant import PATIENCE, Plant, plant
from tests.journeys.documents import line, step
from tests.semantics.stories import NOON

MANY = 12


def crowd(place: Plant, many: int = MANY) -> None:
    """People who are sent one message each by a messenger that takes its time."""
    place.freeze(NOON)
    people = [
        {
            "external_id": f"c{number}",
            "addresses": [{"channel": "telegram", "address": str(5_000 + number)}],
            "consents": [{"channel": "telegram", "purpose": "marketing", "source": "test", "text": "I agree"}],
        }
        for number in range(many)
    ]
    place.call("PUT", "/v1/contacts", json={"contacts": people})
    hello = step("hello", "send", text="Hello", channel="telegram")
    journey = place.publish(line(hello))
    place.call(
        "POST", f"/v1/journeys/{journey}/enrollments", json={"contacts": [each["external_id"] for each in people]}
    )


def slow(place: Plant, seconds: float) -> None:
    place.order("PUT", "/faults", {"faults": [{"kind": "slow", "delay": seconds, "channel": "telegram"}]})


def states(place: Plant) -> dict[str, int]:
    return dict(place.rows("SELECT state, count(*) FROM delivery GROUP BY state"))


def test_a_stopped_engine_leaves_nothing_unknown(tmp_path: Path) -> None:
    with plant(tmp_path) as place:
        slow(place, 2.0)
        crowd(place)
        place.start("engine")
        place.wait(lambda: place.in_flight() > 0, "nothing is sent")
        place.stop()  # and it has ended well
        left = states(place)
        assert left.get("accepted", 0) > 0
        assert not {"sending", "unknown", "unresolved"} & set(left)
        slow(place, 0.0)
        place.start("engine")
        place.advance("PT1M")
        assert states(place) == {"accepted": MANY}
        assert set(place.accepted().values()) == {1}
        assert place.violations() == []


def test_a_stopped_engine_with_a_full_wire_leaves_nothing_unknown(tmp_path: Path) -> None:
    """As many as a second's rate and a slow messenger put there; how long it may take is the supervisor's to say."""
    with plant(tmp_path) as place:
        slow(place, 3.0)
        crowd(place, 300)
        place.call("PUT", "/sandbox/clock", json={"running": True})
        place.start("engine")
        place.wait(lambda: place.in_flight() >= 60, "the wire does not fill")
        place.stop()  # and it has ended well
        left = states(place)
        assert left.get("accepted", 0) >= 60
        assert not {"sending", "unknown", "unresolved"} & set(left)
        assert sum(left.values()) == 300
        assert set(place.accepted().values()) == {1}
        assert place.violations() == []


def test_asked_twice_it_ends_now_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    with plant(tmp_path) as place:
        slow(place, 8.0)  # less than a stopping engine would wait for
        crowd(place)
        place.start("engine")
        place.wait(lambda: place.in_flight() > 0, "nothing is sent")
        process = place.running["engine"]
        process.terminate()
        time.sleep(0.3)  # signals of one kind that come together are one
        process.terminate()
        process.join(PATIENCE)
        assert process.exitcode == 128 + signal.SIGTERM, place.logs()
        assert states(place)["sending"] > 0
        slow(place, 0.0)
        place.start("engine")
        place.wait(lambda: "sending" not in states(place), "the lease does not run out")
        place.advance("PT1M")
        assert set(place.accepted().values()) == {1}
        assert place.violations() == []
