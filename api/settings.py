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

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    caps: Caps | None = Field(None, description="The most marketing messages to one contact; null: no cap.")
    opt_out_line: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Stands under the first advertisement to a contact on each messenger; null: none.",
    )


def _chosen(connection: Any) -> dict[str, Any]:
    return {name: frequency.setting(connection, name) for name in ProjectIn.model_fields}


@router.get("")
def get_settings(project: Shared, _: Authorised) -> dict[str, Any]:
    """What the project has chosen."""
    with project.database.read() as connection:
        return _chosen(connection)


@router.put("")
def put_settings(body: ProjectIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Choose what is named; the rest stays. It counts from the next message on."""
    chosen = body.model_dump(mode="json", include=body.model_fields_set)

    def work(connection: Any) -> dict[str, Any]:
        for name, value in chosen.items():
            frequency.choose(connection, name, value)
        keys.audit(connection, caller.name, "settings.put", "project", project.now_micros(connection), chosen)
        return _chosen(connection)

    return project.database.transact(work)
