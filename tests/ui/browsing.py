"""The pages served for a real browser, and the browser itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, expect, sync_playwright

from tests.ports import free_port
from tests.ui.pretend_api import served
from tests.ui.pretend_world import World

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
#: What keeps a headless browser from calling its maker's servers, and from playing a graphics card by software.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: A page that is drawn beside other work takes its time: what is expected of it is given up after so many milliseconds.
expect.set_options(timeout=20_000)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as player:
        found = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@contextmanager
def streamlit_at(api: str, key: str) -> Iterator[str]:
    """Streamlit over the API at an address: its own address."""
    port = free_port()
    env = {**os.environ, "TROPA_API_URL": api, "TROPA_UI_KEY": key, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", "ui/app.py", "--server.port", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=quiet, stderr=quiet) as process:
        url = f"http://127.0.0.1:{port}"
        wait(f"{url}/_stcore/health")
        yield url
        process.terminate()


@contextmanager
def streamlit_over(world: World) -> Iterator[str]:
    """Streamlit over the pretend API: its address."""
    with served(world) as api, streamlit_at(api, "secret") as url:
        yield url


def wait(url: str) -> None:
    """Until somebody answers there."""
    for _try in range(200):
        try:
            with urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)
