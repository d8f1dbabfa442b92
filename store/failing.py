"""How many trips of a journey have failed since it was published or resumed, and what followed from it."""

from __future__ import annotations

from sqlalchemy import Connection

from journeys.budget import Run
from store.sql import one, rows, run

#: What ends a trip, in the journey's own counters.
GONE = "what = 'completed' OR what LIKE 'exited:%' OR what LIKE 'failed:%'"


def begin(connection: Connection, journey_id: int) -> None:
    """Count from here on."""
    gone, failed, _ = _sums(connection, journey_id)
    run(
        connection,
        "UPDATE journey SET gone_before = :gone, failed_before = :failed, failures = NULL, paused_because = NULL"
        " WHERE id = :id",
        gone=gone,
        failed=failed,
        id=journey_id,
    )


def since(connection: Connection, journey_id: int) -> Run:
    """Who has been inside since, and how many of their trips failed."""
    _, failed, entered = _sums(connection, journey_id)
    before = one(connection, "SELECT gone_before, failed_before FROM journey WHERE id = :id", id=journey_id)
    assert before is not None
    return Run(people=entered - before.gone_before, failed=failed - before.failed_before)


def tell(connection: Connection, journey_id: int, failures: int) -> None:
    """So many failures are worth telling."""
    _write(connection, journey_id, "failures = :failures", failures=failures)


def pause(connection: Connection, journey_id: int, failures: int, now: int) -> bool:
    """Pause a live journey because of its failures; whether that was done."""
    change = "failures = :failures, status = 'paused', paused_because = 'failures', paused_at = :now, updated_at = :now"
    return _write(connection, journey_id, change, failures=failures, now=now)


def _write(connection: Connection, journey_id: int, change: str, **values: int) -> bool:
    # Whoever is at the journey (a pause, a publication) is not waited for while trips are held: that may be a ring.
    lock = " FOR UPDATE SKIP LOCKED" if connection.dialect.name == "postgresql" else ""
    own = f"SELECT id FROM journey WHERE id = :id AND status = 'live'{lock}"
    return run(connection, f"UPDATE journey SET {change} WHERE id IN ({own})", id=journey_id, **values) > 0


def _sums(connection: Connection, journey_id: int) -> tuple[int, int, int]:
    """(trips that ended, those that failed, those that began) of all versions; moves between versions are none."""
    part = (
        "SELECT what, amount FROM {} WHERE node = '' AND version_id IN"
        " (SELECT id FROM journey_version WHERE journey_id = :id)"
    )
    found = rows(
        connection,
        "SELECT CASE WHEN what LIKE 'failed:%' THEN 'failed' WHEN what = 'entered' THEN 'entered' ELSE 'gone' END AS w,"
        f" sum(amount) AS many FROM ({part.format('node_count')} UNION ALL {part.format('node_count_delta')}) AS parts"
        f" WHERE what = 'entered' OR {GONE} GROUP BY 1",
        id=journey_id,
    )
    sums = {row.w: int(row.many) for row in found}
    failed = sums.get("failed", 0)
    return sums.get("gone", 0) + failed, failed, sums.get("entered", 0)
