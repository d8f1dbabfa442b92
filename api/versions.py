"""What a journey was: its published versions, the history of its draft, what differs between any two, and restoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.doors import After, Authorised, Limit, Shared, after_id, iso, paged
from api.journeys import found, name_of
from api.problems import Refused, as_dict
from engine.advice import advice
from engine.errors import NotFound, StaleRevision
from journeys.diff import Change, diff
from store import counters, drafts, journeys, keys
from store.sql import parsed

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])
#: `draft`, a version's number, or `r` and the number of a saved draft.
Source = Annotated[str, Query(max_length=20, pattern=r"^(|draft|r?\d{1,9})$")]


class RestoreIn(BaseModel):
    """What the draft becomes again: a published version or a saved draft."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(None, ge=1)
    revision: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _one_of(self) -> RestoreIn:
        if (self.version is None) == (self.revision is None):
            raise ValueError("name a version or a revision")
        return self


@router.get("/{journey}/versions/{version}")
def get_version(journey: str, version: int, project: Shared, _: Authorised) -> dict[str, Any]:
    """A published version with its document."""
    with project.database.read() as connection:
        row = _version(connection, found(connection, journey), version)
    return {"version": row.version, "published_at": iso(row.published_at), "document": parsed(row.document)}


@router.get("/{journey}/draft/revisions")
def list_revisions(
    journey: str, project: Shared, _: Authorised, after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    """Saved states of the draft, newest first; of older days fewer are kept."""
    with project.database.read() as connection:
        rows = drafts.page(connection, found(connection, journey).id, after_id(after), limit + 1)
    return paged(rows, limit, lambda row: {"revision": row.id, "saved_at": iso(row.saved_at), "saved_by": row.saved_by})


@router.get("/{journey}/draft/revisions/{revision}")
def get_revision(journey: str, revision: int, project: Shared, _: Authorised) -> dict[str, Any]:
    """A saved state of the draft with its document."""
    with project.database.read() as connection:
        row = _revision(connection, found(connection, journey), revision)
    return {
        "revision": row.revision,
        "saved_at": iso(row.saved_at),
        "saved_by": row.saved_by,
        "document": parsed(row.document),
    }


@router.post("/{journey}/draft/restore")
def restore(journey: str, body: RestoreIn, project: Shared, caller: Authorised) -> dict[str, Any]:
    """Make a version or a saved state the draft again; what the draft was stays in its history."""

    def work(connection: Any) -> tuple[int, dict[str, Any]]:
        row = found(connection, journey)
        kept = (
            _version(connection, row, body.version)
            if body.version is not None
            else _revision(connection, row, body.revision or 0)
        )
        document, now = parsed(kept.document), project.now_micros(connection)
        name = name_of(document)
        if not journeys.save_draft(connection, journey, document, name, row.revision, now, caller.name):
            raise StaleRevision
        keys.audit(connection, caller.name, "draft.restored", journey, now, body.model_dump(exclude_none=True))
        return row.revision + 1, document

    revision, document = project.database.transact(work)
    with project.database.read() as connection:
        problems = advice(project, connection, document)
    return {"revision": revision, "problems": [as_dict(each) for each in problems]}


@router.get("/{journey}/diff")
def get_diff(
    journey: str,
    project: Shared,
    _: Authorised,
    before: Annotated[Source, Query(alias="from")] = "",
    after: Annotated[Source, Query(alias="to")] = "draft",
) -> dict[str, Any]:
    """What changes between two of `draft`, a version (`3`) and a saved draft (`r17`); from the live version if unsaid.

    `affected` are the steps that change or go and have contacts inside now, with how many.
    """
    with project.database.read() as connection:
        row = found(connection, journey)
        live = journeys.version(connection, row.version_id) if row.version_id else None
        source = before or (str(live.version) if live is not None else "")
        old = _document(connection, row, source) if source else {}
        changes = diff(old, _document(connection, row, after))
        versions = [each.id for each in journeys.versions(connection, row.id)]
        inside = counters.inside(connection, versions)
    return {
        "from": source or None,
        "to": after,
        "changes": [asdict(each) for each in changes],
        "affected": _affected(changes, inside),
    }


def _affected(changes: list[Change], inside: Mapping[str, int]) -> list[dict[str, Any]]:
    touched = dict.fromkeys(each.node for each in changes if each.node and each.what not in ("added", "moved"))
    return [{"node": node, "inside": inside[node]} for node in touched if inside.get(node)]


def _document(connection: Any, row: Any, source: str) -> dict[str, Any]:
    if source.startswith("r"):
        kept = _revision(connection, row, int(source[1:]))
    elif source.isdigit():
        kept = _version(connection, row, int(source))
    elif source == "draft":
        draft = journeys.draft(connection, row.public_id)
        assert draft is not None
        return draft[0]
    else:
        raise Refused(422, "not_valid", "Name draft, a version as 3, or a saved draft as r17.", field="to")
    document: dict[str, Any] = parsed(kept.document)
    return document


def _version(connection: Any, row: Any, number: int) -> Any:
    kept = journeys.version_numbered(connection, row.id, number)
    if kept is None:
        raise NotFound(f"The journey has no version {number}.")
    return kept


def _revision(connection: Any, row: Any, revision: int) -> Any:
    kept = drafts.get(connection, row.id, revision)
    if kept is None:
        raise NotFound(f"The draft's revision {revision} is not kept.")
    return kept
