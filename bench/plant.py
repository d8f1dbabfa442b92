"""A Tropa of its own for a bench: started by its command line, spoken to over HTTP, gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import httpx

from tests.ports import free_port

ROOT = Path(__file__).parent.parent
KEY = "bench-key"


@contextmanager
def running() -> Iterator[httpx.Client]:
    """A client of a sandbox installation on SQLite with a stopped clock; RuntimeError when it does not come up."""
    home = Path(mkdtemp(prefix="tropa-bench-"))
    port = free_port()
    command = [sys.executable, str(ROOT / "tropa.py"), "up", "--sandbox", "--no-ui", "--no-prefect"]
    command += ["--home", str(home), "--api-port", str(port)]
    environment = {**os.environ, "TROPA_BOOTSTRAP_KEY": KEY}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    headers = {"Authorization": f"Bearer {KEY}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=600, trust_env=False) as client:
            _wait(client)
            client.put("/sandbox/clock", json={"now": "2035-01-08T09:00:00Z", "running": False}).raise_for_status()
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def _wait(client: httpx.Client) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError("the product did not come up")
