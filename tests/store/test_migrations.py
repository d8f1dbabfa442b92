"""Migrations under traffic: they only add, code of before works on the tables of after, nobody queues behind them."""

from __future__ import annotations

import ast
import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from engine.boot import open_project
from engine.settings import Settings
from store import contacts
from store.invariants import violations
from store.schema import MIGRATIONS, build, config, current, driver, head, is_newer, missing_tables, upgrade
from tests.postgres import new_database

pytestmark = pytest.mark.slow

#: Every statement that the first release's code speaks, as heard over its stories.
SPOKEN = json.loads((Path(__file__).parent / "spoken_at_0001.json").read_text())
FIRST = "0001"
#: Not in one release with the code that stops using it: see «Migrations» in docs/operating.md.
TAKES_AWAY = {"drop_table", "drop_column", "drop_constraint", "rename_table", "drop_table_comment"}
#: These look at every row under a lock that stops writers, unless the table was made by the same migration.
LOCKS = {"create_unique_constraint", "create_foreign_key", "create_check_constraint"}
#: Up to here tables were made before anybody used them: only what came later had to step aside for work.
BEFORE_USE = "0018"


def faults(source: str, *, locks: bool = True) -> Iterator[str]:
    """What in a migration's `upgrade` the code of before could not bear, or that would stop traffic."""
    tree = ast.parse(source)
    (body,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"]
    calls = [node for node in ast.walk(body) if isinstance(node, ast.Call)]
    made = {_text(call) for call in calls if _name(call) == "create_table"}
    for call in calls:
        name, words = _name(call), {each.arg: each.value for each in call.keywords}
        if name in TAKES_AWAY:
            yield f"{name} {_text(call)}"
        elif name == "alter_column" and {"nullable", "new_column_name", "type_"} & set(words):
            yield f"alter_column {_text(call)}"
        elif name == "add_column" and _text(call) not in made and _demands(call):
            yield f"add_column {_text(call)}: rows of the code before have no value for it"
        elif locks and name in LOCKS and _text(call, 1) not in made:
            yield f"{name} on {_text(call, 1)}: add it NOT VALID and validate it later"
        elif locks and name == "create_index" and _text(call, 1) not in made and "postgresql_concurrently" not in words:
            yield f"create_index on {_text(call, 1)}: postgresql_concurrently=True in an autocommit_block"
        elif locks and name == "execute" and re.match(r"\s*(UPDATE|DELETE)\b", _text(call)):
            yield f"execute {_text(call)[:40]}: fill in batches by housekeeping"


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _text(call: ast.Call, number: int = 0) -> str:
    value = call.args[number] if len(call.args) > number else None
    return str(value.value) if isinstance(value, ast.Constant) else ""


def _demands(call: ast.Call) -> bool:
    """Whether the added column must have a value and has none by itself."""
    column = next((each for each in call.args[1:] if isinstance(each, ast.Call)), None)
    words = {each.arg: each.value for each in column.keywords} if column is not None else {}
    nullable = words.get("nullable")
    return isinstance(nullable, ast.Constant) and nullable.value is False and "server_default" not in words


SAMPLES = {
    'op.drop_column("contact", "locale")': "drop_column contact",
    'op.rename_table("visit", "stay")': "rename_table visit",
    'op.alter_column("contact", "locale", nullable=False)': "alter_column contact",
    'op.add_column("contact", sa.Column("a", sa.Integer(), nullable=False))': "add_column contact",
    'op.add_column("contact", sa.Column("a", sa.Integer(), nullable=False, server_default="0"))': "",
    'op.add_column("contact", sa.Column("a", sa.Integer(), nullable=True))': "",
    'op.create_index("ix", "contact", ["locale"])': "create_index on contact",
    'op.create_index("ix", "contact", ["locale"], postgresql_concurrently=True)': "",
    'op.create_table("a", sa.Column("b", sa.Integer()))\n    op.create_index("ix", "a", ["b"])': "",
    'op.create_unique_constraint("uq", "contact", ["locale"])': "create_unique_constraint on contact",
    "op.execute(\"UPDATE contact SET locale = 'ru'\")": "execute UPDATE contact",
    'op.execute("ALTER TABLE contact SET (fillfactor = 80)")': "",
}


@pytest.mark.parametrize(("body", "fault"), SAMPLES.items())
def test_what_stops_traffic_is_seen(body: str, fault: str) -> None:
    found = list(faults(f"def upgrade() -> None:\n    {body}\n"))
    assert found[0].startswith(fault) if fault else not found, found


def test_migrations_only_add() -> None:
    found = {}
    for path in sorted((MIGRATIONS / "versions").glob("v*.py")):
        revision = path.name[1:5]
        locks = revision > BEFORE_USE
        if revision != FIRST and (wrong := list(faults(path.read_text(), locks=locks))):
            found[path.name] = wrong
    assert not found


def test_the_statements_of_the_first_release_work_on_the_newest_tables(database_url: str) -> None:
    upgrade(database_url)
    engine = create_engine(driver(database_url))
    kind = engine.dialect.name
    assert len(SPOKEN[kind]) > 20
    broken = {}
    for statement in SPOKEN[kind]:
        with engine.connect() as connection:
            raw = connection.connection.cursor()
            try:
                if kind == "sqlite":
                    raw.execute(f"EXPLAIN {statement}", [None] * statement.count("?"))
                else:
                    plain = re.sub(r"%\(\w+\)s(::\w+)?", "NULL", statement).replace("%%", "%")
                    raw.execute(f"EXPLAIN {plain}")
            except Exception as error:
                broken[statement[:100]] = str(error).splitlines()[0]
    engine.dispose()
    assert not broken


def test_rows_of_the_first_release_fit_into_the_newest_tables(database_url: str) -> None:
    """Its columns are all there, as wide and as lenient as they were; what is new asks nothing of its inserts."""
    build(database_url, FIRST)
    engine = create_engine(driver(database_url))
    before, after = MetaData(), MetaData()
    before.reflect(engine)
    upgrade(database_url)
    after.reflect(engine)
    engine.dispose()
    for name, old in before.tables.items():
        new = after.tables[name]
        for column in old.columns:
            kept = new.columns[column.name]
            assert kept.nullable or not column.nullable, f"{name}.{column.name} must have a value now"
            assert type(kept.type) is type(column.type), f"{name}.{column.name} has another type"
            width = getattr(column.type, "length", None)
            assert width is None or (getattr(kept.type, "length", None) or width) >= width, f"{name}.{column.name}"
        for column in new.columns:
            own = column.nullable or column.server_default is not None or column.name in old.columns
            assert own, f"{name}.{column.name} has no value of its own"
        unique = {tuple(sorted(index.columns.keys())) for index in old.indexes if index.unique}
        more = {tuple(sorted(index.columns.keys())) for index in new.indexes if index.unique} - unique
        assert not [one for one in more if set(one) <= set(old.columns.keys())], f"{name} is stricter now"


#: What a made-up row says where any other word would not do: its status decides which indexes and fillings concern it.
WORDS = {"status": "waiting", "state": "planned", "waiting_for": "time", "category": "marketing", "role": "admin"}


def _made_up(column: Column[object], number: int) -> object:
    """A value that a column takes."""
    kind = column.type.python_type
    if kind in (dict, list):
        return {}
    if kind is str:
        return WORDS.get(column.name, f"{number}")[: getattr(column.type, "length", None) or 20]
    return kind(number)


def _fill(engine: Engine, tables: list[Table], number: int) -> None:
    """A row for each table, with a value in every column."""
    with engine.begin() as connection:
        for table in tables:
            row = {column.name: _made_up(column, number) for column in table.columns}
            connection.execute(insert(table), [row])


def _rows(engine: Engine, tables: list[Table]) -> dict[str, list[tuple[object, ...]]]:
    """What is in these columns of these tables."""
    with engine.connect() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table))), key=str) for table in tables}


