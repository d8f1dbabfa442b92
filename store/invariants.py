"""The sums that always hold (`semantics.md`), asked of the database itself."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from store import consents, counters
from store.sql import rows, scalar


def violations(connection: Connection) -> Iterator[str]:
    """Every sum that does not hold, in words; nothing when all is well. Reads one snapshot."""
    yield from _trips(connection)
    yield from _nodes(connection)
    yield from _deliveries(connection)
    yield from _waiting(connection)
    yield from _replies(connection)
    for row_id in consents.broken_links(connection):
        yield f"consent ledger: row {row_id} does not follow from the row before it"


def _sums(connection: Connection) -> dict[int, dict[str, dict[str, int]]]:
    ids = [row.id for row in rows(connection, "SELECT id FROM journey_version")]
    sums: dict[int, dict[str, dict[str, int]]] = {}
    for row in counters.read(connection, ids, None, None):
        sums.setdefault(row.version_id, {}).setdefault(row.node, {})[row.what] = int(row.amount)
    return sums


def _trips(connection: Connection) -> Iterator[str]:
    """entered + moved in − moved out = inside + completed + exited + failed, per version, against the enrollments."""
    counted = _sums(connection)
    found = rows(
        connection,
        "SELECT version_id, CASE WHEN status IN ('active', 'waiting') THEN 'inside' ELSE status END AS state,"
        " count(*) AS many FROM enrollment GROUP BY version_id, state",
    )
    real: dict[int, dict[str, int]] = {}
    for row in found:
        real.setdefault(row.version_id, {})[row.state] = row.many
    for version in sorted(set(counted) | set(real)):
        whole = counted.get(version, {}).get("", {})
        there = real.get(version, {})
        entered = _came(whole)
        if entered != sum(there.values()):
            yield f"version {version}: {entered} entered, but there are {sum(there.values())} enrollments"
        for state in ("completed", "exited", "failed"):
            amount = sum(each for what, each in whole.items() if what == state or what.startswith(f"{state}:"))
            if amount != there.get(state, 0):
                yield f"version {version}: {amount} counted as {state}, but {there.get(state, 0)} enrollments are"


def _nodes(connection: Connection) -> Iterator[str]:
    """entered + moved in − moved out = inside + left + exited + failed, per node, against the enrollments."""
    found = rows(
        connection,
        "SELECT version_id, node, count(*) AS many FROM enrollment WHERE status IN ('active', 'waiting')"
        " GROUP BY version_id, node",
    )
    standing = {(row.version_id, row.node): row.many for row in found}
    for version, nodes in _sums(connection).items():
        for node, sums in nodes.items():
            if not node:
                continue
            gone = sum(amount for what, amount in sums.items() if what.startswith(("left:", "exited:", "failed:")))
            inside = _came(sums) - gone
            real = standing.get((version, node), 0)
            if inside != real:
                yield f"version {version}, {node}: {inside} inside by the counters, {real} by the enrollments"


def _came(sums: dict[str, int]) -> int:
    return sums.get("entered", 0) + sums.get("moved_in", 0) - sums.get("moved_out", 0)


def _deliveries(connection: Connection) -> Iterator[str]:
    """Planned deliveries = the sum over their states, per version and node; one delivery per visit and part."""
    found = rows(
        connection,
        "SELECT version_id, node, CASE WHEN state IN ('ready', 'sending') THEN 'planned' ELSE state END AS bucket,"
        " count(*) AS many FROM delivery WHERE version_id IS NOT NULL GROUP BY version_id, node, bucket",
    )
    real = {(row.version_id, row.node, row.bucket): row.many for row in found}
    counted: dict[tuple[int, str, str], int] = {}
    for version, nodes in _sums(connection).items():
        for node, sums in nodes.items():
            for what, amount in sums.items():
                if what.startswith("delivery:"):
                    counted[(version, node, what.removeprefix("delivery:"))] = amount
    for place in sorted(set(real) | set(counted)):
        if real.get(place, 0) != counted.get(place, 0):
            version, node, bucket = place
            yield (
                f"version {version}, {node}: {counted.get(place, 0)} deliveries counted as {bucket},"
                f" {real.get(place, 0)} are"
            )


def stuck(connection: Connection) -> Iterator[tuple[str, int]]:
    """Trips that nothing can wake, unless their node waits forever for an answer, event or rule: (why, how many)."""
    idle = scalar(
        connection,
        "SELECT count(*) FROM enrollment WHERE status IN ('active', 'waiting') AND due_at IS NULL AND parked_at IS NULL"
        " AND waiting_for NOT IN ('reply', 'rule', 'handoff') AND waiting_for NOT LIKE 'event:%'",
    )
    if idle:
        yield "enrollments wait for nothing that could wake them", int(idle)
    lost = scalar(
        connection,
        "SELECT count(*) FROM enrollment e WHERE e.waiting_for = 'answer' AND e.status = 'waiting' AND NOT EXISTS"
        " (SELECT 1 FROM delivery d WHERE d.contact_id = e.contact_id AND d.enrollment_id = e.id"
        " AND d.state IN ('planned', 'held', 'ready', 'sending'))"
        " AND NOT EXISTS (SELECT 1 FROM signal s WHERE s.enrollment_id = e.id)",
    )
    if lost:
        yield "enrollments wait for a delivery that is no longer on its way", int(lost)


def _waiting(connection: Connection) -> Iterator[str]:
    for why, many in stuck(connection):
        yield f"{many} {why}"
    orphans = scalar(
        connection,
        "SELECT count(*) FROM signal s JOIN enrollment e ON e.id = s.enrollment_id"
        " WHERE e.status NOT IN ('active', 'waiting') AND s.kind <> 'untold'",
    )
    if orphans:
        yield f"{orphans} signals are left for trips that have ended"


def _replies(connection: Connection) -> Iterator[str]:
    """Each acknowledged webhook is stored once; nothing was accepted after a committed opt-out."""
    late = scalar(
        connection,
        "SELECT count(*) FROM delivery d JOIN consent c ON c.contact_id = d.contact_id AND c.channel = d.channel"
        " AND c.purpose = 'marketing' AND NOT c.granted WHERE d.category = 'marketing'"
        " AND d.sending_at > c.at AND d.state IN ('accepted', 'delivered', 'read')",
    )
    if late:
        yield f"{late} marketing messages were started after the contact had opted out"
