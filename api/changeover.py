"""Moving the contacts inside older versions to the live one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.doors import Authorised, Shared
from api.journeys import found
from api.problems import Refused
from engine import changeover
from store import keys

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])
StepId = Annotated[str, Field(min_length=1, max_length=60)]


class Redirect(BaseModel):
    """Another step of the live version."""

    model_config = ConfigDict(extra="forbid")

    redirect: StepId


class MigrateIn(BaseModel):
    """Where contacts go by the step in which they are: `{"redirect": step}`, `advance` to what came after it, `exit`.

    A step that is not named is stayed in, if the live version still has it. What falls due by the change is spread.
    """

    model_config = ConfigDict(extra="forbid")

    nodes: dict[StepId, Redirect | Literal["advance", "exit"]] = Field(default_factory=dict, max_length=500)
    spread: timedelta = Field(timedelta(hours=1), ge=timedelta(0), le=timedelta(days=30))
    dry_run: bool = False


@router.post("/{journey}/migrate")
def migrate(journey: str, body: MigrateIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Move those inside older versions to the live one; a dry run only tells how many stand where and go where.

    409 while a step with contacts inside is gone or has become another kind and nobody said where they go.
    """
    wanted = {name: way.model_dump() if isinstance(way, Redirect) else way for name, way in body.nodes.items()}
    with project.database.read() as connection:
        row = found(connection, journey)
        if row.version_id is None:
            raise Refused(409, "conflict", "The journey has not been published yet.")
        live = project.version(connection, row.version_id)
        heads = changeover.plan(project, connection, live, wanted)
    shown = [
        {
            "version": each.version,
            "node": each.node,
            "inside": each.inside,
            "how": each.goes.how,
            "to": each.goes.to,
            "why": each.goes.why or None,
        }
        for each in heads
    ]
    answer: dict[str, Any] = {"version": live.number, "dry_run": body.dry_run, "nodes": shown}
    open_ = [each for each in heads if each.goes.how == "undecided"]
    if body.dry_run:
        return answer
    if open_:
        raise Refused(409, "undecided", " ".join(dict.fromkeys(each.goes.why for each in open_)), field="nodes")
    counts = _move(project, live, wanted, body.spread)
    detail = {"version": live.number, "moved": sum(each.inside for each in heads)}
    project.database.transact(
        lambda each: keys.audit(each, caller.name, "journey.migrated", journey, project.now_micros(each), detail)
    )
    return {**answer, "moved": {how: many for how, many in sorted(counts.items()) if many}}


def _move(project: Any, live: Any, wanted: Any, spread: timedelta) -> Counter[str]:
    """Page by page, each in a transaction of its own; a call that is cut off is simply made again."""
    counts: Counter[str] = Counter()
    after: int | None = 0
    while after is not None:
        last = after

        def work(connection: Any, last: int = last) -> changeover.Page:
            return changeover.move_page(project, connection, live, wanted, spread, last)

        page = project.database.transact(work)
        counts.update(page.counts)
        after = page.last
    return counts
