"""The world itself: clock, settling, running, accounts, log, memory."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response

from sandbox.clock import Clock, instant, iso
from tests.sandbox.stage import NOON, Got, Stage, account, playing

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("text", [NOON, "2026-03-02T12:00:00.123456+00:00", "2026-03-02T12:00:00.001Z"])
def test_instants_survive_writing(text: str) -> None:
    assert instant(iso(instant(text))) == instant(text)


def test_a_restored_clock_goes_on() -> None:
    stopped = Clock(1_000.0, running=False)
    assert Clock.restored(stopped.saved()).now() == 1_000.0
    running = Clock(1_000.0)
    assert abs(Clock.restored(running.saved()).now() - running.now()) < 1


async def test_the_clock_stands_moves_and_runs(stage: Stage) -> None:
    assert await stage.get("clock") == {"now": NOON, "running": False}
    await stage.put("clock", {"now": "2026-03-03T00:00:00Z"})
    assert await stage.get("clock") == {"now": "2026-03-03T00:00:00+00:00", "running": False}
    await stage.put("clock", {"running": True})
    first = instant((await stage.get("clock"))["now"])
    await asyncio.sleep(0.05)
    assert 0.04 < instant((await stage.get("clock"))["now"]) - first < 2
    answer = await stage.http.put("/world/clock", json={"now": "yesterday"})
    assert answer.status_code == 422


async def test_a_running_world_acts_by_itself(stage: Stage) -> None:
    await stage.person(
        "telegram", "777", delivery_delay=[0, 0], read_delay=[0, 0], replies=[{"delay": [0.2, 0.2], "text": "ok"}]
    )
    await stage.put("clock", {"running": True})
    began = time.monotonic()
    await stage.telegram("sendMessage", chat_id=777, text="hi")
    while not stage.product.got and time.monotonic() - began < 5:
        await asyncio.sleep(0.005)
    assert 0.19 < time.monotonic() - began < 10
    await asyncio.sleep(0.1)
    assert [body["message"]["text"] for body in stage.product.take()] == ["ok"]
    assert (await stage.settle())["delivered"] == 0


async def test_settling_runs_what_becomes_due_by_it(stage: Stage) -> None:
    """The product answers each message at once, and the person answers at once: five rounds in one settling."""
    instantly = {
        "delivery_delay": [0, 0],
        "read_delay": [0, 0],
        "replies": [{"when": "again", "delay": [0, 0], "text": "x"}],
    }
    await stage.person("telegram", "777", **instantly)
    tasks = []

    def answer(got: Got) -> Response:
        text = "again" if len(stage.product.got) < 5 else "done"
        tasks.append(asyncio.ensure_future(stage.telegram("sendMessage", chat_id=777, text=text)))
        return Response()

    stage.product.answer = answer
    await stage.telegram("sendMessage", chat_id=777, text="again")
    total = 0
    for _ in range(10):
        total += (await stage.settle())["delivered"]
        await asyncio.gather(*tasks)
    assert total == 5
    assert (await stage.get("next"))["at"] is None


async def test_two_settlings_never_run_an_item_twice(stage: Stage) -> None:
    await stage.put("settings", {"rates": False})
    habits = {"delivery_delay": [1, 1], "read_delay": [0, 0], "replies": [{"delay": [0, 0], "text": "ok"}]}
    for address in range(1, 101):
        await stage.person("telegram", str(address), **habits)
        await stage.telegram("sendMessage", chat_id=address, text="hi")
    await stage.put("clock", {"now": "2026-03-02T12:00:05Z"})
    await asyncio.gather(*(stage.settle() for _ in range(4)))
    chats = [body["message"]["chat"]["id"] for body in stage.product.take()]
    assert sorted(chats) == list(range(1, 101))


async def test_few_webhooks_at_once_and_in_order_per_person() -> None:
    async with playing() as stage:
        order: dict[str, list[str]] = {}
        for index in range(200):
            scene = stage.world.scene(stage.world.accounts[("viber", "main")], f"p{index % 60}==", stage.world.now())
            stage.world.later("reply", stage.world.now(), scene.thread.key, {"id": "", "text": str(index)})

        def answer(got: Got) -> Response:
            order.setdefault(got.body["sender"]["id"], []).append(got.body["message"]["text"])
            return Response()

        stage.product.answer = answer
        most = 0

        async def watch() -> None:
            nonlocal most
            while len(stage.product.got) < 200:
                most = max(most, len(stage.world.courier._tasks))
                await asyncio.sleep(0)

        watching = asyncio.create_task(watch())
        assert (await stage.settle())["delivered"] == 200
        await watching
        assert 1 < most <= 16
        assert all(texts == sorted(texts, key=int) for texts in order.values())
        assert len(order) == 60


async def test_several_accounts_of_a_channel(stage: Stage) -> None:
    second = {**account("telegram", "second"), "token": "2002:other"}
    await stage.put("accounts", {"accounts": [second]})
    button = {"inline_keyboard": [[{"text": "Да", "callback_data": "r2:yes"}]]}
    body = {"chat_id": 777, "text": "from the second", "reply_markup": button}
    await stage.telegram("sendMessage", chat_id=777, text="from the first")
    assert (await stage.http.post("/bot2002:other/sendMessage", json=body)).status_code == 200
    await stage.telegram("sendMessage", chat_id=777, text="from the first again")
    await stage.act("telegram", "777", "reply", text="to the last")
    await stage.act("telegram", "777", "reply", button="yes")
    await stage.act("telegram", "777", "reply", text="to the one just pressed")
    await stage.act("telegram", "777", "reply", text="to the named", account="main")
    names = [got.account.removeprefix("telegram/") for got in stage.product.got]
    assert names == ["main", "second", "second", "main"]
    await stage.act("telegram", "777", "block", account="second")
    assert (await stage.http.post("/bot2002:other/sendMessage", json=body)).status_code == 403
    assert (await stage.telegram("sendMessage", chat_id=777, text="still")).status_code == 200


async def test_the_key_guards_the_world(stage: Stage) -> None:
    for headers in ({"X-World-Key": "wrong"}, {"X-World-Key": ""}):
        assert (await stage.http.get("/world/clock", headers=headers)).status_code == 401
    assert (await stage.telegram("getMe")).status_code == 200


async def test_wrong_orders_are_told(stage: Stage) -> None:
    for path, body in [
        ("people", {"people": [{"channel": "icq", "address": "1"}]}),
        ("people", {"people": [{"channel": "viber", "address": "1", "behaviour": {"reeds": 1}}]}),
        ("faults", {"faults": [{"kind": "flood"}]}),
        ("settings", {"speed": 2}),
    ]:
        answer = await stage.http.put(f"/world/{path}", json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"]
    assert (await stage.act("telegram", "777", "reply")).status_code == 422
    assert (await stage.act("telegram", "777", "reply", text="hi", account="nobody")).status_code == 409


async def test_the_log_in_pages(stage: Stage) -> None:
    await stage.put("settings", {"rates": False})
    for number in range(7):
        await stage.telegram("sendMessage", chat_id=777, text=str(number))
    texts, after, pages = [], 0, 0
    while True:
        page = await stage.get(f"log?after={after}&limit=3")
        texts += [entry["text"] for entry in page["items"]]
        pages += 1
        if page["next"] is None:
            break
        after = page["next"]
    assert (texts, pages) == ([str(number) for number in range(7)], 3)
    assert [entry["n"] for entry in page["items"]] == [7]
    assert page["items"][0]["at"] == NOON


async def remembered(stage: Stage) -> list[Any]:
    return [
        await stage.get("clock"),
        await stage.get("log"),
        await stage.get("next"),
        await stage.get("faults"),
        await stage.get("settings"),
        await stage.phone("telegram", "777"),
        await stage.phone("whatsapp", "79991234567"),
        await stage.phone("viber", "anna=="),
    ]


@pytest.mark.parametrize("clean", [True, False], ids=["closed", "killed"])
async def test_a_restart_goes_on(tmp_path: Path, clean: bool) -> None:
    file = tmp_path / "world.db"
    async with playing(file) as stage:
        await stage.fault(kind="429", channel="messenger", times=3)
        await stage.put("settings", {"seed": 7})
        await stage.person("viber", "anna==", name="Анна", replies=[{"text": "беру"}])
        await stage.act("whatsapp", "79991234567", "reply", text="привет")
        await stage.act("telegram", "777", "block")
        await stage.viber("send_message", receiver="anna==", sender={"name": "Shop"}, type="text", text="hi")
        before, numbers = await remembered(stage), {key: one.sequence for key, one in stage.world.accounts.items()}
        if not clean:
            await asyncio.sleep(0.15)
            copy = tmp_path / "copy.db"
            for suffix in ("", "-wal"):
                Path(f"{copy}{suffix}").write_bytes(Path(f"{file}{suffix}").read_bytes())
            file = copy
    async with playing(file, accounts=False) as stage:
        assert await remembered(stage) == before
        assert all(one.sequence >= numbers[key] for key, one in stage.world.accounts.items())
        assert (await stage.telegram("sendMessage", chat_id=777, text="hi")).status_code == 403
        log = await stage.log()
        assert log[-1]["n"] == len(log) if clean else log[-1]["n"] > len(log)
        await stage.advance(600)
        events = [body["event"] for body in stage.product.take()]
        assert events == ["delivered", "seen", "message"]
