"""The world as a process of its own, over a real socket."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_a_process_cuts_connections_and_remembers(tmp_path: Path) -> None:
    """Over a real socket: the port file, a reset, a silence, SIGKILL, and the log afterwards."""
    with served(tmp_path) as http:
        orders = {"accounts": [{"channel": "telegram", "account": "main", "token": "1:a"}]}
        assert http.put("/world/accounts", json=orders).status_code == 200
        for kind, error in (("drop_after_accept", httpx.TransportError), ("timeout_after_accept", httpx.ReadTimeout)):
            http.put("/world/faults", json={"faults": [{"kind": kind, "times": 1}]})
            with pytest.raises(error):
                http.post("/bot1:a/sendMessage", json={"chat_id": 5, "text": kind}, timeout=0.5)
        assert http.post("/bot1:a/sendMessage", json={"chat_id": 5, "text": "fine"}).status_code == 200
        time.sleep(0.3)
    with served(tmp_path) as http:
        log = http.get("/world/log").json()["items"]
        told = [(one["text"], one["accepted"], one["status"]) for one in log]
        assert told == [("drop_after_accept", True, 0), ("timeout_after_accept", True, 0), ("fine", True, 200)]
        ids = [one["id"] for one in http.get("/world/phones/telegram/5").json()["messages"]]
        again = http.post("/bot1:a/sendMessage", json={"chat_id": 5, "text": "new"}).json()["result"]["message_id"]
        assert len(set(ids)) == 3
        assert str(again) not in ids


class served:
    """The world as a process of its own; killed without warning at the end."""

    def __init__(self, folder: Path) -> None:
        self._port = folder / "port"
        self._port.unlink(missing_ok=True)
        options = ["--data", str(folder / "world.db"), "--port-file", str(self._port)]
        environment = {**os.environ, "TROPA_SANDBOX_KEY": "key"}
        self._process = subprocess.Popen([sys.executable, "-m", "sandbox.world", *options], cwd=ROOT, env=environment)

    def __enter__(self) -> httpx.Client:
        deadline = time.monotonic() + 30
        while not self._port.exists():
            assert time.monotonic() < deadline, "the world does not listen"
            time.sleep(0.02)
        url = f"http://127.0.0.1:{self._port.read_text()}"
        self._http = httpx.Client(base_url=url, headers={"X-World-Key": "key"}, trust_env=False)
        return self._http

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._process.kill()
        self._process.wait()
