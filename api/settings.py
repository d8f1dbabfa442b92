"""Choices of the whole project."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.doors import Authorised, Shared
from journeys.caps import Caps
from store import frequency, keys

router = APIRouter(prefix="/v1/settings", tags=["settings"])


class ProjectIn(BaseModel):
    """The project's choices."""

    model_config = ConfigDict(extra="forbid")

    caps: Caps | None = Field(None, description="The most marketing messages to one contact; null: no cap.")


@router.get("")
def get_settings(project: Shared, _: Authorised) -> dict[str, Any]:
    """What the project has chosen."""
    with project.database.read() as connection:
        return {"caps": frequency.setting(connection, "caps")}


@router.put("")
def put_settings(body: ProjectIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Choose; it counts from the next message on."""
    chosen = body.model_dump(mode="json")

    def work(connection: Any) -> None:
        frequency.choose(connection, "caps", chosen["caps"])
        keys.audit(connection, caller.name, "settings.put", "project", project.now_micros(connection), chosen)

    project.database.transact(work)
    return chosen
