"""The supervisor of `tropa up`: starts the processes, says when each is ready, restarts what dies, stops them in order.

It holds no state: whatever happens to it, everything that matters is in the database.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from engine.keeper import Keeper, Say
from engine.processes import Child, children, prepared
from engine.settings import Settings


class CannotStart(Exception):
    """Nothing was started: the reason is the message."""


class Supervisor:
    """All children of one home, stopped in the order in which they are given."""

    def __init__(self, family: Sequence[Child], logs: Path, say: Say) -> None:
        self._family = family
        self._logs = logs
        self._say = say
        self._stop = asyncio.Event()
        self._keepers: list[Keeper] = []

    async def run(self) -> None:
        """Keep everything running until `stop`; returns when all of it has ended."""
        self._logs.mkdir(parents=True, exist_ok=True)
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            self._keepers = [Keeper(child, self._logs, self._say, client) for child in self._family]
            named = {keeper.child.name: keeper.ready for keeper in self._keepers}
            tasks = [asyncio.create_task(keeper.run(named.get(keeper.child.after))) for keeper in self._keepers]
            stop = asyncio.create_task(self._stop.wait())
            done, _ = await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
            await self._end()
            for task in [stop, *tasks]:
                task.cancel()
            await asyncio.gather(*tasks, stop, return_exceptions=True)
        for task in done - {stop}:  # a keeper ends by itself only through a defect: show it
            task.result()

    def stop(self) -> None:
        """Ask for an orderly end; asked a second time, end everything now."""
        if self._stop.is_set():
            self._say("stopping now")
            for keeper in self._keepers:
                keeper.send(signal.SIGKILL)
        self._stop.set()

    async def _end(self) -> None:
        """Stop in order; what a child leaves of its time is the next one's too."""
        began = deadline = time.monotonic()
        self._say("stopping")
        for keeper in self._keepers:
            keeper.retire()
        for keeper in self._keepers:
            deadline += keeper.child.patience
            await keeper.stop(deadline)
        self._say(f"stopped  {time.monotonic() - began:.1f} s")


def up(settings: Settings, *, ui: bool = True) -> int:
    """Run an installation until SIGINT or SIGTERM: the exit code of `tropa up`."""
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (settings.home / "prefect").mkdir(exist_ok=True)
        with locked(settings.home):
            check_ports(settings, ui=ui)
            _print(f"Tropa in {settings.home}; Ctrl-C stops it")
            asyncio.run(keep(children(prepared(settings), ui=ui), settings.home / "logs"))
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


async def keep(family: Sequence[Child], logs: Path) -> None:
    """Keep a family of processes running until SIGINT, SIGTERM or SIGHUP, and say on the console how it goes."""
    supervisor = Supervisor(family, logs, _print)
    closing = [] if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else [signal.SIGHUP]  # nohup ignores it
    for number in (signal.SIGINT, signal.SIGTERM, *closing):
        asyncio.get_running_loop().add_signal_handler(number, supervisor.stop)
    await supervisor.run()


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the home for this process alone; CannotStart when another one has it."""
    with (home / "tropa.lock").open("a+", encoding="ascii") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.seek(0)
            owner = held.read().strip() or "unknown"
            raise CannotStart(
                f"Tropa is already running in {home} (process {owner}): stop it first, or give another --home."
            ) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


def check_ports(settings: Settings, *, ui: bool = True) -> None:
    """Raise CannotStart, naming the flag, for every port that another program listens at."""
    wanted = [(settings.host, settings.api_port, "--api-port")]
    wanted += [(settings.host, settings.ui_port, "--ui-port")] if ui else []
    wanted += [("127.0.0.1", settings.prefect_port, "--prefect-port")] if settings.prefect else []
    problems = [
        f"Port {port} of {host} {obstacle}: choose another one with {flag}."
        for host, port, flag in wanted
        if (obstacle := _obstacle(host, port))
    ]
    ports = [port for _, port, _ in wanted]
    problems += [f"Port {port} is asked for twice." for port in sorted(set(ports)) if ports.count(port) > 1]
    if problems:
        raise CannotStart("\n".join(problems))


def _obstacle(host: str, port: int) -> str:
    """Why a process could not listen there; empty if it could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            taken = trouble.errno == errno.EADDRINUSE
            return "is taken by another program" if taken else f"cannot be used ({trouble.strerror})"
    return ""


def _print(line: str) -> None:
    with suppress(OSError):  # the terminal may be gone
        print(line.rstrip(), flush=True)
