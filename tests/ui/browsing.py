"""The pages served for a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.ui.pretend_api import served
from tests.ui.pretend_world import World

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def streamlit_over(world: World) -> Iterator[str]:
    """Streamlit over the pretend API: its address."""
    port = free_port()
    with served(world) as api:
        env = {**os.environ, "TROPA_API_URL": api, "TROPA_UI_KEY": "secret", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "streamlit", "run", "ui/app.py", "--server.port", str(port)]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=quiet, stderr=quiet) as process:
            url = f"http://127.0.0.1:{port}"
            wait(f"{url}/_stcore/health")
            yield url
            process.terminate()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def wait(url: str) -> None:
    """Until somebody answers there."""
    for _try in range(200):
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)
