"""Foreign software of node's world: clients of Viber and Messenger at the pretend world, and a foreign Telegram."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels import registry
from channels.base import Accepted, Account, Reply
from channels.message import Button, Message
from tests.peers.test_peers import Stage
from tests.sandbox.stage import SECRETS, TOKENS

HERE = Path(__file__).parent
PEERS = ("messaging-api-viber@1.1.0", "messaging-api-messenger@1.1.0", "telegram-test-api@4.2.1")
ANN = "1254477777772919"
pytestmark = [pytest.mark.slow, pytest.mark.peer]


@pytest.fixture(scope="module")
def modules() -> Path:
    """The packages, kept in the temporary folder; skipped where they cannot be had."""
    home = Path(tempfile.gettempdir()) / "tropa-peers-node"
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("there is no node here")
    if not (home / "done").exists():
        home.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(home), *PEERS]
        try:
            done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=120)
        except subprocess.TimeoutExpired:
            pytest.skip("npm does not answer")
        if done.returncode:
            pytest.skip(f"the packages cannot be installed: {done.stderr.strip()[-200:]}")
        (home / "done").touch()
    return home / "node_modules"


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(("viber", "messenger"))
    yield made
    made.stop()


def told(modules: Path, stage: Stage, channel: str) -> dict[str, Any]:
    """What a foreign client was answered."""
    environment = {
        **os.environ, "NODE_PATH": str(modules), "PEER_TOKEN": TOKENS[channel],
        "PEER_SECRET": SECRETS[channel].get("app_secret", ""), "PEER_HOOK": f"{stage.hook.url}/webhooks/{channel}/main",
    }  # fmt: skip
    command = ["node", str(HERE / "messaging_peer.js"), channel, stage.world.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def test_a_foreign_client_speaks_with_the_pretend_viber(modules: Path, stage: Stage) -> None:
    answers = told(modules, stage, "viber")
    errors = {name: one["error"] for name, one in answers.items() if "error" in one}
    assert errors == {"too long": "Viber API - badData", "wrong token": "Viber API - invalidAuthToken"}
    assert answers["account"]["name"] == "Shop"
    assert {answers[kind]["status"] for kind in ("webhook", "text", "keyboard", "picture", "file")} == {0}
    assert [got.body["event"] for got in stage.product.got] == ["webhook"]
    shown = stage.http.get("/world/phones/viber/01234567890A=").json()["messages"]
    assert [each["text"] for each in shown] == ["Hello", "Tea?", "Look", ""]


def test_a_foreign_client_speaks_with_the_pretend_messenger(modules: Path, stage: Stage) -> None:
    stage.act("messenger", ANN, "reply", text="I write first")
    answers = told(modules, stage, "messenger")
    errors = {name: one["error"] for name, one in answers.items() if "error" in one}
    assert sorted(errors) == ["too long", "too many"]
    assert all("Messenger API - 100 OAuthException" in one for one in errors.values())
    assert all(answers[kind]["messageId"].startswith("m_") for kind in ("text", "image", "buttons", "cards", "quick"))
    stage.act("messenger", ANN, "reply", button="yes")
    stage.act("messenger", ANN, "reply", button="no")
    events = [event for got in stage.product.got for event in registry()["messenger"].read_webhook(got.body)]
    assert [each.button for each in events if isinstance(each, Reply)] == [None, "yes", "no"]


def test_a_foreign_telegram_takes_what_we_send(modules: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["node", str(HERE / "telegram_peer.js"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "NODE_PATH": str(modules)}) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline().strip() == b"up"
            _talk(f"http://127.0.0.1:{port}")
        finally:
            server.kill()


def _talk(url: str) -> None:
    channel, token = registry()["telegram"], "1001:secret"
    account = Account(channel="telegram", name="main", base_url=url, secrets={"token": token})
    message = Message(text="Tea?", buttons=(Button(id="yes", title="Yes"),))
    person = {"id": 777, "first_name": "Ann"}
    talk = {"botToken": token, "from": person, "chat": {**person, "type": "private"}, "date": 1_700_000_000}
    with httpx.Client(trust_env=False, timeout=20) as client:
        for request in (channel.check_account(account), *channel.compose(message, "777", account, "d7.k3v9q2m8")):
            answer = client.post(request.url, json=request.json)
            read = channel.read_answer(answer.status_code, dict(answer.headers), answer.json())
            assert isinstance(read, Accepted), answer.text
        press = {"message": {"message_id": 1, "chat": talk["chat"]}, "data": "d7.k3v9q2m8:yes"}
        client.post(f"{url}/sendMessage", json={**talk, "text": "hello"}).raise_for_status()
        client.post(f"{url}/sendCallback", json={**talk, **press}).raise_for_status()
        updates = client.get(f"{url}/bot{token}/getUpdates").json()["result"]
    heard = [event for each in updates for event in channel.read_webhook(each)]
    assert [(each.text, each.button) for each in heard if isinstance(each, Reply)] == [
        ("hello", None),
        ("", "d7.k3v9q2m8:yes"),
    ]