def _at_first(url: str) -> tuple[Engine, list[Table]]:
    """A database of the first revision with a row in every table."""
    build(url, FIRST)
    engine, known = create_engine(driver(url)), MetaData()
    known.reflect(engine)
    tables = [table for table in known.sorted_tables if table.name != "alembic_version"]
    assert len(tables) > 20
    _fill(engine, tables, 1)
    return engine, tables


def test_every_step_from_the_first_revision_keeps_what_is_in_the_database(bare_url: str) -> None:
    engine, tables = _at_first(bare_url)
    before = _rows(engine, tables)
    steps = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    assert steps[0] == FIRST
    for step in steps[1:]:
        command.upgrade(config(bare_url), step)
        assert current(bare_url) == step
        assert _rows(engine, tables) == before, step
        # The code of the first revision goes on writing on the tables of each later one.
        number = int(step)
        _fill(engine, tables, number)
        before = _rows(engine, tables)
        assert all(len(each) == steps.index(step) + 1 for each in before.values()), step
    engine.dispose()
    assert missing_tables(bare_url) == set()


def test_a_database_of_the_first_revision_is_brought_up_at_start(bare_url: str, tmp_path: Path) -> None:
    """As a process does it: on SQLite after a copy of what was there; then the present code reads and writes it."""
    engine, tables = _at_first(bare_url)
    before = _rows(engine, tables)
    if engine.dialect.name == "sqlite":
        saved = upgrade(bare_url)
        assert saved is not None
        copy = create_engine(f"sqlite:///{saved}")
        assert (current(f"sqlite:///{saved}"), _rows(copy, tables)) == (FIRST, before)
        copy.dispose()
    project = open_project(Settings(home=tmp_path / "home", database=bare_url))
    assert current(bare_url) == head()
    assert _rows(engine, tables) == before
    engine.dispose()
    facts = contacts.ContactFacts(external_id="1", attributes={"city": "Tver"})
    project.database.transact(lambda connection: contacts.upsert(connection, [facts], 5))
    with project.database.read() as connection:
        row = contacts.get(connection, "1")
        assert row is not None
        assert (row.timezone, row.updated_at) == ("1", 5)
        assert list(violations(connection)) is not None  # every sum can be asked for; made-up rows do not add up
    project.database.close()


