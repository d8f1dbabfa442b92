"""Journeys: drafts with revisions, immutable versions, status."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from store import drafts, scheduled
from store.contacts import fold
from store.database import dumps
from store.sql import insert_new, one, parsed, rows, run, scalar
from store.tables import Journey, JourneyVersion

COLUMNS = "id, public_id, name, status, revision, version_id, created_at, updated_at, ends_at, paused_because, failures"


def create(
    connection: Connection, document: Mapping[str, Any], name: str, now: int, public_id: str = "", by: str = ""
) -> Row[Any]:
    """A new draft; its public id is random unless given."""
    made = public_id or f"j_{secrets.token_urlsafe(9).replace('-', 'x').replace('_', 'y')}"
    columns = ("public_id", "name", "status", "draft", "revision", "created_at", "updated_at")
    insert_new(connection, Journey, columns, [(made, name, "draft", document, 1, now, now)], ("id",))
    found = get(connection, made)
    assert found is not None
    drafts.keep(connection, found.id, 1, document, by, now)
    return found


def get(connection: Connection, public_id: str) -> Row[Any] | None:
    """One journey by its public id."""
    return one(connection, f"SELECT {COLUMNS} FROM journey WHERE public_id = :id", id=public_id)


def names(connection: Connection, public_ids: Collection[str]) -> dict[str, str]:
    """What some journeys are called, by their public ids."""
    found = rows(
        connection, "SELECT public_id, name FROM journey WHERE public_id IN [ids:text]", ids=sorted(public_ids)
    )
    return {row.public_id: row.name for row in found}


def by_id(connection: Connection, journey_id: int) -> Row[Any] | None:
    """One journey by its internal id."""
    return one(connection, f"SELECT {COLUMNS} FROM journey WHERE id = :id", id=journey_id)


def draft(connection: Connection, public_id: str) -> tuple[dict[str, Any], int] | None:
    """The draft and its revision."""
    row = one(connection, "SELECT draft, revision FROM journey WHERE public_id = :id", id=public_id)
    return None if row is None else (parsed(row.draft), row.revision)


def save_draft(
    connection: Connection,
    public_id: str,
    document: Mapping[str, Any],
    name: str,
    revision: int,
    now: int,
    by: str = "",
) -> bool:
    """Replace the draft if it is still at `revision`, and keep what was saved; False when somebody was faster."""
    saved = one(
        connection,
        "UPDATE journey SET draft = :draft, name = :name, revision = revision + 1, updated_at = :now"
        " WHERE public_id = :id AND revision = :revision RETURNING id",
        draft=dumps(document),
        name=name,
        now=now,
        id=public_id,
        revision=revision,
    )
    if saved is None:
        return False
    drafts.keep(connection, saved.id, revision + 1, document, by, now)
    return True


def publish(connection: Connection, journey_id: int, document: Mapping[str, Any], now: int) -> tuple[int, int]:
    """Add an immutable version, make the journey live on it: (version id, number)."""
    number = (
        scalar(connection, "SELECT max(version) FROM journey_version WHERE journey_id = :id", id=journey_id) or 0
    ) + 1
    columns = ("journey_id", "version", "document", "published_at")
    made = insert_new(connection, JourneyVersion, columns, [(journey_id, number, document, now)], ("id",))
    version_id = int(made[0].id)
    run(
        connection,
        "UPDATE journey SET version_id = :version, status = CASE WHEN status = 'paused' THEN status ELSE 'live' END,"
        " updated_at = :now WHERE id = :id",
        version=version_id,
        now=now,
        id=journey_id,
    )
    return version_id, number


def set_status(connection: Connection, journey_id: int, status: str, now: int) -> None:
    """Pause, resume or stop."""
    run(
        connection,
        "UPDATE journey SET status = :status, updated_at = :now, paused_at = :since, paused_because = NULL"
        " WHERE id = :id",
        status=status,
        now=now,
        since=now if status == "paused" else None,
        id=journey_id,
    )


def pause_all(connection: Connection, now: int) -> int:
    """Pause every live journey: how many."""
    return run(connection, "UPDATE journey SET status = 'paused', updated_at = :now WHERE status = 'live'", now=now)


def paused_at(connection: Connection, journey_id: int) -> int | None:
    """Since when a journey stands still; None when it does not, or nobody wrote it down."""
    value = scalar(connection, "SELECT paused_at FROM journey WHERE id = :id", id=journey_id)
    return None if value is None else int(value)


def version(connection: Connection, version_id: int) -> Row[Any] | None:
    """One version with its document and its journey's public id."""
    return one(
        connection,
        "SELECT v.id, v.journey_id, v.version, v.document, v.published_at, j.public_id FROM journey_version v"
        " JOIN journey j ON j.id = v.journey_id WHERE v.id = :id",
        id=version_id,
    )


def version_numbered(connection: Connection, journey_id: int, number: int) -> Row[Any] | None:
    """A journey's version by its number."""
    return one(
        connection,
        "SELECT id, version, document, published_at FROM journey_version WHERE journey_id = :id AND version = :number",
        id=journey_id,
        number=number,
    )


def versions(connection: Connection, journey_id: int) -> Sequence[Row[Any]]:
    """All versions of a journey, newest first."""
    return rows(
        connection,
        "SELECT id, version, published_at FROM journey_version WHERE journey_id = :id ORDER BY version DESC",
        id=journey_id,
    )


def page(
    connection: Connection, after: int, limit: int, search: str = "", status: str = "", *, on_schedule: bool = False
) -> Sequence[Row[Any]]:
    """Journeys, newest first; `after` is the last id of the page before (0: from the start)."""
    conditions = ["id < :after"] if after else ["1 = 1"]
    values: dict[str, Any] = {"after": after} if after else {}
    if status:
        conditions.append("status = :status")
        values["status"] = status
    if on_schedule:
        conditions.append(scheduled.condition(connection))
    if search:
        # Neither database folds the case of every alphabet by itself.
        sought = fold(search)
        named = rows(connection, f"SELECT id, name FROM journey WHERE {' AND '.join(conditions)}", **values)
        values["ids"] = sorted((row.id for row in named if sought in fold(row.name)), reverse=True)[:limit]
        conditions.append("id IN [ids]")
    statement = f"SELECT {COLUMNS} FROM journey WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT :limit"
    return rows(connection, statement, limit=limit, **values)


def live(connection: Connection) -> Sequence[Row[Any]]:
    """Every journey that takes contacts: id, public id, version id."""
    return rows(
        connection,
        "SELECT id, public_id, version_id, status, ends_at FROM journey"
        " WHERE status IN ('live', 'paused') AND version_id IS NOT NULL",
    )


def standing_still(connection: Connection, now: int) -> frozenset[int]:
    """Ids of journeys whose contacts do not move: paused, or over and about to be left by everybody."""
    found = rows(connection, "SELECT id FROM journey WHERE status = 'paused' OR ends_at <= :now", now=now)
    return frozenset(row.id for row in found)
