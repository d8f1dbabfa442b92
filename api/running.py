"""Is it alive, is it ready, how is it, how busy is it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from api import metrics
from api.doors import Authorised, Shared, project_of
from engine.health import Finding, Remembered, examine, prefect_answers, readiness
from engine.project import Project
from engine.settings import Settings
from store import pulse

router = APIRouter(tags=["running"])
router.include_router(metrics.router)
#: Seconds for which the answers of Prefect and of the ailments are remembered.
PREFECT, HEALTH = 5.0, 15.0


def prepare(app: FastAPI, project: Project, settings: Settings) -> None:
    """What these doors keep between requests."""
    app.state.settings = settings
    app.state.metrics = metrics.remembered(project)
    app.state.prefect = Remembered(PREFECT, lambda: prefect_answers(settings))
    app.state.health = Remembered(HEALTH, lambda: examine(project, settings))


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """200 when the database takes writes and is up to date, the engine was heard of in the last 10 seconds, webhooks
    are processed and the disk has room. Prefect is reported and never required.
    """
    checks = readiness(project_of(request), request.app.state.settings)
    ready = all(checks.values())
    shown = {name: "ok" if good else "not ready" for name, good in checks.items()}
    answers = request.app.state.prefect.get()
    shown["prefect"] = "off" if answers is None else "ok" if answers else "silent"
    return JSONResponse({"status": "ready" if ready else "not ready", "checks": shown}, 200 if ready else 503)


@router.get("/v1/health")
def health(request: Request, _: Authorised) -> dict[str, Any]:
    """What is stuck, late, broken or nearly full, the worst first, each with the way out; empty when all is well."""
    found: list[Finding] = request.app.state.health.get()
    levels = {each.level for each in found}
    status = "bad" if "bad" in levels else "note" if "note" in levels else "ok"
    return {"status": status, "items": [asdict(each) for each in found], "next": None}


@router.get("/v1/overview")
def overview(project: Shared, _: Authorised) -> dict[str, Any]:
    """Sums for the first page: contacts, journeys, trips, messages."""
    with project.database.read() as connection:
        return pulse.overview(connection, project.now_micros(connection))
