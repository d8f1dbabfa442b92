"""The funnel's counters: transactions append summed rows, one folder adds them up, readers take both at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from store.sql import insert, rows, run, scalar
from store.tables import NodeCountDelta

HOUR = 3_600_000_000
KEY = "version_id, node, what, channel, arm, cohort"
#: Stands for the version where something is counted over all journeys, by the hour in which it happened.
EVERYWHERE = 0


class Tally:
    """What one transaction adds: summed in memory, appended once."""

    def __init__(self) -> None:
        self.sums: Counter[tuple[int, str, str, str, str, int]] = Counter()

    def add(self, version_id: int, node: str, what: str, cohort: int, amount: int = 1, channel: str = "") -> None:
        """Count `amount` more; an empty node is the journey's own row."""
        self.sums[(version_id, node, what, channel, "", cohort)] += amount

    def add_sent(self, at: int, many: int = 1) -> None:
        """Count messages that a messenger has taken at this instant, whoever sent them."""
        self.add(EVERYWHERE, "", "sent", at // HOUR, many)

    def save(self, connection: Connection) -> None:
        """Append the sums that are not zero."""
        columns = ("version_id", "node", "what", "channel", "arm", "cohort", "amount")
        values = [(*key, amount) for key, amount in self.sums.items() if amount]
        insert(connection, NodeCountDelta, columns, values)


def cohort(entered_at: int) -> int:
    """The hour in which a trip was enrolled, as hours since 1970."""
    return entered_at // HOUR


def fold(connection: Connection, limit: int = 20_000) -> int:
    """Add the oldest deltas to the counters and remove them; how many there were. Any number of engines may fold."""
    if connection.dialect.name == "postgresql":
        # What is removed is what is added, in one statement: neither another folder nor a late commit comes between.
        gone = (
            "DELETE FROM node_count_delta WHERE id IN"
            " (SELECT id FROM node_count_delta ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)"
            f" RETURNING {KEY}, amount"
        )
        folding = f"WITH gone AS ({gone}), added AS ({_adding('gone')}) SELECT count(*) FROM gone"
        return int(scalar(connection, folding, limit=limit))
    upto = scalar(connection, "SELECT max(id) FROM (SELECT id FROM node_count_delta ORDER BY id LIMIT :n)", n=limit)
    if upto is None:
        return 0
    run(connection, _adding("node_count_delta WHERE id <= :upto"), upto=upto)
    return run(connection, "DELETE FROM node_count_delta WHERE id <= :upto", upto=upto)


def _adding(source: str) -> str:
    """Sums of deltas go into the counters, sorted by key so that two folders never wait for each other in a ring."""
    return (
        f"INSERT INTO node_count ({KEY}, amount) SELECT {KEY}, sum(amount) FROM {source} GROUP BY {KEY} ORDER BY {KEY}"
        f" ON CONFLICT ({KEY}) DO UPDATE SET amount = node_count.amount + excluded.amount"
    )


def read(connection: Connection, version_ids: Sequence[int], start: int | None, end: int | None) -> Sequence[Row[Any]]:
    """Sums per (version, node, what), of trips enrolled in the hours [start, end)."""
    condition, values = "", {}
    if start is not None:
        condition, values["start"] = " AND cohort >= :start", start
    if end is not None:
        condition, values["end"] = f"{condition} AND cohort < :end", end
    part = f"SELECT version_id, node, what, amount FROM {{}} WHERE version_id IN [ids]{condition}"
    return rows(
        connection,
        "SELECT version_id, node, what, sum(amount) AS amount FROM"
        f" ({part.format('node_count')} UNION ALL {part.format('node_count_delta')}) AS both_parts"
        " GROUP BY version_id, node, what",
        ids=list(version_ids),
        **values,
    )


def inside(connection: Connection, version_ids: Sequence[int]) -> dict[str, int]:
    """How many are in each node now: those who came less those who went."""
    sums: Counter[str] = Counter()
    for row in read(connection, version_ids, None, None):
        if row.what in ("entered", "moved_in"):
            sums[row.node] += int(row.amount)
        elif row.what.startswith(("left:", "exited:", "failed:", "moved_out")):
            sums[row.node] -= int(row.amount)
    return dict(sums)


@dataclass(frozen=True, slots=True)
class Trips:
    """Trips of all journeys together."""

    entered: int = 0
    #: Of those: since the hour that was asked for.
    lately: int = 0
    inside: int = 0
    converted: int = 0


def overall(connection: Connection, since: int) -> Trips:
    """The trips of all journeys, in one look; `lately` are those enrolled in the hour `since` or later."""
    part = "SELECT c.what, c.cohort, c.amount FROM journey_version v JOIN {} c ON c.version_id = v.id AND c.node = ''"
    found = rows(
        connection,
        "SELECT what, sum(amount) AS amount, sum(CASE WHEN cohort >= :since THEN amount ELSE 0 END) AS lately FROM"
        f" ({part.format('node_count')} UNION ALL {part.format('node_count_delta')}) AS both_parts GROUP BY what",
        since=since,
    )
    sums = {row.what: int(row.amount) for row in found}
    lately = sum(int(row.lately) for row in found if row.what == "entered")
    gone = sum(many for what, many in sums.items() if what == "completed" or what.startswith(("exited:", "failed:")))
    entered = sums.get("entered", 0)
    return Trips(entered=entered, lately=lately, inside=entered - gone, converted=sums.get("converted", 0))


def sent(connection: Connection, start: int) -> int:
    """Messages that messengers have taken in the hour `start` or later."""
    part = "SELECT amount FROM {} WHERE version_id = :all AND node = '' AND what = 'sent' AND cohort >= :start"
    both = f"{part.format('node_count')} UNION ALL {part.format('node_count_delta')}"
    return int(scalar(connection, f"SELECT sum(amount) FROM ({both}) AS parts", all=EVERYWHERE, start=start) or 0)


def summary(connection: Connection, journey_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """The journey rows of some journeys: {journey id: {what: amount}}."""
    return _by_journey(connection, journey_ids, "c.node = ''")


def messages(connection: Connection, journey_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """The messages of some journeys by what they have come to: {journey id: {state: amount}}."""
    found = _by_journey(connection, journey_ids, "c.what LIKE 'delivery:%'")
    return {
        journey: {what.removeprefix("delivery:"): amount for what, amount in sums.items()}
        for journey, sums in found.items()
    }


def _by_journey(connection: Connection, journey_ids: Sequence[int], which: str) -> dict[int, dict[str, int]]:
    part = (
        "SELECT v.journey_id, c.what, c.amount FROM journey_version v JOIN {} c ON c.version_id = v.id"
        f" WHERE v.journey_id IN [ids] AND {which}"
    )
    found = rows(
        connection,
        "SELECT journey_id, what, sum(amount) AS amount FROM"
        f" ({part.format('node_count')} UNION ALL {part.format('node_count_delta')}) AS both_parts"
        " GROUP BY journey_id, what",
        ids=list(journey_ids),
    )
    sums: dict[int, dict[str, int]] = {}
    for row in found:
        sums.setdefault(row.journey_id, {})[row.what] = int(row.amount)
    return sums
