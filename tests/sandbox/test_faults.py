"""Faults: in the answers, in the webhooks, and on the wire."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from sandbox.clock import iso
from sandbox.faults import ANSWERING
from tests.sandbox.stage import TOKENS, Stage

pytestmark = pytest.mark.anyio
WHO = {"telegram": "777", "whatsapp": "79991234567", "viber": "anna==", "messenger": "1254477777772919"}


async def send(stage: Stage, channel: str) -> httpx.Response:
    """A plain text to the person of the channel."""
    address = WHO[channel]
    if channel == "telegram":
        return await stage.telegram("sendMessage", chat_id=int(address), text="hi")
    if channel == "whatsapp":
        return await stage.whatsapp(to=address, type="text", text={"body": "hi"}, biz_opaque_callback_data="d-1")
    if channel == "messenger":
        return await stage.messenger(address, message={"text": "hi", "metadata": "d-1"})
    body = {"receiver": address, "sender": {"name": "Shop"}, "type": "text", "text": "hi"}
    return await stage.http.post("/pa/send_message", json=body, headers={"X-Viber-Auth-Token": TOKENS["viber"]})


@pytest.fixture
async def open_stage(stage: Stage) -> Stage:
    """All windows open."""
    for channel, address in WHO.items():
        await stage.act(channel, address, "reply", text="hi")
    stage.product.take()
    return stage


async def received(stage: Stage, channel: str) -> int:
    """Messages of the bot on the phone."""
    return sum(one["from"] == "bot" for one in (await stage.phone(channel, WHO[channel]))["messages"])


def code(answer: httpx.Response) -> Any:
    """The code inside an answer of any of the four."""
    body = answer.json()
    if "error" in body:
        return body["error"]["code"]
    return body.get("error_code", body.get("status"))


@pytest.mark.parametrize(
    ("kind", "channel", "status", "inner"),
    [
        ("429", "telegram", 429, 429),
        ("429", "whatsapp", 429, 130429),
        ("429", "viber", 200, 12),
        ("429", "messenger", 400, 613),
        ("401", "telegram", 401, 401),
        ("401", "whatsapp", 401, 190),
        ("401", "viber", 200, 2),
        ("401", "messenger", 401, 190),
        ("403_blocked", "telegram", 403, 403),
        ("403_blocked", "viber", 200, 6),
        ("403_blocked", "messenger", 400, 551),
        ("500", "telegram", 500, 500),
        ("500", "whatsapp", 500, 131000),
        ("500", "viber", 500, 999),
        ("500", "messenger", 500, 1200),
    ],
)
async def test_refusing_faults(open_stage: Stage, kind: str, channel: str, status: int, inner: int) -> None:
    await open_stage.fault(kind=kind, channel=channel, times=1, retry_after=9)
    answer = await send(open_stage, channel)
    assert (answer.status_code, code(answer)) == (status, inner)
    if kind == "429" and channel == "telegram":
        assert answer.json()["parameters"] == {"retry_after": 9}
    assert await received(open_stage, channel) == 0
    last = (await open_stage.log())[-1]
    assert (last["accepted"], last["status"], last["reason"]) == (False, status, kind)
    assert (await send(open_stage, channel)).status_code == 200
    assert await received(open_stage, channel) == 1


async def test_a_whatsapp_block_comes_as_a_failure(open_stage: Stage) -> None:
    await open_stage.fault(kind="403_blocked", channel="whatsapp")
    assert (await send(open_stage, "whatsapp")).status_code == 200
    await open_stage.advance(1)
    (body,) = open_stage.product.take()
    assert body["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"][0]["code"] == 131026


@pytest.mark.parametrize("channel", list(WHO))
async def test_a_page_of_html(open_stage: Stage, channel: str) -> None:
    await open_stage.fault(kind="html_502", channel=channel)
    answer = await send(open_stage, channel)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "<html>" in answer.text
    assert await received(open_stage, channel) == 0


@pytest.mark.parametrize("channel", list(WHO))
@pytest.mark.parametrize("kind", sorted(ANSWERING))
async def test_faults_after_the_message_was_taken(open_stage: Stage, channel: str, kind: str) -> None:
    await open_stage.fault(kind=kind, channel=channel, delay=0.001)
    if kind == "timeout_after_accept":
        with pytest.raises(httpx.ReadTimeout):
            await send(open_stage, channel)
    elif kind in ("drop_after_accept", "reset_mid_body"):
        with pytest.raises(httpx.ReadError):
            await send(open_stage, channel)
    else:
        answer = await send(open_stage, channel)
        assert answer.status_code == (500 if kind == "500_accepted" else 200)
        if kind == "malformed":
            with pytest.raises(ValueError, match=r".+"):
                answer.json()
    assert await received(open_stage, channel) == 1
    last = (await open_stage.log())[-1]
    assert (last["accepted"], last["reason"]) == (True, kind)


async def test_whom_faults_hit(open_stage: Stage) -> None:
    await open_stage.fault(kind="500", address="5", times=2)
    codes = [(await open_stage.telegram("sendMessage", chat_id=who, text="hi")).status_code for who in (5, 6, 5, 5)]
    assert codes == [500, 200, 500, 200]
    await open_stage.put("settings", {"rates": False})
    await open_stage.fault(kind="500", probability=0.3)
    codes = [(await open_stage.telegram("sendMessage", chat_id=who, text="hi")).status_code for who in range(1, 301)]
    assert 60 < codes.count(500) < 120


async def test_late_receipts(open_stage: Stage) -> None:
    await open_stage.fault(kind="late_receipt", channel="whatsapp", delay=7200)
    await send(open_stage, "whatsapp")
    await open_stage.advance(7_000)
    assert open_stage.product.take() == []
    await open_stage.advance(300)
    assert len(open_stage.product.take()) == 2


async def test_a_receipt_overtakes_the_answer(open_stage: Stage) -> None:
    await open_stage.fault(kind="early_receipt", channel="whatsapp", times=1)
    assert (await send(open_stage, "whatsapp")).status_code == 200
    told = [body["entry"][0]["changes"][0]["value"]["statuses"][0]["status"] for body in open_stage.product.take()]
    assert told == ["sent", "delivered"]


async def test_a_webhook_is_lost_for_good(open_stage: Stage) -> None:
    await open_stage.fault(kind="lost_webhook", times=1)
    for text in ("one", "two"):
        await open_stage.act("viber", WHO["viber"], "reply", text=text)
    await open_stage.advance(7_200)
    assert [body["message"]["text"] for body in open_stage.product.take()] == ["two"]


async def test_a_webhook_is_played_again_days_later(open_stage: Stage) -> None:
    await open_stage.fault(kind="replayed", times=1)
    await open_stage.act("telegram", WHO["telegram"], "reply", text="one")
    await open_stage.advance(4 * 86_400)
    first, again = open_stage.product.got
    assert first.raw == again.raw


@pytest.mark.parametrize(("channel", "bodies"), [("whatsapp", 1), ("messenger", 1), ("viber", 1)])
async def test_webhooks_come_together_where_the_messenger_batches(open_stage: Stage, channel: str, bodies: int) -> None:
    """Meta does; Viber tells of one thing at a time, and only of the delivery."""
    await open_stage.person(channel, WHO[channel], reads=0)
    await open_stage.fault(kind="batched", channel=channel, times=1)
    await send(open_stage, channel)
    await open_stage.advance(600)
    got = open_stage.product.take()
    assert len(got) == bodies
    if channel == "whatsapp":
        assert [one["changes"][0]["value"]["statuses"][0]["status"] for one in got[0]["entry"]] == ["sent", "delivered"]


async def test_an_answer_takes_along_what_waits_for_company(open_stage: Stage) -> None:
    await open_stage.person("whatsapp", WHO["whatsapp"], reads=0)
    await open_stage.fault(kind="batched", delay=600)
    await send(open_stage, "whatsapp")
    await open_stage.advance(60)
    assert open_stage.product.take() == []
    assert (await open_stage.act("whatsapp", WHO["whatsapp"], "reply", text="hi")).json()["delivered"] is True
    await open_stage.advance(900)
    (body,) = open_stage.product.take()
    told = [entry["changes"][0]["value"] for entry in body["entry"]]
    assert ["messages" if "messages" in each else each["statuses"][0]["status"] for each in told] == [
        "sent",
        "delivered",
        "messages",
    ]


async def test_read_overtakes_delivered(open_stage: Stage) -> None:
    await open_stage.person("viber", WHO["viber"], reads=1)
    await open_stage.fault(kind="reordered", channel="viber")
    await send(open_stage, "viber")
    await open_stage.advance(600)
    assert [body["event"] for body in open_stage.product.take()] == ["seen", "delivered"]
    assert (await open_stage.phone("viber", WHO["viber"]))["messages"][-1]["status"] == "read"


async def test_duplicates_are_equal_to_the_byte(open_stage: Stage) -> None:
    await open_stage.fault(kind="duplicate_webhook", times=1)
    for text in ("one", "two"):
        await open_stage.act("messenger", WHO["messenger"], "reply", text=text)
    raws = [got.raw for got in open_stage.product.got]
    assert len(raws) == 3
    assert raws[0] == raws[1] != raws[2]


@pytest.mark.parametrize("channel", ["whatsapp", "messenger", "viber"])
async def test_meta_joins_events_of_many_people_and_repeats_them_all_when_refused(stage: Stage, channel: str) -> None:
    people = [str(79990000001 + one) for one in range(6)]
    for address in people:
        await stage.person(channel, address, delivery_delay=[1, 1], replies=[{"text": address, "delay": [0, 0]}])
        await stage.act(channel, address, "start")
        stage.world.later("reply", stage.world.now() + 1.0, (channel, "main", address), {"id": "", "text": address})
    stage.product.take()
    await stage.fault(kind="batched", delay=0, most=4)
    refused: list[int] = []

    def answer(got: Any) -> Response:
        refused.append(1)
        return Response(status_code=500 if len(refused) == 1 else 200)

    stage.product.answer = answer
    await stage.advance(60)
    entries = [len(body.get("entry", [1])) for body in stage.product.bodies()]
    assert max(entries) == (1 if channel == "viber" else 4)
    assert sum(entries) == len(people) + entries[0]
    heard = "".join(got.raw.decode() for got in stage.product.got[1:])
    assert all(f'"{address}"' in heard for address in people)


@pytest.mark.parametrize(("status", "believed"), [(401, False), (200, True)])
async def test_forged_webhooks_are_counted(open_stage: Stage, status: int, believed: bool) -> None:
    signatures: set[str] = set()

    def answer(got: Any) -> Response:
        signature = got.headers["x-hub-signature-256"]
        first = not signatures
        signatures.add(signature)
        return Response(status_code=status if first else 200)

    open_stage.product.answer = answer
    await open_stage.fault(kind="forged", times=1)
    assert (await open_stage.act("whatsapp", WHO["whatsapp"], "reply", text="hi")).json()["delivered"] is True
    assert len(signatures) == 2
    last = (await open_stage.log())[-1]
    assert (last["method"], last["accepted"], last["status"]) == ("forged_webhook", believed, status)


@pytest.mark.parametrize(("channel", "hours"), [("whatsapp", 7 * 24), ("viber", 1), ("messenger", 36)])
async def test_how_long_webhooks_are_tried_again(open_stage: Stage, channel: str, hours: float) -> None:
    open_stage.product.answer = lambda got: Response(status_code=500)
    started = open_stage.world.now()
    answer = await open_stage.act(channel, WHO[channel], "reply", text="hi")
    assert answer.json() == {"delivered": False, "webhooks": 1, "status": 500}
    times = [0.0]
    while (due := open_stage.world.agenda.next_due()) is not None:
        times.append(due - started)
        await open_stage.put("clock", {"now": iso(due)})
        await open_stage.settle()
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert len(gaps) >= 4
    assert all(later >= sooner - 0.001 for sooner, later in pairwise(gaps))
    assert hours * 1800 < times[-1] <= hours * 3600
    assert len(open_stage.product.got) == len(times)


async def test_a_lost_webhook_does_not_hold_back_the_next(open_stage: Stage) -> None:
    open_stage.product.answer = lambda got: Response(status_code=500 if len(open_stage.product.got) == 1 else 200)
    first = await open_stage.act("viber", WHO["viber"], "reply", text="first")
    second = await open_stage.act("viber", WHO["viber"], "reply", text="second")
    assert (first.json()["delivered"], second.json()["delivered"]) == (False, True)
    await open_stage.advance(60)
    assert [body["message"]["text"] for body in open_stage.product.take()] == ["first", "second", "first"]
