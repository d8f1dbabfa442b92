"""Connecting an account: its token is checked with a real call, its webhook set, its secrets never shown again."""

from __future__ import annotations

import pytest

from tests.town import Town


def body(place: Town, token: str = "123456:abcdef", **more: object) -> dict[str, object]:
    return {"base_url": place.world.url, "secrets": {"token": token}, **more}


@pytest.fixture
def bot(place: Town) -> Town:
    """A second bot that the pretend Telegram knows, with no webhook yet."""
    known = {
        "channel": "telegram",
        "account": "second",
        "webhook_url": "",
        "token": "123456:abcdef",
        "secrets": {},
        "settings": {},
    }
    answer = place.world_client.put("/world/accounts", json={"accounts": [known]})
    assert answer.status_code == 200, answer.text
    return place


def test_a_telegram_bot_is_checked_registered_and_then_speaks(bot: Town) -> None:
    answer = bot.call("PUT", "/v1/channels/telegram/second", json=body(bot))
    assert answer["status"] == "ok"
    assert answer["webhook_url"] == f"{bot.api.url}/webhooks/telegram/second"
    log = bot.call("GET", "/sandbox/log")["items"]
    assert [each["method"] for each in log if each["account"] == "second"] == ["getMe", "setWebhook"]
    listed = {each["account"] for each in bot.call("GET", "/v1/channels")["items"] if each["channel"] == "telegram"}
    assert listed == {"default", "second"}
    # A person writes to the new bot: its webhook reaches us and is believed.
    bot.world_client.post(
        "/world/phones/telegram/501/reply", json={"text": "hello", "account": "second"}
    ).raise_for_status()
    bot.advance("PT1S")
    assert [each["text"] for each in bot.call("GET", "/v1/replies", params={"contact": "telegram:501"})["items"]] == [
        "hello"
    ]


def test_a_changed_setting_is_noticed_by_processes_that_run(bot: Town) -> None:
    def rate() -> object:
        with bot.project.database.read() as connection:
            connected = bot.project.account(connection, "telegram", "second")
        return None if connected is None else connected.account.settings.get("per_second")

    for per_second in ("11", "12"):
        bot.call("PUT", "/v1/channels/telegram/second", json=body(bot, settings={"per_second": per_second}))
        assert rate() == per_second


def test_what_is_not_given_again_stays(bot: Town) -> None:
    def kept() -> tuple[dict[str, str], dict[str, str]]:
        with bot.project.database.read() as connection:
            connected = bot.project.account(connection, "telegram", "second")
        assert connected is not None
        return dict(connected.account.settings), dict(connected.account.secrets)

    path = "/v1/channels/telegram/second"
    bot.call("PUT", path, json=body(bot, settings={"username": "shop", "per_second": "11"}))
    secrets = kept()[1]
    bot.call("PUT", path, json={"settings": {"per_second": "", "group_per_minute": "9"}})
    assert kept() == ({"username": "shop", "group_per_minute": "9"}, secrets)
    # A secret is not carried to whatever server somebody names.
    answer = bot.call("PUT", path, 422, json={"base_url": "http://127.0.0.1:9"})
    assert answer["errors"][0]["field"] == "secrets.token"
    assert kept()[1] == secrets


def test_a_wrong_token_is_refused_and_nothing_is_kept(place: Town) -> None:
    answer = place.call("PUT", "/v1/channels/telegram/second", 422, json=body(place, token="1:wrong"))
    assert answer["code"] == "account_refused"
    assert answer["errors"][0]["field"] == "secrets.token"
    assert "1:wrong" not in str(answer)
    assert "does not know this token (401 Unauthorized)" in answer["detail"]
    assert len(place.call("GET", "/v1/channels")["items"]) == 4


@pytest.mark.parametrize(
    ("channel", "sent", "field"),
    [
        ("telegram", {"secrets": {}}, "secrets.token"),
        ("whatsapp", {"secrets": {"token": "t"}}, "secrets.app_secret"),
        ("whatsapp", {"secrets": {"token": "t", "app_secret": "s"}}, "settings.phone_number_id"),
        ("viber", {"secrets": {"token": "t"}}, "settings.sender_name"),
        ("telegram", {"base_url": "file:///etc", "secrets": {"token": "t"}}, "base_url"),
        ("telegram", {"base_url": "http://127.0.0.1:9", "secrets": {"token": "t"}}, "base_url"),
    ],
)
def test_what_is_missing_is_named(place: Town, channel: str, sent: dict[str, object], field: str) -> None:
    answer = place.call("PUT", f"/v1/channels/{channel}/own", 422, json=sent)
    assert answer["errors"][0]["field"] == field


def test_a_wrong_id_beside_a_right_token_is_told_apart_and_what_is_left_to_tick_is_named(place: Town) -> None:
    with place.project.database.read() as connection:
        known = place.project.account(connection, "whatsapp", "default")
    assert known is not None
    own = {"base_url": known.account.base_url, "secrets": {"token": known.account.secrets["token"], "app_secret": "s"}}
    wrong = place.call("PUT", "/v1/channels/whatsapp/default", 422, json={**own, "settings": {"phone_number_id": "5"}})
    assert "knows no such id, or this token may not use it (100/33" in wrong["detail"]
    kept = place.call("PUT", "/v1/channels/whatsapp/default", json={**own, "settings": known.account.settings})
    assert {"messages", "user_preferences", "phone_number_quality_update"} <= set(kept["subscribes"])


def test_no_answer_ever_shows_a_secret(place: Town) -> None:
    shown = str(place.call("GET", "/v1/channels"))
    with place.project.database.read() as connection:
        connected = place.project.accounts(connection)
    assert connected
    for each in connected:
        assert not any(secret in shown for secret in each.account.secrets.values())
