"""Is it alive, is it ready, how busy is it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from api.doors import Authorised, Shared, project_of
from engine.project import Project, real_now
from store import pulse, running
from store.tables.columns import micros

router = APIRouter(tags=["running"])
SILENCE = 10_000_000


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """200 when the database takes writes and the engine was heard of in the last 10 seconds."""
    project = project_of(request)
    checks = {"database": _writes(project), "engine": _beats(project)}
    ready = all(checks.values())
    shown = {name: "ok" if good else "not ready" for name, good in checks.items()}
    return JSONResponse({"status": "ready" if ready else "not ready", "checks": shown}, 200 if ready else 503)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Prometheus metrics: amounts and ages, nothing personal."""
    project = project_of(request)
    registry = CollectorRegistry()
    with project.database.read() as connection:
        now = project.now_micros(connection)
        for name, about, value in pulse.gauges(connection, now):
            Gauge(f"tropa_{name}", about, registry=registry).set(value)
    Gauge("tropa_wal_bytes", "Size of SQLite's write-ahead log", registry=registry).set(project.database.wal_bytes())
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")


@router.get("/v1/overview")
def overview(project: Shared, _: Authorised) -> dict[str, Any]:
    """Sums for the first page: contacts, journeys, trips, messages."""
    with project.database.read() as connection:
        return pulse.overview(connection, project.now_micros(connection))


def _writes(project: Project) -> bool:
    try:
        project.database.transact(lambda connection: running.beat(connection, "readyz", micros(real_now())))
    except SQLAlchemyError:
        return False
    return True


def _beats(project: Project) -> bool:
    try:
        with project.database.read() as connection:
            beat = running.last_beat(connection, "engine")
    except SQLAlchemyError:
        return False
    return beat is not None and micros(real_now()) - beat.beat_at < SILENCE
