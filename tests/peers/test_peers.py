"""Foreign clients as a second opinion on the pretend world: what they send is taken, what it tells they understand."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels import registry
from channels.base import Reply
from sandbox.world import create_app
from tests.sandbox.stage import SECRETS, SETTINGS, TOKENS, Got, Product
from tests.town import Served

HERE = Path(__file__).parent
PEERS = ("pywa==4.5.0", "aiogram==3.31.0")
pytestmark = [pytest.mark.slow, pytest.mark.peer]


@pytest.fixture(scope="module")
def interpreter() -> Path:
    """An interpreter with the foreign clients, kept in the temporary folder; skipped where they cannot be had."""
    home = Path(tempfile.gettempdir()) / f"tropa-peers-{sys.version_info[0]}.{sys.version_info[1]}"
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    uv = [sys.executable, "-m", "uv"]
    if (
        subprocess.run([python, "-c", "import pywa, aiogram"], capture_output=True, check=False).returncode
        if python.exists()
        else 1
    ):
        for step in ([*uv, "venv", "--clear", str(home)], [*uv, "pip", "install", "--python", str(python), *PEERS]):
            done = subprocess.run(step, capture_output=True, text=True, check=False, timeout=120)
            if done.returncode:
                pytest.skip(f"the foreign clients cannot be installed: {done.stderr.strip()[-200:]}")
    return python


class Stage:
    """The world and a receiver of its webhooks, on real sockets, its clock stopped."""

    def __init__(self, channels: Sequence[str] = ("telegram", "whatsapp")) -> None:
        self.product = Product()
        self.hook = Served(lambda _: self.product.app())
        self.world = Served(lambda _: create_app(":memory:", key="open sesame"))
        self.http = httpx.Client(base_url=self.world.url, headers={"X-World-Key": "open sesame"}, trust_env=False)
        accounts = [
            {
                "channel": channel, "account": "main", "webhook_url": f"{self.hook.url}/webhooks/{channel}/main",
                "token": TOKENS[channel], "secrets": SECRETS[channel], "settings": SETTINGS[channel],
            }
            for channel in channels
        ]  # fmt: skip
        self.http.put("/world/clock", json={"now": "2026-03-02T12:00:00+00:00", "running": False}).raise_for_status()
        self.http.put("/world/accounts", json={"accounts": accounts}).raise_for_status()

    def act(self, channel: str, address: str, deed: str, **body: Any) -> None:
        self.http.post(f"/world/phones/{channel}/{address}/{deed}", json=body).raise_for_status()

    def stop(self) -> None:
        self.http.close()
        self.world.stop()
        self.hook.stop()


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.stop()


def peer(interpreter: Path, name: str, *arguments: str, webhooks: list[Got] | None = None) -> Any:
    """What a foreign client told."""
    lines = [json.dumps({"body": got.raw.decode(), "headers": got.headers, "json": got.body}) for got in webhooks or ()]
    command = [str(interpreter), str(HERE / f"{name}_peer.py"), *arguments]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_pywa_sends_to_the_pretend_whatsapp_and_reads_its_webhooks(interpreter: Path, stage: Stage) -> None:
    stage.act("whatsapp", "79991112233", "reply", text="I write first")
    told = peer(interpreter, "pywa", "send", stage.world.url)
    assert all(str(told[kind]).startswith("wamid.") for kind in ("text", "image", "buttons", "list", "link")), told
    assert {name: told[name]["error"] for name in ("too long", "too many")} == {"too long": 100, "too many": 131009}
    stage.act("whatsapp", "79991112233", "reply", button="yes")
    stage.act("whatsapp", "79991112233", "reply", button="row-2")
    stage.http.put("/world/clock", json={"now": "2026-03-02T12:05:00+00:00"}).raise_for_status()
    stage.http.post("/world/settle").raise_for_status()
    got = list(stage.product.got)
    heard = peer(interpreter, "pywa", "read", webhooks=got)
    assert ["message", "I write first"] in heard
    assert ["button", "yes"] in heard
    assert ["row", "row-2"] in heard
    assert ["status", "sent", "ours-1"] in heard
    ours = [event for each in got for event in registry()["whatsapp"].read_webhook(each.body)]
    assert [each.button for each in ours if isinstance(each, Reply)] == [None, "yes", "row-2"]
    got[0].headers["x-hub-signature-256"] = "sha256=" + "0" * 64
    assert peer(interpreter, "pywa", "read", webhooks=got[:1])[0][0] == "refused"


def test_aiogram_calls_the_pretend_telegram_and_reads_its_updates(interpreter: Path, stage: Stage) -> None:
    stage.act("telegram", "777", "start", ref="spring")
    stage.http.put("/world/people", json={"people": [{"channel": "telegram", "address": "999", "state": "stranger"}]})
    told = peer(interpreter, "aiogram", "send", stage.world.url)
    assert (told["me"], told["album"], told["webhook"]) == (True, 2, True)
    assert isinstance(told["text"], int)
    assert told["photo"] == told["text"] + 1
    assert told["too long"]["text"].endswith("message is too long")
    assert "can't parse entities" in told["broken html"]["text"]
    assert told["stranger"]["text"].endswith("chat not found")
    (update,) = stage.product.got
    assert peer(interpreter, "aiogram", "read", webhooks=[update]) == [["message", "/start spring"]]
    assert [each.ref for each in registry()["telegram"].read_webhook(update.body) if isinstance(each, Reply)] == [
        "spring"
    ]


def test_aiogram_reads_presses_and_blocks(interpreter: Path, stage: Stage) -> None:
    body = {
        "chat_id": 777,
        "text": "Tea?",
        "reply_markup": {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]},
    }
    stage.act("telegram", "777", "start")
    stage.http.post(f"/bot{TOKENS['telegram']}/sendMessage", json=body).raise_for_status()
    stage.act("telegram", "777", "reply", button="y")
    stage.act("telegram", "777", "block")
    stage.act("telegram", "777", "unblock")
    heard = peer(interpreter, "aiogram", "read", webhooks=stage.product.got)
    assert heard == [["message", "/start"], ["press", "y"], ["member", "kicked"], ["member", "member"]]
