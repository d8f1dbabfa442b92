"""Journeys as files: a journey with its tests as YAML or JSON, and what a file holds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.doors import Authorised, Shared
from api.journeys import found
from api.problems import Refused
from engine.journey_files import FileRefused, apart, read_text, together, written
from store import journey_tests, journeys
from store.sql import parsed

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])
MOST = 2_000_000


class FileIn(BaseModel):
    """A file's text and its form."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST)
    format: Literal["yaml", "json"] = "yaml"


@router.post("/read")
def read(body: FileIn, _: Authorised) -> dict[str, Any]:
    """The journey that a file holds and its tests; nothing is saved."""
    try:
        document, tests = apart(read_text(body.text, body.format))
    except FileRefused as refused:
        raise Refused(422, "not_valid", str(refused), field="text") from refused
    return {"document": document, "tests": tests}


@router.get("/{journey}/file")
def write(
    journey: str, project: Shared, _: Authorised, format: Annotated[Literal["yaml", "json"], Query()] = "yaml"
) -> Response:
    """The draft and the journey's tests as a file, which can be read back."""
    with project.database.read() as connection:
        row = found(connection, journey)
        draft = journeys.draft(connection, journey)
        kept = journey_tests.of(connection, row.id)
    assert draft is not None
    tests = [{"name": one.name, "script": parsed(one.script), "expect": parsed(one.expected)} for one in kept]
    kind = "application/yaml" if format == "yaml" else "application/json"
    name = "".join(sign for sign in journey if sign.isalnum() or sign in "_-")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    return Response(written(together(draft[0], tests), format), media_type=f"{kind}; charset=utf-8", headers=headers)
