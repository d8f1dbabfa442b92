"""Virtual people: their habits, on the virtual clock and by stable chance."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.facts import Button, Message
from sandbox.people import Behaviour, Person, chance, plan
from tests.sandbox.stage import Stage, playing

YES_NO = (Button(title="Да", payload="r:yes", form="callback"), Button(title="Нет", payload="r:no", form="callback"))


def message(number: int = 1, text: str = "Да?", buttons: tuple[Button, ...] = YES_NO) -> Message:
    return Message(
        id="1",
        channel="viber",
        account="m",
        address="a",
        author="bot",
        text=text,
        buttons=buttons,
        at=0.0,
        number=number,
    )


def acts(habits: dict[str, Any], number: int = 1, seed: int = 0, **words: Any) -> list[tuple[str, dict[str, Any]]]:
    person = Person(channel="viber", address="a", name="A", behaviour=Behaviour(**habits))
    return [(act.kind, act.what) for act in plan(person, message(number, **words), seed, receipts=True)]


@pytest.mark.parametrize(
    ("habits", "reaction"),
    [
        ({}, []),
        ({"reads": 1}, [("read", {})]),
        ({"reads": 1, "receipts": False}, []),
        ({"replies": [{"when": "any", "text": "ok"}]}, [("read", {}), ("reply", {"text": "ok"})]),
        ({"replies": [{"when": "buttons", "button": "YES"}]}, [("read", {}), ("reply", {"button": "YES"})]),
        ({"replies": [{"when": "buttons", "button": "maybe"}]}, []),
        ({"replies": [{"when": "buttons", "buttons": {"no": 1}}]}, [("read", {}), ("reply", {"button": "no"})]),
        ({"replies": [{"when": "question", "text": "?"}]}, [("read", {}), ("reply", {"text": "?"})]),
        ({"replies": [{"when": "скидк", "text": "!"}]}, []),
        (
            {"replies": [{"when": "да", "button": "maybe"}, {"when": "any", "texts": ["x"]}]},
            [("read", {}), ("reply", {"text": "x"})],
        ),
        ({"replies": [{"when": "any", "text": "ok", "probability": 0}]}, []),
        ({"blocks": 1, "replies": [{"when": "any", "text": "ok"}]}, [("read", {}), ("block", {})]),
        ({"stops": 1}, [("read", {}), ("reply", {"text": "stop"})]),
    ],
)
def test_habits(habits: dict[str, Any], reaction: list[Any]) -> None:
    assert acts(habits) == [("sent", {}), ("delivered", {}), *reaction]


def test_chance_is_stable_and_fair() -> None:
    assert chance(7, "a", 1, "read") == chance(7, "a", 1, "read")
    assert len({chance(*key) for key in [(7, "a", 1, "read"), (8, "a", 1, "read"), (7, "b", 1, "read")]}) == 3
    share = sum(("read", {}) in acts({"reads": 0.3}, number=n) for n in range(2_000)) / 2_000
    assert 0.26 < share < 0.34
    weights = {"yes": 3, "no": 1}
    chosen = [acts({"replies": [{"when": "any", "buttons": weights}]}, number=n)[-1][1]["button"] for n in range(2_000)]
    assert 0.71 < chosen.count("yes") / 2_000 < 0.79


@pytest.mark.anyio
async def test_people_act_when_their_time_comes(stage: Stage) -> None:
    habits = {"delivery_delay": [2, 2], "read_delay": [10, 10], "replies": [{"delay": [20, 20], "text": "беру"}]}
    await stage.person("viber", "anna==", **habits)
    await stage.viber("send_message", receiver="anna==", sender={"name": "Shop"}, type="text", text="hi")
    seen: list[tuple[str, str]] = []
    for seconds in (1.9, 0.2, 9.8, 0.2, 19.8, 0.2):
        await stage.advance(seconds)
        events = [body["event"] for body in stage.product.take()]
        status = (await stage.phone("viber", "anna=="))["messages"][0]["status"]
        seen.append((" ".join(events), status))
    assert seen == [
        ("", "sent"),
        ("delivered", "delivered"),
        ("", "delivered"),
        ("seen", "read"),
        ("", "read"),
        ("message", "read"),
    ]
    assert (await stage.get("next"))["at"] is None


@pytest.mark.anyio
async def test_who_blocks_does_nothing_more(stage: Stage) -> None:
    await stage.person("viber", "anna==", blocks=1)
    for _ in range(2):
        await stage.viber("send_message", receiver="anna==", sender={"name": "Shop"}, type="text", text="hi")
    await stage.advance(600)
    events = [body["event"] for body in stage.product.take()]
    assert events.count("unsubscribed") == 1
    assert events[-1] == "unsubscribed"
    assert (await stage.phone("viber", "anna=="))["state"] == "blocked"


@pytest.mark.anyio
@pytest.mark.parametrize(("seed", "same"), [(7, True), (8, False)])
async def test_the_same_seed_is_the_same_story(seed: int, same: bool) -> None:
    async def story(seed: int) -> list[Any]:
        async with playing() as stage:
            await stage.put("settings", {"seed": seed, "rates": False})
            for address in range(1, 21):
                await stage.person(
                    "telegram", str(address), blocks=0.2, replies=[{"probability": 0.5, "texts": ["a", "b", "c"]}]
                )
                await stage.telegram("sendMessage", chat_id=address, text="hi")
            await stage.advance(600)
            return stage.product.take()

    assert (await story(7) == await story(seed)) is same


@pytest.mark.anyio
async def test_unknown_people_have_pressed_start_and_keep_silent(stage: Stage) -> None:
    assert (await stage.telegram("sendMessage", chat_id=31337, text="hi")).status_code == 200
    assert (await stage.phone("telegram", "31337")) | {"messages": []} == {
        "name": "Person 1337",
        "messages": [],
        "state": "active",
        "window_until": None,
    }
    await stage.person("telegram", "5", state="stranger")
    assert (await stage.telegram("sendMessage", chat_id=5, text="hi")).json()[
        "description"
    ] == "Bad Request: chat not found"
    await stage.act("telegram", "5", "start")
    assert (await stage.telegram("sendMessage", chat_id=5, text="hi")).status_code == 200
    await stage.person("telegram", "6", state="gone")
    refused = await stage.telegram("sendMessage", chat_id=6, text="hi")
    assert refused.json()["description"] == "Forbidden: user is deactivated"
