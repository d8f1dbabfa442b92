"""Publishing that was put off to an instant."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from store.tables.columns import Micros, json, when


class PlannedPublish(SQLModel, table=True):
    """What a journey is to become at an instant, as its draft stood when that was decided; one for each journey."""

    __tablename__ = "planned_publish"
    __table_args__ = (
        Index(
            "ix_planned_publish_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    journey_id: int = Field(primary_key=True, sa_type=Micros, sa_column_kwargs={"autoincrement": False})
    document: dict[str, Any] = json(null=False)
    #: The draft's revision that this document was.
    revision: int
    #: The instant that was chosen.
    at: int = when()
    #: When the engine is to do it; null once it was refused then, until somebody decides anew.
    due_at: int | None = when(null=True)
    planned_by: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": ""})
    #: What stood in the way at the instant: problems as the API shows them.
    problems: list[Any] | None = json()
