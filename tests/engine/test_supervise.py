"""The supervisor with real, tiny processes: readiness, restarts, order of stopping, locks and ports."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.processes import Child, children, prepared
from engine.settings import Settings
from engine.supervise import CannotStart, Supervisor, check_ports, locked
from tests.ports import free_port

pytestmark = pytest.mark.slow

CHILD = Path(__file__).with_name("pretend_child.py")
ROOT = CHILD.parent.parent.parent


def diary(folder: Path) -> list[tuple[str, str, int, float]]:
    """What the children wrote: name, what, process id, when."""
    if not (folder / "diary").exists():
        return []
    lines = [line.split() for line in (folder / "diary").read_text().splitlines()]
    return [(name, what, int(process), float(at)) for name, what, process, at in lines]


def pretend(name: str, folder: Path, *words: str, **facts: object) -> Child:
    """A child whose readiness is a file."""
    ready = folder / "run" / f"{name}.ready"
    command = (sys.executable, "-S", str(CHILD), name, str(folder), "--ready", str(ready), *words)
    return Child(name=name, command=command, **{"announces": ready, **facts})  # type: ignore[arg-type]


def is_alive(process: int) -> bool:
    """Whether a process exists and is not a zombie."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def until(what: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is true; fail when it does not become so."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.02)


