"""What a PostgreSQL server is set to, as far as Tropa depends on it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from store.sql import one, rows, scalar

#: The oldest version whose makers still mend it.
OLDEST = 130_000
#: What all pools of a usual installation take together: an API and an engine with twelve connections each, and a rest.
CONNECTIONS = 40


def unfit(connection: Connection) -> Iterator[tuple[bool, str, str]]:
    """(whether it loses data or stops work, what is set, what to do) of each setting that does not fit."""
    found = {
        row.name: row.setting
        for row in rows(
            connection,
            "SELECT name, setting FROM pg_settings WHERE name IN [names:text]",
            names=("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "max_connections",
                   "server_version_num", "track_counts"),
        )
    }  # fmt: skip
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if found.get(name) == "off":
            yield True, f"PostgreSQL's {name} is off: a power cut loses acknowledged webhooks.", f"Set {name} = on."
    for name in ("autovacuum", "track_counts"):
        if found.get(name) == "off":
            yield True, f"PostgreSQL's {name} is off: the hot tables grow without end.", f"Set {name} = on."
    if int(found["max_connections"]) < CONNECTIONS:
        many = found["max_connections"]
        yield False, f"PostgreSQL takes {many} connections.", f"Set max_connections = {CONNECTIONS} or more."
    if int(found["server_version_num"]) < OLDEST:
        yield False, "PostgreSQL is older than 13.", "Tropa is tested on 15; take a version that is still cared for."


def seconds_ahead(connection: Connection, real: int) -> float:
    """How far the server's clock is ahead of an instant of ours, in seconds."""
    return (float(scalar(connection, "SELECT extract(epoch FROM clock_timestamp())")) * 1_000_000 - real) / 1_000_000


def version(connection: Connection) -> str:
    """`15.4`."""
    row = one(connection, "SELECT current_setting('server_version') AS version")
    return "" if row is None else str(row.version).split(" ", maxsplit=1)[0]
