"""A messenger in one file outside of the product: found by its entry point, composed, read, connected."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from channels import ChannelIncomplete, registry
from channels.base import (
    Accepted,
    Account,
    Blocked,
    Channel,
    Notice,
    OptIn,
    Rejected,
    Reply,
    RetryAfter,
    Trouble,
    Unknown,
)
from channels.message import Button, Media, Message
from engine.connect import complete
from examples.messengers.max_messenger import Max, channel
from tests.channels.samples import REF, bodies

ROOT = Path(__file__).parents[2]
ACCOUNT = Account(
    channel="max",
    name="shop",
    base_url="https://platform-api.max.ru",
    secrets={"token": "TOKEN", "secret": "knock"},
    settings={"username": "shop_bot"},
)
FOUND = """
from channels import registry
from channels.degrading import degradations
from channels.message import Message
print(sorted(registry()), [each.text for each in degradations(Message(text="x" * 4001), ["max"])])
"""


def test_an_entry_point_makes_it_a_messenger(tmp_path: Path) -> None:
    info = tmp_path / "tropa_max-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tropa-max\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tropa.channels]\nmax = examples.messengers.max_messenger:channel\n")
    environment = {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    done = subprocess.run([sys.executable, "-c", FOUND], capture_output=True, text=True, env=environment, check=True)
    assert "'max', 'messenger', 'telegram', 'viber', 'whatsapp'" in done.stdout
    assert "MAX takes at most 4000 characters of text; this message has 4001." in done.stdout


def test_one_that_lacks_a_part_of_the_contract_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "shop_sms-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-sms\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tropa.channels]\nsms = shop_sms:channel\n")
    members = sorted(name for name in dir(Max) if not name.startswith("_") and name not in ("needs", "welcome"))
    body = "".join(f"    {name} = None\n" for name in members)
    (tmp_path / "shop_sms.py").write_text(f"class Sms:\n{body}\nchannel = Sms()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    told = "The messenger 'sms' of the package shop-sms lacks needs, welcome: "
    with pytest.raises(ChannelIncomplete, match=told):
        registry.__wrapped__()


def test_it_keeps_the_contract() -> None:
    kept: Channel = Max()
    assert kept.name == "max"
    message = Message(
        text="Tea?",
        media=Media(kind="image", url="https://a/b.jpg"),
        buttons=(Button(id="yes", title="Yes"), Button(id="site", title="Site", url="https://a")),
    )
    (request,) = kept.compose(message, "777", ACCOUNT, REF)
    assert (request.url, request.headers) == (
        "https://platform-api.max.ru/messages?user_id=777",
        {"Authorization": "TOKEN"},
    )
    keys = [
        [
            {"type": "callback", "text": "Yes", "payload": f"{REF}:yes"},
            {"type": "link", "text": "Site", "url": "https://a"},
        ]
    ]
    assert bodies([request])[0]["attachments"] == [
        {"type": "image", "payload": {"url": "https://a/b.jpg"}},
        {"type": "inline_keyboard", "payload": {"buttons": keys}},
    ]
    assert kept.opt_in_link(ACCOUNT, "abc") == "https://max.ru/shop_bot?start=abc"


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (200, {"message": {"body": {"mid": "mid.1"}}}, Accepted(id="mid.1")),
        (429, {"code": "too.many.requests"}, RetryAfter(seconds=5.0, code="too.many.requests")),
        (401, {"code": "verify.token"}, Rejected(trouble=Trouble.ACCOUNT_AUTH, code="verify.token")),
        (403, {"code": "chat.denied"}, Rejected(trouble=Trouble.CONTACT_BLOCKED, code="chat.denied")),
        (400, {"code": "nobody.knows"}, Rejected(trouble=Trouble.CONTENT_INVALID, code="nobody.knows")),
        (502, None, Unknown(text="HTTP 502")),
    ],
)
def test_answers(status: int, body: Any, answer: Any) -> None:
    assert channel.read_answer(status, {}, body) == answer


USER = {"user_id": 777, "name": "Ann", "username": "ann"}


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ({"update_type": "message_created", "message": {"sender": USER, "body": {"mid": "m", "text": "hi"}}}, Reply),
        ({"update_type": "message_callback", "callback": {"callback_id": "c", "payload": "x:y", "user": USER}}, Reply),
        ({"update_type": "bot_started", "timestamp": 1_739_184_000_000, "user": USER, "payload": "abc"}, OptIn),
        ({"update_type": "bot_stopped", "user": USER}, Blocked),
        ({"update_type": "bot_added"}, Notice),
        ({"update_type": "message_created"}, Notice),
        ([], Notice),
    ],
)
def test_updates(update: Any, kind: type) -> None:
    assert isinstance(channel.read_webhook(update)[0], kind)


def test_webhooks_are_verified_by_the_secret() -> None:
    assert channel.verify({"x-max-bot-api-secret": "knock"}, b"{}", ACCOUNT)
    assert not channel.verify({"x-max-bot-api-secret": "knock!"}, b"{}", ACCOUNT)
    assert not channel.verify({}, b"{}", ACCOUNT)
    (request,) = channel.register_webhook(ACCOUNT, "https://t.example/w")
    assert json.loads(orjson.dumps(request.json))["secret"] == "knock"


def test_what_an_account_needs_stands_in_the_adapter_alone() -> None:
    """Telegram's is the same door: the engine knows no messenger by its name."""
    whole = complete(Account(channel="telegram", name="x", base_url="", secrets={"token": "t"}))
    assert (whole.base_url, len(whole.secrets["secret_token"])) == ("https://api.telegram.org", 32)
