"""A shift that ends in the middle of a claim: what is committed as `sending` still goes out."""

from __future__ import annotations

import asyncio
import threading

import pytest

from engine.deliver import Deliverer
from engine.project import Project
from engine.shift import Shift
from tests.town import Town

HELLO = {
    "graph": {"name": "Hello", "entry": {"api": True}},
    "nodes": [
        {"id": "hello", "kind": "send", "settings": {"text": "Hello", "channel": "telegram"}, "x": 0, "y": 0},
        {"id": "end", "kind": "exit", "settings": {}, "x": 0, "y": 0},
    ],
    "edges": [{"source": "hello", "key": "sent", "target": "end"}],
}


def test_a_claim_is_sent_though_its_shift_was_cancelled(place: Town) -> None:
    place.contact("ann")
    journey = place.publish(HELLO)
    assert place.engine is not None
    place.engine.stop()
    place.engine = None
    place.enroll(journey, "ann")
    asyncio.run(cancelled_while_claiming(place.project))
    assert place.heard() == ["Hello"]
    deliveries = place.call("GET", "/v1/deliveries", params={"contact": "ann"})["items"]
    assert [each["state"] for each in deliveries] == ["accepted"]
    assert place.trip(journey, "ann")["status"] == "completed"


async def cancelled_while_claiming(project: Project) -> None:
    """Move what is due, and cancel the claim while it waits for another writer."""
    shift = Shift(project)
    while await shift.move_once(shift.look()):
        pass
    deliverer = Deliverer(project)
    holding, release = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        holding.set()
        release.wait(10)

    writer = asyncio.create_task(asyncio.to_thread(project.database.transact, hold))
    await asyncio.to_thread(holding.wait, 10)
    claiming = asyncio.create_task(deliverer.send_due())
    await asyncio.sleep(0.2)
    claiming.cancel()
    await asyncio.sleep(0)
    release.set()
    await writer
    with pytest.raises(asyncio.CancelledError):
        await claiming
    await deliverer.drain()
    await deliverer.client.aclose()
    await shift.deliverer.client.aclose()
