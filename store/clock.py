"""The sandbox's clock: one row that every process reads; without it time is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from store.sql import one, run
from store.tables.columns import instant, maybe_instant, micros


def now(connection: Connection, real: datetime) -> datetime:
    """Virtual now for a real instant; the real one when nobody moved the clock."""
    row = one(connection, "SELECT virtual_at, real_at, running, target_at FROM clock WHERE id = 1")
    if row is None:
        return real
    # While time is being played it stands still between the steps.
    going = row.running and row.target_at is None
    return instant(row.virtual_at) + ((real - instant(row.real_at)) if going else timedelta(0))


def is_running(connection: Connection) -> bool:
    """Whether the virtual clock goes by itself."""
    row = one(connection, "SELECT running FROM clock WHERE id = 1")
    return row is None or bool(row.running)


def stamp(connection: Connection) -> tuple[int, int, bool] | None:
    """What the clock was last set to, to see whether it is set anew; None while time is played."""
    row = one(connection, "SELECT virtual_at, real_at, running, target_at FROM clock WHERE id = 1")
    if row is not None and row.target_at is not None:
        return None
    return (0, 0, True) if row is None else (row.virtual_at, row.real_at, bool(row.running))


def put(connection: Connection, virtual: datetime, real: datetime, *, running: bool | None = None) -> None:
    """Set the virtual clock; `running` None leaves it as it is."""
    going = is_running(connection) if running is None else running
    touched = run(
        connection,
        "UPDATE clock SET virtual_at = :virtual, real_at = :real, running = :going WHERE id = 1",
        virtual=micros(virtual),
        real=micros(real),
        going=going,
    )
    if not touched:
        run(
            connection,
            "INSERT INTO clock (id, virtual_at, real_at, running, moves, sends)"
            " VALUES (1, :virtual, :real, :going, 0, 0)",
            virtual=micros(virtual),
            real=micros(real),
            going=going,
        )


def ask(connection: Connection, by: timedelta, real: datetime) -> datetime:
    """Ask the engine to play the time ahead; the counts start at zero. Returns the instant to be reached."""
    start = now(connection, real)
    put(connection, start, real)
    target = start + by
    run(connection, "UPDATE clock SET target_at = :target, moves = 0, sends = 0 WHERE id = 1", target=micros(target))
    return target


def asked(connection: Connection) -> datetime | None:
    """The instant until which time is to be played, or None."""
    row = one(connection, "SELECT target_at FROM clock WHERE id = 1")
    return maybe_instant(row.target_at) if row is not None else None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the time that is played, and what was done since the one before."""

    before: datetime
    to: datetime
    target: datetime
    moves: int = 0
    sends: int = 0


def step(connection: Connection, step: Step) -> bool:
    """Move on from an instant while a target is played: not when another engine has done so. Whether it moved."""
    moved = run(
        connection,
        "UPDATE clock SET virtual_at = :to, moves = moves + :moves, sends = sends + :sends"
        " WHERE id = 1 AND target_at = :target AND virtual_at = :before",
        to=micros(step.to),
        **_of(step),
    )
    return moved > 0


def arrived(connection: Connection, step: Step, real: datetime) -> bool:
    """The target is reached: time goes on from there, and the one who asked is answered. False: it was told before."""
    reached = run(
        connection,
        "UPDATE clock SET target_at = NULL, real_at = :real, moves = moves + :moves, sends = sends + :sends"
        " WHERE id = 1 AND target_at = :target AND virtual_at >= :before",
        real=micros(real),
        **_of(step),
    )
    return reached > 0


def _of(step: Step) -> dict[str, int]:
    before, target = micros(step.before), micros(step.target)
    return {"before": before, "target": target, "moves": step.moves, "sends": step.sends}


def counts(connection: Connection) -> tuple[int, int]:
    """Moves and sends of the latest play."""
    row = one(connection, "SELECT moves, sends FROM clock WHERE id = 1")
    return (row.moves, row.sends) if row is not None else (0, 0)
