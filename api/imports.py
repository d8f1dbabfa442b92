"""CSV imports: the file is kept first, then read by the engine in batches; progress and broken rows are told."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Form, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from api.doors import Authorised, Shared, iso
from api.journeys import found as journey_found
from api.numbers import _safe
from api.problems import Refused
from engine.errors import NotFound
from engine.imports import JOURNEY
from engine.project import Project
from store import running
from store.sql import parsed

router = APIRouter(prefix="/v1/imports", tags=["contacts"])
PIECE = 1_048_576


@router.post("", status_code=202)
async def start(
    project: Shared,
    _: Authorised,
    file: UploadFile,
    mapping: Annotated[str, Form(max_length=20_000)] = "{}",
    consent_text: Annotated[str, Form(max_length=4_000)] = "",
    journey: Annotated[str, Form(max_length=60)] = "",
) -> dict[str, Any]:
    """Upload a CSV file (comma or semicolon, UTF-8, a header row). Columns: `external_id`, a messenger's name for its
    address, `timezone`, `locale`, `tags`, `marketing_consent` (yes/no) with `consent_text`; all others are attributes.
    `mapping` renames columns: {"Номер": "external_id"}. Everybody in the file enters `journey`, if one is named."""
    names = _mapping(mapping)
    if journey:
        await run_in_threadpool(_must_exist, project, journey)
        names[JOURNEY] = journey
    if consent_text:
        names["_consent_text"] = consent_text
    folder = project.home / "imports"
    path = folder / f"{secrets.token_hex(12)}.csv"
    await run_in_threadpool(folder.mkdir, parents=True, exist_ok=True, mode=0o700)
    size = 0
    with path.open("wb") as kept:
        while piece := await file.read(PIECE):
            size += len(piece)
            await run_in_threadpool(kept.write, piece)
    if not size:
        path.unlink()
        raise Refused(422, "not_valid", "The file is empty.", field="file")
    name = Path(file.filename or "contacts.csv").name

    def work(connection: Any) -> str:
        return running.add_import(connection, name, str(path.resolve()), names, project.now_micros(connection))

    public_id = await run_in_threadpool(project.database.transact, work)
    return {"id": public_id, "status": "waiting"}


@router.get("")
def list_imports(project: Shared, _: Authorised) -> dict[str, Any]:
    """The latest imports."""
    with project.database.read() as connection:
        return {"items": [_shown(row) for row in running.imports(connection, 50)], "next": None}


@router.get("/{import_id}")
def get_import(import_id: str, project: Shared, _: Authorised) -> dict[str, Any]:
    """How far an import has come, and which rows did not go in: line, field, reason."""
    row = _found(project, import_id)
    return {**_shown(row), "problems": parsed(row.problems)}


@router.get("/{import_id}/problems.csv")
def get_problems(import_id: str, project: Shared, _: Authorised) -> Response:
    """The broken rows as CSV."""
    lines = ["line,field,reason"]
    for each in parsed(_found(project, import_id).problems):
        cells = [str(each["line"]), _safe(each["field"]), _safe(each["reason"])]
        lines.append(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells))
    return Response("\n".join(lines) + "\n", media_type="text/csv; charset=utf-8")


def _must_exist(project: Project, journey: str) -> None:
    with project.database.read() as connection:
        journey_found(connection, journey)


def _found(project: Project, import_id: str) -> Any:
    with project.database.read() as connection:
        row = running.get_import(connection, import_id)
    if row is None:
        raise NotFound(f"No import is called {import_id!r}.")
    return row


def _mapping(text: str) -> dict[str, str]:
    try:
        names = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise Refused(422, "not_valid", "mapping is a JSON object of column names.", field="mapping") from error
    if not isinstance(names, dict) or not all(isinstance(value, str) for value in names.values()):
        raise Refused(422, "not_valid", "mapping is a JSON object of column names.", field="mapping")
    return names


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "filename": row.filename,
        "status": row.status,
        "reason": row.reason or None,
        "rows": row.rows,
        "created": row.created,
        "updated": row.updated,
        "rejected": row.rejected,
        "created_at": iso(row.created_at),
        "finished_at": iso(row.finished_at),
    }
