"""Messages over HTTP to the sandbox's Telegram: how many one engine process delivers a second."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.line import ROOT, Line
from bench.places import Places, places
from bench.results import Results
from channels.base import Account
from store.sql import one, scalar

TOKEN = "123456789:bench"


def run(results: Results) -> None:
    """From the first request to the last answer that is committed; the sandbox's own rates are switched off."""
    many, repeats = (20_000, 3) if results.full else (3_000, 1)
    for kind in results.kinds:
        with places(kind) as room:
            rates = [_delivered(room, many) for _ in range(repeats)]
        results.add(f"{kind}: {many:,} messages over HTTP from one process", rates, "deliveries/s", ">= 1000")


def _delivered(room: Places, many: int) -> float:
    with room.fresh() as (url, home), pretend_world(home) as world:
        settings = {"username": "bench", "per_second": "1000000"}
        account = Account(
            channel="telegram", name="default", base_url=world, secrets={"token": TOKEN}, settings=settings
        )
        line = Line(url, home, running=True, account=account)
        try:
            line.fill(many)
            with line.engines(1):
                line.enroll(many)
                accepted(line, many)
            with line.project.database.read() as connection:
                span = one(connection, "SELECT min(sending_at) AS first, max(accepted_at) AS last FROM delivery")
        finally:
            line.close()
    assert span is not None
    return many * 1_000_000 / int(span.last - span.first)


def accepted(line: Line, many: int, patience: float = 600.0) -> None:
    """Wait until so many messages are accepted; RuntimeError when it takes too long."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with line.project.database.read() as connection:
            if scalar(connection, "SELECT count(*) FROM delivery WHERE state = 'accepted'") == many:
                return
        time.sleep(0.5)
    raise RuntimeError("the messages do not get through")


@contextmanager
def pretend_world(home: Path) -> Iterator[str]:
    """The sandbox's messengers in a process of their own, without their rates: its address."""
    told = home / "world.port"
    process = subprocess.Popen([sys.executable, "-m", "sandbox.world", "--port-file", str(told)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 180
        while not told.exists():
            if time.monotonic() > deadline:
                raise RuntimeError("the pretend world did not start")
            time.sleep(0.05)
        url = f"http://127.0.0.1:{told.read_text().strip()}"
        account = {"channel": "telegram", "account": "default", "token": TOKEN, "settings": {"username": "bench"}}
        with httpx.Client(base_url=url, trust_env=False) as client:
            client.put("/world/accounts", json={"accounts": [account]}).raise_for_status()
            client.put("/world/settings", json={"rates": False}).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait(10)
