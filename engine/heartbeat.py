"""A process says that it is alive, and adds what it has counted meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine.project import Project
from store import metrics, running
from store.tables.columns import micros


def beat(project: Project, name: str, detail: Mapping[str, Any] | None = None) -> None:
    """One heartbeat in a transaction of its own; raises what the database raises, and then nothing counted is lost."""
    taken = project.database.meters.take()

    def work(connection: Connection) -> None:
        project.real.ask(lambda: running.server_time(connection))
        running.beat(connection, name, micros(project.real()), detail)
        metrics.add(connection, taken)

    try:
        project.database.transact(work, rings=False, lazy=True)
    except BaseException:
        project.database.meters.give_back(taken)
        raise
