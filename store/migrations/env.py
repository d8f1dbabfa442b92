"""How Alembic runs our migrations: online, by one process at a time, the tables of `store.tables` as the target."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import NullPool, create_engine, event
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import store.tables  # noqa: F401  (fills the metadata)
from store.crash_points import reach


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """SQLModel's own string type is a plain String in a migration."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


#: Names the lock under which PostgreSQL is migrated; any number that nobody else uses there.
MIGRATING = 7_300_776_108

url = context.config.get_main_option("sqlalchemy.url") or ""
# No pool: a connection that failed is closed, and with it goes its lock.
engine = create_engine(url, poolclass=NullPool)
if engine.dialect.name == "sqlite":
    # Python's driver begins no transaction before DDL: without this, a migration that is killed leaves half a schema.
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA journal_mode=WAL")
    else:
        # Whoever comes second finds the work done. A table's lock is waited for briefly: everybody queues behind it.
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATING})")
        connection.exec_driver_sql("SET lock_timeout = '2s'")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=False,
        transaction_per_migration=connection.dialect.name == "postgresql",
        compare_type=True,
        render_item=render,
        # A step is made wholly or not at all, on both databases.
        transactional_ddl=True,
        on_version_apply=lambda **_: reach("mid-migration"),
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
