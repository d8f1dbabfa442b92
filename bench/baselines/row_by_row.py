"""The usual way: an object per enrollment, a commit per step of each contact, with SQLModel."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Field, Session, SQLModel, create_engine, select


class RowTrip(SQLModel, table=True):
    """A trip."""

    __tablename__ = "bench_trip"

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(unique=True)
    status: str = "active"
    node: str = "a"
    seq: int = 0


class RowVisit(SQLModel, table=True):
    """A finished visit."""

    __tablename__ = "bench_visit"

    id: int | None = Field(default=None, primary_key=True)
    trip_id: int = Field(index=True)
    node: str
    exit: str


def run(contacts: int) -> float:
    """Seconds to send them through four steps."""
    tables = [SQLModel.metadata.tables[name] for name in ("bench_trip", "bench_visit")]
    with TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'rows.db'}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        SQLModel.metadata.create_all(engine, tables=tables)
        began = time.perf_counter()
        with Session(engine) as session:
            session.add_all(RowTrip(contact_id=number) for number in range(contacts))
            session.commit()
            for step in range(4):
                for trip in session.exec(select(RowTrip)).all():
                    trip.seq, trip.node, trip.status = step + 1, f"n{step}", "completed" if step == 3 else "waiting"
                    session.add(RowVisit(trip_id=trip.id or 0, node=f"n{step}", exit="done"))
                    session.commit()
        seconds = time.perf_counter() - began
        engine.dispose()
    return seconds
