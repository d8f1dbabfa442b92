"""Which processes an installation is made of: commands, environments and signs of readiness, as values."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from engine.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
#: `-P` and the root on the path: a folder `api` or `store` in the working directory is not ours.
PYTHON = (sys.executable, "-P", "-m")

#: Nothing of an installation reports to anyone.
TELEMETRY_OFF: Mapping[str, str] = {
    "DO_NOT_TRACK": "1",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to keep running.

    It is ready when `url` answers 2xx or, without one, when the file `announces` appears, which a child makes itself.
    `patience`: seconds between the request to stop and the end of it. `nice`: added to its niceness.
    `after`: name of the child that gets the processor first.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    announces: Path | None = None
    address: str = ""
    patience: float = 1.5
    nice: int = 0
    after: str = ""


def prepared(settings: Settings) -> Settings:
    """The settings with what is chosen at each start: the pretend world's port and key."""
    if not settings.pretends:
        return settings
    given = settings.sandbox_key
    key = given if given and given.get_secret_value() else SecretStr(secrets.token_urlsafe(24))
    port = _free_port(_last_port(settings.home / "sandbox.port"))
    return settings.model_copy(update={"sandbox_key": key, "sandbox_url": f"http://127.0.0.1:{port}"})


def children(settings: Settings, *, ui: bool = True) -> list[Child]:
    """The processes of `tropa up` in the order in which they are stopped; settings from `prepared`."""
    every = [engine(settings), api(settings)]
    if ui:
        every.append(pages(settings))
    if settings.pretends:
        every.append(world(settings))
    if settings.demo:
        every.insert(0, visitors(settings))
    if settings.prefect and settings.prefect_is_ours:
        every.append(prefect(settings))
    return every


def engine(settings: Settings) -> Child:
    """The process that moves contacts; it announces its readiness in a file because it has no port."""
    ready = settings.home / "run" / "engine.ready"
    told = client_environment(settings) if settings.prefect else {}
    return Child(
        name="engine",
        command=(*PYTHON, "engine"),
        environment={**_shared(), **settings.environment(), **told, "TROPA_READY_FILE": str(ready)},
        announces=ready,
        # What is on the wire is waited for. All patience together stays under the 15 s of a stop.
        patience=11.0,
    )


def api(settings: Settings) -> Child:
    """The HTTP doors."""
    address = settings.local_url(settings.api_port)
    return Child(
        name="api",
        command=(*PYTHON, "api"),
        environment={**_shared(), **settings.environment()},
        url=f"{address}/livez",
        address=address,
    )


def pages(settings: Settings) -> Child:
    """The UI; of the settings it gets only where things are, since it speaks HTTP to the API."""
    known = {"TROPA_HOME": str(settings.home), "TROPA_API_URL": settings.api_url}
    address = settings.local_url(settings.ui_port)
    options = {
        "server.port": settings.ui_port,
        "server.address": settings.host,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return Child(
        name="ui",
        command=(*PYTHON, "streamlit", "run", str(ROOT / "ui" / "app.py"), *flags),
        environment={**_shared(), **known},
        url=f"{address}/_stcore/health",
        address=address,
        patience=0.5,
    )


def world(settings: Settings) -> Child:
    """The pretend messengers; their port is fixed beforehand, so that they come back where they were."""
    key = settings.sandbox_key.get_secret_value() if settings.sandbox_key else ""
    port = settings.sandbox_url.rpartition(":")[2]
    data, told = settings.home / "sandbox.db", settings.home / "sandbox.port"
    return Child(
        name="sandbox",
        command=(
            *(*PYTHON, "sandbox.world", "--port", port),
            *("--data", str(data), "--port-file", str(told)),
        ),
        environment={**_shared(), "TROPA_SANDBOX_KEY": key},
        url=f"{settings.sandbox_url}/world/clock",
        headers={"X-World-Key": key},
        address=settings.sandbox_url,
        patience=0.5,
    )


def visitors(settings: Settings) -> Child:
    """The demo's example journeys and the people who take them, through the API like any other caller."""
    return Child(
        name="demo",
        command=(*PYTHON, "sandbox.demo"),
        environment={**_shared(), "TROPA_HOME": str(settings.home), "TROPA_API_URL": settings.api_url},
        patience=0.5,
        after="api",
    )


def prefect(settings: Settings) -> Child:
    """Prefect's server on loopback, as one process: its own command line would leave a grandchild behind."""
    address = f"http://127.0.0.1:{settings.prefect_port}"
    return Child(
        name="prefect",
        command=(
            *(*PYTHON, "uvicorn", "--factory", "prefect.server.api.server:create_app"),
            *("--host", "127.0.0.1", "--port", str(settings.prefect_port), "--log-level", "warning"),
            *("--timeout-graceful-shutdown", "1"),
        ),
        environment={**_shared(), **server_environment(settings)},
        url=f"{address}/api/health",
        address=address,
        patience=0.5,
        nice=10,
        after="api",
    )


def client_environment(settings: Settings) -> dict[str, str]:
    """What makes a process report its runs to Prefect's server, and to nobody else."""
    return {
        **TELEMETRY_OFF,
        "PREFECT_HOME": str(settings.home / "prefect"),
        "PREFECT_API_URL": settings.prefect_api_url,
        "PREFECT_API_REQUEST_TIMEOUT": "10",
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        # Prefect sets the root logger, which is ours, to WARNING unless told otherwise.
        "PREFECT_LOGGING_ROOT_LEVEL": settings.log_level,
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }


def server_environment(settings: Settings) -> dict[str, str]:
    """What makes Prefect's server small: its own SQLite file, finished runs kept for a week, no stored events.

    Stored events would make its file grow 4.4 times as fast and are needed only for automations.
    """
    home = settings.home / "prefect"
    return {
        **client_environment(settings),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(settings.prefect_port),
        "PREFECT_LOGGING_ROOT_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "P7D",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    }


def _shared() -> dict[str, str]:
    """What every child gets: where the packages are, logs without delay, no telemetry."""
    given = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(ROOT), given] if given else [str(ROOT)])
    return {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **TELEMETRY_OFF}


def _last_port(told: Path) -> int:
    text = told.read_text("ascii", "replace").strip() if told.is_file() else ""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else 0


def _free_port(preferred: int) -> int:
    """The preferred loopback port if it is free, else any other."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")
