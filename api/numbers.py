"""Numbers: the funnel of a journey, as JSON and as CSV, from one database snapshot."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.doors import Authorised, Shared, utc
from api.journeys import found
from api.problems import Refused
from channels import registry as channels
from engine.project import Project
from journeys.funnel import Step, funnel
from store import counters, journeys
from store.sql import parsed
from store.tables.columns import micros

router = APIRouter(prefix="/v1/journeys", tags=["numbers"])
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")


@router.get("/{journey}/funnel")
def get_funnel(
    journey: str,
    project: Shared,
    _: Authorised,
    version: Annotated[int | None, Query(ge=1)] = None,
    start: Annotated[datetime | None, Query(alias="from")] = None,
    end: Annotated[datetime | None, Query(alias="to")] = None,
    format: Annotated[str, Query(pattern="^(json|csv)$")] = "json",
) -> Any:
    """Trips and visits: all versions together unless one is named; `from`/`to` pick those who entered then."""
    with project.database.read() as connection:
        row = found(connection, journey)
        known = journeys.versions(connection, row.id)
        chosen = [each for each in known if version is None or each.version == version]
        if version is not None and not chosen:
            raise Refused(404, "not_found", f"The journey has no version {version}.", field="version")
        sums = _sums(connection, [each.id for each in chosen], start, end)
        steps = _steps(project, connection, [each.id for each in chosen])
    limits = {name: channel.limits for name, channel in channels().items()}
    result = {"journey": journey, "versions": [each.version for each in chosen], **funnel(sums, steps, limits)}
    return _as_csv(result, journey) if format == "csv" else result


def _sums(connection: Any, ids: list[int], start: datetime | None, end: datetime | None) -> dict[tuple[str, str], int]:
    first = counters.cohort(micros(utc(start))) if start else None
    last = counters.cohort(micros(utc(end)) + counters.HOUR - 1) if end else None
    sums: dict[tuple[str, str], int] = {}
    for each in counters.read(connection, ids, first, last):
        place = (each.node, each.what)
        sums[place] = sums.get(place, 0) + int(each.amount)
    return sums


def _steps(project: Project, connection: Any, ids: list[int]) -> list[Step]:
    """The nodes of the versions, the newest version's order first."""
    steps: dict[str, Step] = {}
    for version_id in ids:
        row = journeys.version(connection, version_id)
        assert row is not None
        journey = project.version(connection, version_id).journey
        for raw in parsed(row.document)["nodes"]:
            if raw["id"] not in steps:
                node = journey.nodes[raw["id"]]
                spoken = tuple(name for says in node.all_says() for name in says.channels)
                steps[raw["id"]] = Step(raw["id"], raw["kind"], raw.get("title") or node.sentence(), spoken)
    return list(steps.values())


def _as_csv(result: dict[str, Any], journey: str) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["node", "kind", "title", "entered", "inside", "left", "exited", "failed"])
    for node in result["nodes"]:
        sums = [_pairs(node[name]) for name in ("left", "exited", "failed")]
        writer.writerow(
            [
                _safe(str(cell))
                for cell in (node["id"], node["kind"], node["title"], node["entered"], node["inside"], *sums)
            ]
        )
    name = "".join(sign for sign in journey if sign.isalnum() or sign in "_-")
    headers = {"Content-Disposition": f'attachment; filename="funnel-{name}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _pairs(amounts: dict[str, int]) -> str:
    return "; ".join(f"{name}: {amount}" for name, amount in amounts.items())


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell
