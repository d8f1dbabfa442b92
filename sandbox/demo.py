"""Fill a fresh demo over HTTP, then let people come until told to stop: `python -m sandbox.demo`."""

from __future__ import annotations

import heapq
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx

from sandbox.cast import PREFIX, Actor, actor
from sandbox.demo_client import CAST, Demo

log = logging.getLogger("sandbox.demo")
#: Seconds between two groups of the cast, and between two visitors after them.
SOON, LATER = 2.0, 20.0
GROUP = 2


def live(demo: Demo, stop: threading.Event) -> None:
    """Let people come until `stop`: the cast in a few minutes, then a new visitor now and then."""
    known, visited = demo.known(), demo.visited()
    cast = [each for each in map(actor, range(CAST)) if each.external_id not in visited]
    numbers = [int(name.removeprefix(PREFIX)) for name in known if name.removeprefix(PREFIX).isdigit()]
    following = max([CAST, *(number + 1 for number in numbers)])
    orders: list[tuple[float, int]] = []
    while not stop.is_set():
        if cast:
            group, cast, pause = cast[:GROUP], cast[GROUP:], SOON
        else:
            group, following, pause = [actor(following)], following + 1, LATER
        for who in group:
            if _does(partial(_come, demo, who)) and demo.buys(who):
                heapq.heappush(orders, (time.monotonic() + 30 + 60 * who.fortune("when"), who.number))
        while orders and orders[0][0] <= time.monotonic():
            _does(partial(demo.buy, actor(heapq.heappop(orders)[1])))
        stop.wait(pause)


def _come(demo: Demo, who: Actor) -> None:
    if who.number >= CAST:
        demo.invite([who])
        demo.refill()
    demo.visit(who)


def _does(deed: Callable[[], object]) -> bool:
    """Whether it went well: an API that is being restarted costs the demo one visitor, not its life."""
    try:
        deed()
    except httpx.HTTPError as error:
        log.warning("the API did not take it: %s", error)
        return False
    return True


def wait_until_ready(url: str, stop: threading.Event) -> httpx.Client | None:
    """A client of the API once it, the engine and the pretend world are there; None when told to stop before."""
    while not stop.is_set():
        key = _key()
        if key:
            api = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False)
            try:
                if all(api.get(path).status_code == 200 for path in ("/readyz", "/sandbox/settings")):
                    return api
            except httpx.HTTPError:
                pass
            api.close()
        stop.wait(0.3)
    return None


def _key() -> str:
    if key := os.environ.get("TROPA_BOOTSTRAP_KEY", ""):
        return key
    path = Path(os.environ.get("TROPA_HOME") or ".tropa") / "keys" / "ui"
    return path.read_text().strip() if path.is_file() else ""


def _open(demo: Demo, stop: threading.Event) -> None:
    log.info("the demo is filled: %s", demo.fill())
    live(demo, stop)


def main() -> int:
    """Fill, then live until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    api = wait_until_ready(os.environ.get("TROPA_API_URL", "http://127.0.0.1:8000"), stop)
    if api is None:
        return 0
    with closing(api):
        demo = Demo(api)
        while not stop.is_set() and not _does(partial(_open, demo, stop)):
            stop.wait(1.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