def test_a_database_of_a_later_version_is_worked_on(database_url: str, tmp_path: Path) -> None:
    upgrade(database_url)
    engine = create_engine(driver(database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert is_newer(current(database_url))
    assert upgrade(database_url) is None
    project = open_project(Settings(home=tmp_path / "home", database=database_url))
    with project.database.read() as connection:
        assert project.accounts(connection) == []
    project.database.close()


def test_processes_that_start_at_once_migrate_once(database_url: str) -> None:
    failed: list[BaseException] = []

    def start() -> None:
        try:
            upgrade(database_url)
        except BaseException as error:
            failed.append(error)

    starting = [threading.Thread(target=start) for _ in range(3)]
    for each in starting:
        each.start()
    for each in starting:
        each.join(120)
    assert not failed
    assert current(database_url) == head()


ADDS = '''"""Adds."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "HEAD"


def upgrade() -> None:
    op.add_column("contact", sa.Column("shoe_size", sa.Integer(), nullable=True))
'''


def test_a_migration_steps_aside_for_work_and_tries_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Somebody reads a table for long: the migration waits, and whoever comes after it does not wait for both."""
    server = request.getfixturevalue("postgres_server")
    if server is None:
        pytest.skip("no PostgreSQL here: install Debian's postgresql, or set TROPA_TEST_POSTGRES")
    url = new_database(server, f"m_{tmp_path.name[-8:].lower().replace('-', '_')}")
    upgrade(url)
    newer = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, newer)
    (newer / "versions" / "v9000_adds.py").write_text(ADDS.replace("HEAD", head()))
    engine = create_engine(driver(url), connect_args={"options": "-c lock_timeout=20s"})
    with engine.connect() as reader, engine.connect() as other:
        reader.execute(text("SELECT count(*) FROM contact"))
        migration = threading.Thread(target=upgrade, args=(url, newer))
        migration.start()
        _until_waited_for(engine)
        # Queued behind the migration, which queues behind the reader: it gives way though the reader goes on.
        assert other.execute(text("SELECT count(*) FROM contact")).scalar() == 0
        assert current(url) == head()
        other.rollback()
        reader.rollback()
        migration.join(60)
    engine.dispose()
    assert current(url) == "9000"


def _until_waited_for(engine: object) -> None:
    """Until some session waits for a lock on a table."""
    for _ in range(2_000):
        with engine.connect() as connection:  # type: ignore[attr-defined]
            found = connection.execute(
                text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
            )
            if found.scalar():
                return
    raise OperationalError("nobody waits", None, Exception())