class Running:
    """A supervisor at work in this test's loop, and what it said."""

    def __init__(self, family: list[Child], folder: Path) -> None:
        self.said: list[str] = []
        self.supervisor = Supervisor(family, folder / "logs", self.said.append)
        self.names = [child.name for child in family]

    async def __aenter__(self) -> Running:
        self.task = asyncio.create_task(self.supervisor.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self.task.done():
            self.supervisor.stop()
        await self.task

    def ready(self, name: str) -> int:
        """How often a child was said to be ready."""
        return sum(line.startswith(f"{name:<8} ready") for line in self.said)

    async def all_ready(self) -> None:
        """Wait until every child was said to be ready."""
        await until(lambda: all(self.ready(name) for name in self.names))


async def stopped_in_order(folder: Path) -> list[str]:
    family = [pretend(name, folder) for name in ("engine", "api", "ui", "sandbox", "prefect")]
    async with Running(family, folder) as running:
        await running.all_ready()
    assert not any(is_alive(process) for _, what, process, _ in diary(folder) if what == "began")
    return [name for name, what, _, _ in sorted(diary(folder), key=lambda entry: entry[3]) if what == "asked"]


def test_children_stop_one_after_another_in_the_order_given(tmp_path: Path) -> None:
    assert asyncio.run(stopped_in_order(tmp_path)) == ["engine", "api", "ui", "sandbox", "prefect"]


def test_the_real_order_is_engine_api_ui_sandbox_prefect(tmp_path: Path) -> None:
    family = children(prepared(Settings(home=tmp_path, sandbox=True)))
    assert [child.name for child in family] == ["engine", "api", "ui", "sandbox", "prefect"]
    assert sum(child.patience for child in family) < 15


def test_readiness_is_an_answer_over_http_and_is_said_with_the_address(tmp_path: Path) -> None:
    async def scene() -> list[str]:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        child = pretend("api", tmp_path, "--port", str(port), announces=None, url=f"{address}/livez", address=address)
        async with Running([child], tmp_path) as running:
            await running.all_ready()
            return [line for line in running.said if address in line]

    (line,) = asyncio.run(scene())
    assert line.startswith("api      ready  http://127.0.0.1:")
    assert line.endswith(" s")


def test_an_old_sign_of_readiness_does_not_count(tmp_path: Path) -> None:
    async def scene() -> list[str]:
        child = pretend("engine", tmp_path)
        silent = Child(
            name="engine", command=(sys.executable, "-c", "import time; time.sleep(60)"), announces=child.announces
        )
        assert silent.announces
        silent.announces.parent.mkdir()
        silent.announces.touch()
        async with Running([silent], tmp_path) as running:
            await asyncio.sleep(0.5)
        return running.said

    assert not [line for line in asyncio.run(scene()) if "ready" in line]


def test_a_killed_child_starts_again_at_once(tmp_path: Path) -> None:
    async def scene() -> float:
        async with Running([pretend("engine", tmp_path)], tmp_path) as running:
            await running.all_ready()
            killed = time.monotonic()
            os.kill(diary(tmp_path)[0][2], signal.SIGKILL)
            await until(lambda: running.ready("engine") == 2)
            assert [line for line in running.said if "SIGKILL" in line]
        return diary(tmp_path)[1][3] - killed

    assert asyncio.run(scene()) < 1.0


def test_a_child_that_keeps_dying_is_tried_again_with_growing_pauses(tmp_path: Path) -> None:
    async def scene() -> list[str]:
        async with Running([pretend("engine", tmp_path, "--die", "3")], tmp_path) as running:
            await running.all_ready()
        return running.said

    said = asyncio.run(scene())
    deaths = [line for line in said if "ended with code 3" in line]
    assert [line.split("again in ")[1].split(" s;")[0] for line in deaths] == ["0", "0.5", "1"]
    assert "         | I was told to die" in said
    began = [at for _, what, _, at in diary(tmp_path) if what == "began"]
    pauses = [later - earlier for earlier, later in itertools.pairwise(began)]
    assert len(pauses) == 3
    assert pauses[1] > 0.5
    assert pauses[2] > 1.0


def test_one_child_waits_for_another_only_at_the_start(tmp_path: Path) -> None:
    async def scene() -> None:
        family = [pretend("api", tmp_path), pretend("prefect", tmp_path, after="api")]
        async with Running(family, tmp_path) as running:
            await running.all_ready()

    asyncio.run(scene())
    assert [name for name, what, _, _ in diary(tmp_path) if what == "began"] == ["api", "prefect"]


def test_a_stubborn_child_is_killed_when_its_patience_is_over(tmp_path: Path) -> None:
    async def scene() -> float:
        family = [pretend("engine", tmp_path, "--stubborn", patience=0.4), pretend("api", tmp_path, patience=0.4)]
        async with Running(family, tmp_path) as running:
            await running.all_ready()
            began = time.monotonic()
            running.supervisor.stop()
            await running.task
        return time.monotonic() - began

    assert 0.4 <= asyncio.run(scene()) < 2.0
    assert not any(is_alive(process) for _, _, process, _ in diary(tmp_path))


def test_asked_a_second_time_everything_ends_now(tmp_path: Path) -> None:
    async def scene() -> float:
        async with Running([pretend("engine", tmp_path, "--stubborn", patience=30)], tmp_path) as running:
            await running.all_ready()
            began = time.monotonic()
            running.supervisor.stop()
            await until(lambda: any(what == "asked" for _, what, _, _ in diary(tmp_path)))
            running.supervisor.stop()
            await running.task
        return time.monotonic() - began

    assert asyncio.run(scene()) < 3.0


def test_a_command_that_does_not_exist_does_not_end_the_others(tmp_path: Path) -> None:
    async def scene() -> list[str]:
        family = [Child(name="ui", command=(str(tmp_path / "absent"),)), pretend("api", tmp_path)]
        async with Running(family, tmp_path) as running:
            await until(lambda: running.ready("api") == 1 and len(running.said) > 2)
        return running.said

    assert [line for line in asyncio.run(scene()) if line.startswith("ui") and "cannot be started" in line]


PARENT = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from engine.supervise import keep
from test_supervise import pretend
folder = Path({folder!r})
asyncio.run(keep([pretend("engine", folder), pretend("api", folder)], folder / "logs"))
"""


def start_parent(folder: Path) -> subprocess.Popen[str]:
    """A supervisor in a process of its own, both of its children ready."""
    text = PARENT.format(root=str(ROOT), tests=str(CHILD.parent), folder=str(folder))
    parent = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stdout
    ready = {parent.stdout.readline().split()[0], parent.stdout.readline().split()[0]}
    assert ready == {"engine", "api"}
    return parent


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_whole_terminal_reaches_the_children_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with start_parent(tmp_path) as parent:
        os.killpg(parent.pid, number)
        assert parent.wait(10) == 0
    entries = diary(tmp_path)
    assert [name for name, what, _, _ in entries if what == "asked"] == ["engine", "api"]
    assert not any(is_alive(process) for _, _, process, _ in entries)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    with start_parent(tmp_path) as parent:
        parent.kill()
        parent.wait(10)
        processes = [process for _, what, process, _ in diary(tmp_path) if what == "began"]
        assert len(processes) == 2
        asyncio.run(until(lambda: not any(is_alive(process) for process in processes), 5))


def test_a_home_belongs_to_one_supervisor(tmp_path: Path) -> None:
    refused = pytest.raises(CannotStart, match=rf"already running in .* \(process {os.getpid()}\)")
    with locked(tmp_path), refused, locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_taken_ports_are_named_with_their_flags(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        taken = {"ui_port": one.getsockname()[1], "prefect_port": two.getsockname()[1]}
        settings = Settings(home=tmp_path, api_port=free_port(), **taken)
        with pytest.raises(CannotStart) as refused:
            check_ports(settings)
        lines = str(refused.value).splitlines()
        assert [line.split()[-1] for line in lines] == ["--ui-port.", "--prefect-port."]
        assert str(taken["ui_port"]) in lines[0]
        check_ports(settings.model_copy(update={"prefect": False}), ui=False)


def test_one_port_cannot_serve_two(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(CannotStart, match=f"Port {port} is asked for twice"):
        check_ports(Settings(home=tmp_path, api_port=port, ui_port=port, prefect=False))


def test_tropa_up_refuses_a_taken_port_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        words = ["up", "--home", str(tmp_path / "home"), "--api-port", str(listener.getsockname()[1])]
        done = subprocess.run(
            [sys.executable, str(ROOT / "tropa.py"), *words], capture_output=True, text=True, timeout=30, check=False
        )
    assert done.returncode == 1
    assert "--api-port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "home" / "logs").exists()
