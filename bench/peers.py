"""The same journey on other engines, in one run with ours: PostgreSQL, each peer in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.contacts import through
from bench.places import Places, places
from bench.results import KEPT, Results

SCRIPTS = Path(__file__).parent / "baselines" / "peers"
OURS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another engine: its script, what to install, how many contacts it is given (quick, full), our goal against it."""

    name: str
    script: str
    needs: tuple[str, ...]
    contacts: tuple[int, int]
    goal: int


PEERS = (
    Peer(
        name="a Prefect flow per contact",
        script="prefect_flow.py",
        # Later versions of these two break its server: see docs/performance.md.
        needs=("prefect>=3.8.8,<3.9", "fastapi<0.151", "sqlalchemy<2.1"),
        contacts=(20, 150),
        goal=1_000,
    ),
    Peer(
        name="a DBOS workflow per contact",
        script="dbos_workflow.py",
        needs=("dbos",),
        contacts=(200, 1_000),
        goal=50,
    ),
    Peer(
        name="a procrastinate job per step",
        script="procrastinate_jobs.py",
        needs=("procrastinate[psycopg]", "psycopg[binary]"),
        contacts=(300, 1_000),
        goal=50,
    ),
    Peer(
        name="a pgqueuer job per step",
        script="pgqueuer_jobs.py",
        needs=("pgqueuer", "asyncpg"),
        contacts=(500, 1_000),
        goal=15,
    ),
)


def run(results: Results) -> None:
    """Measure the peers and Tropa, and print how many times as many contacts a second go through it."""
    repeats = 3 if results.full else 1
    with places("PostgreSQL") as room:
        ours = [OURS / through(room, "PostgreSQL", OURS)[0] for _ in range(repeats)]
        rate = results.add(f"Tropa on PostgreSQL, {OURS:,} contacts", ours, "contacts/s")
        for peer in PEERS:
            many = peer.contacts[results.full]
            rates = [many / _measured(peer, room, many) for _ in range(repeats)]
            theirs = results.add(f"{peer.name}, {many:,} contacts", rates, "contacts/s")
            results.add(f"Tropa against {peer.name}", rate / theirs, "times", f">= {peer.goal}")


def _measured(peer: Peer, room: Places, contacts: int) -> float:
    python = _environment(peer)
    with room.fresh() as (url, home):
        quiet = {
            "PREFECT_HOME": str(home),
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
            "DO_NOT_TRACK": "1",
        }
        command = [str(python), str(SCRIPTS / peer.script), url, str(contacts)]
        # From its own folder: our packages are not to be found in theirs.
        done = subprocess.run(
            command, cwd=home, env={**os.environ, **quiet}, capture_output=True, text=True, check=False, timeout=1800
        )
    if done.returncode:
        raise RuntimeError(f"{peer.name} failed: {done.stderr[-2000:]}")
    return float(json.loads(done.stdout.strip().splitlines()[-1])["seconds"])


def _environment(peer: Peer) -> Path:
    """The peer's interpreter; its environment is made once, under .bench/."""
    folder = KEPT / "peers" / peer.script.removesuffix(".py")
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *peer.needs], check=True)
        (folder / "installed").touch()
    return python
