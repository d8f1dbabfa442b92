"""`make soak`: rounds of kills, crashes of the database and faults of messengers until the time is over.

`SOAK_MINUTES` (10) says for how long, `SOAK_SEED` with which seed to begin: a round that failed is repeated by its
seed on the commit that is printed. Moments hang on the machine's speed, so the same seed is a good try, no promise.
"""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.crashes.plant import Plant, plant
from tests.crashes.stories import Story
from tests.postgres import Server, new_database, own_server

KILLS, MANY = 25, 60
#: What goes wrong at the messengers, in how many of a hundred requests or webhooks.
FAULTS = {"429": 4, "500": 4, "500_accepted": 4, "drop_after_accept": 4, "html_502": 2, "slow": 3}
FAULTS |= {"duplicate_webhook": 30, "reordered": 10, "late_receipt": 5, "forged": 2}


def main() -> None:
    """Rounds on SQLite and PostgreSQL in turn; the first violation ends it."""
    minutes = float(os.environ.get("SOAK_MINUTES", "10"))
    seed = int(os.environ.get("SOAK_SEED") or secrets.randbelow(1_000_000))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    print(f"commit {commit.stdout.strip() or 'unknown'}, {minutes:g} minutes, seeds from {seed}", flush=True)
    ends, kills, messages = time.monotonic() + minutes * 60, 0, 0
    with own_server() as server:
        while time.monotonic() < ends:
            began = time.monotonic()
            used = server if seed % 2 else None
            print(f"seed {seed} on {'PostgreSQL' if used else 'SQLite'}: ", end="", flush=True)
            with TemporaryDirectory(prefix="tropa-soak-") as home:
                told = one_round(Path(home), random.Random(seed), seed, used)
            kills, messages, seed = kills + KILLS, messages + told, seed + 1
            print(f"{told} messages, {time.monotonic() - began:.0f} s, all holds", flush=True)
    print(f"{kills} kills, {messages} messages, no violation")


def one_round(home: Path, luck: random.Random, seed: int, server: Server | None) -> int:
    """One story with everything going wrong; how many messages were on their way in it."""
    url = new_database(server.url, f"soak_{seed}_{luck.randrange(10**6)}") if server is not None else ""
    with plant(home / "home", url) as here:
        story = Story(here, many=MANY)
        engines = ["first", "second", "third"] if server is not None else ["first", "second"]
        for name in engines:
            here.start("engine", name=name)
        here.call("PUT", "/sandbox/faults", json={"faults": [fault(*each) for each in FAULTS.items()]})
        story.begin()
        in_flight = 0
        for _ in range(KILLS):
            time.sleep(luck.uniform(0.05, 1.0))
            in_flight += strike(here, luck, engines, server)
            here.revive()
        time.sleep(5)
        here.revive()
        here.ready()
        here.call("PUT", "/sandbox/faults", json={"faults": []})
        story.finish()
        vague = sum(each["status"] == 0 or each["status"] >= 500 for each in here.log())
        story.check(in_flight + vague, repeats=True)
        return len(here.all_of("/v1/deliveries"))


def fault(kind: str, percent: int) -> dict[str, Any]:
    """A fault in force until it is taken back."""
    numbers: dict[str, float] = {"429": {"retry_after": 1.0}, "slow": {"delay": 0.5}}.get(kind, {})
    numbers |= {"delay": 5.0} if kind in ("reordered", "late_receipt") else {}
    return {"kind": kind, "probability": percent / 100, "times": None, **numbers}


def strike(here: Plant, luck: random.Random, engines: list[str], server: Server | None) -> int:
    """Kill something and start it again: how many messages may have been on the wire of an engine that died."""
    victim = luck.choice([*engines, *engines, "api", "database"])
    if victim == "database" and server is not None:
        server.stop()
        time.sleep(luck.uniform(0.0, 2.0))
        server.start()
        return 0
    victim = "api" if victim == "database" else victim
    here.kill(victim)
    in_flight = here.in_flight() if victim != "api" else 0
    assert here.integrity() == "ok"
    here.start("api" if victim == "api" else "engine", name=victim)
    return in_flight


if __name__ == "__main__":
    main()
