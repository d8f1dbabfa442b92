"""One writer at a time, units that are repeated, migrations with a backup, secrets that only their owner can open."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from select import select

import pytest
from sqlalchemy import Connection

from store import consents, contacts
from store.bell import Bell, bells, listen
from store.consents import ConsentGiven
from store.contacts import ContactFacts
from store.crash_points import VARIABLE
from store.database import Database
from store.schema import MIGRATIONS, current, head, missing_tables, upgrade
from store.sql import parsed, rows, run, scalar
from store.vault import SecretsUnreadable, Vault

ADD_ONE = """
import sys
from store.database import Database
from store.sql import run, scalar
database = Database(sys.argv[1])
def work(connection):
    value = scalar(connection, "SELECT rows FROM import WHERE id = 1")
    run(connection, "UPDATE import SET rows = :value WHERE id = 1", value=value + 1)
for _ in range(200):
    database.transact(work)
"""


def test_read_then_write_of_several_processes_loses_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tropa.db"
    upgrade(url)
    database = Database(url)
    database.transact(
        lambda each: run(
            each,
            "INSERT INTO import (id, public_id, filename, path, mapping, status, reason, rows, created, updated,"
            " rejected, problems, created_at) VALUES (1, 'i', 'f', 'p', '{}', 'done', '', 0, 0, 0, 0, '[]', 0)",
        )
    )
    root = Path(__file__).parent.parent.parent
    workers = [subprocess.Popen([sys.executable, "-c", ADD_ONE, url], cwd=root) for _ in range(3)]
    assert [worker.wait(120) for worker in workers] == [0, 0, 0]
    with database.read() as connection:
        assert scalar(connection, "SELECT rows FROM import WHERE id = 1") == 600
    database.close()


def test_the_log_is_emptied_beside_writers_and_begins_anew(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tropa.db"
    upgrade(url)
    database = Database(url)
    said, over = "x" * 20_000, threading.Event()

    def write() -> None:
        for number in range(400):
            facts = [ContactFacts(external_id=f"c{number}", attributes={"said": said})]
            database.transact(lambda each, facts=facts: contacts.upsert(each, facts, 1))  # type: ignore[misc]
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.wait(0.01):
        database.checkpoint()
    writer.join()
    database.checkpoint()
    most = database.wal_bytes()
    database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="one more")], 1))
    # It has begun anew: what was written since lies in front, and the file is no longer than it was.
    assert 0 < database.wal_bytes() == most
    database.checkpoint(truncate=True)
    assert database.wal_bytes() == 0
    with database.read() as connection:
        assert scalar(connection, "SELECT count(*) FROM contact") == 401
        assert scalar(connection, "PRAGMA integrity_check") == "ok"
    database.close()


def test_only_what_is_lazy_does_not_wait_for_the_disk(database_url: str) -> None:
    database = Database(database_url)
    add = "INSERT INTO project_setting (name, value) VALUES (:name, '1')"

    def work(name: str, connection: Connection) -> str:
        run(connection, add, name=name)
        return str(scalar(connection, "SHOW synchronous_commit")) if not database.sqlite else ""

    told = [database.transact(partial(work, each), lazy=each == "lazy") for each in ("lazy", "other")]
    assert database.sqlite or told == ["off", "on"]
    with database.glance() as connection:
        assert scalar(connection, "SELECT count(*) FROM project_setting WHERE name IN ('lazy', 'other')") == 2
    database.close()


def test_a_unit_that_fails_leaves_nothing(database_url: str) -> None:
    database = Database(database_url)

    def work(connection: Connection) -> None:
        contacts.upsert(connection, [ContactFacts(external_id="a")], 1)
        raise RuntimeError("after the insert")

    with pytest.raises(RuntimeError):
        database.transact(work)
    with database.read() as connection:
        assert scalar(connection, "SELECT count(*) FROM contact") == 0
    database.close()


def test_concurrent_upserts_of_the_same_contact_keep_every_key(database_url: str) -> None:
    database = Database(database_url)

    def report(name: str) -> None:
        facts = [ContactFacts(external_id="a", attributes={name: 1}, tags=None)]
        database.transact(lambda each: contacts.upsert(each, facts, 1))

    threads = [threading.Thread(target=report, args=(f"k{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        row = contacts.get(connection, "a")
    assert row is not None
    assert sorted(parsed(row.attributes)) == [f"k{number}" for number in range(8)]
    database.close()


def test_a_reader_sees_one_moment(database_url: str) -> None:
    database = Database(database_url)
    with database.read() as connection:
        assert scalar(connection, "SELECT count(*) FROM contact") == 0
        database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1))
        assert scalar(connection, "SELECT count(*) FROM contact") == 0
    database.close()


def heard(bell: Bell, within: float = 20.0) -> bool:
    """Whether the bell rings before long, as an engine would hear it."""
    if (wire := bell.fileno()) is not None:
        select([wire], [], [], within)
    return bell.rang()


def test_the_bell_rings_for_others_writes(database_url: str) -> None:
    database = Database(database_url)
    bell = listen(database.url)
    bell.rang()
    database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1))
    assert heard(bell)
    assert not bell.rang()
    database.close()
    bell.close()


def test_reading_rings_no_bell_and_on_sqlite_nor_does_writing_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tropa.db"
    upgrade(url)
    database = Database(url)
    bell = listen(database.url)
    with database.read() as connection:
        scalar(connection, "SELECT count(*) FROM contact")
    database.transact(lambda each: run(each, "DELETE FROM contact WHERE id = 0"))
    assert not bell.rang()
    bell.close()
    database.close()


def test_the_pipe_of_a_listener_that_died_is_taken_down_and_others_are_rung(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tropa.db"
    upgrade(url)
    database = Database(url)
    left = bells(database.url) / "left"
    left.parent.mkdir()
    os.mkfifo(left)
    bell = listen(database.url)
    database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1))
    assert heard(bell)
    assert not left.exists()
    bell.close()
    assert list(bells(database.url).iterdir()) == []
    database.close()


def test_what_gives_nobody_work_wakes_nobody(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tropa.db"
    upgrade(url)
    database = Database(url)
    bell = listen(database.url)
    database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1), rings=False)
    wire = bell.fileno()
    assert wire is not None
    assert select([wire], [], [], 0)[0] == []
    bell.close()
    database.close()


def test_where_no_pipe_can_be_made_the_database_is_looked_at(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tropa.db"
    upgrade(url)
    database = Database(url)
    bells(database.url).write_text("in the way")
    bell = listen(database.url)
    assert bell.fileno() is None
    database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1))
    assert bell.rang()
    bell.close()
    database.close()


def test_a_bell_that_lost_its_connection_says_so_rings_and_listens_again(postgres_url: str) -> None:
    database = Database(postgres_url)
    bell = listen(database.url)
    bell.rang()
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tropa bell'"
    with database.read() as connection:
        rows(connection, f"{kill} AND datname = current_database()")
    # The server's last word comes before the end of the connection.
    assert heard(bell) or heard(bell)
    assert bell.lost
    assert not bell.rang()
    bell.listen()
    assert not bell.lost
    assert bell.rang(), "what was rung meanwhile may have been lost"
    database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1))
    assert heard(bell)
    bell.close()
    database.close()


def test_an_empty_database_is_filled_and_a_current_one_left_alone(bare_url: str) -> None:
    assert upgrade(bare_url) is None
    assert current(bare_url) == head()
    assert missing_tables(bare_url) == set()
    assert upgrade(bare_url) is None


UPGRADE = [sys.executable, "-c", "import sys; from store.schema import upgrade; upgrade(sys.argv[1])"]
ROOT = Path(__file__).parents[2]


def test_a_killed_migration_leaves_nothing_and_the_next_start_makes_it(bare_url: str) -> None:
    environment = {**os.environ, VARIABLE: "mid-migration:1"}
    killed = subprocess.run([*UPGRADE, bare_url], cwd=ROOT, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert current(bare_url) is None
    assert upgrade(bare_url) is None
    assert current(bare_url) == head()
    assert missing_tables(bare_url) == set()


NEXT = """
from alembic import op
import sqlalchemy as sa
revision = "next"
down_revision = "{head}"
def upgrade():
    op.add_column("contact", sa.Column("nickname", sa.String(), nullable=True))
"""


def test_an_older_database_is_kept_before_it_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "tropa.db"
    url = f"sqlite:///{path}"
    upgrade(url)
    database = Database(url)
    database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1))
    database.close()
    newer = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, newer)
    (newer / "versions" / "v_next.py").write_text(NEXT.format(head=head()))
    saved = upgrade(url, newer)
    assert saved is not None
    assert current(url) == "next"
    assert current(f"sqlite:///{saved}") == head()
    for file in (path, saved):
        with sqlite3.connect(file) as raw:
            assert raw.execute("SELECT external_id FROM contact").fetchone() == ("a",)
        raw.close()
    assert upgrade(url, newer) is None


def test_a_changed_row_of_the_ledger_is_found(database_url: str) -> None:
    database = Database(database_url)
    ids, _ = database.transact(lambda each: contacts.upsert(each, [ContactFacts(external_id="a")], 1))

    def given(action: str, at: int) -> ConsentGiven:
        return ConsentGiven(
            contact_id=ids["a"],
            channel="viber",
            purpose="marketing",
            action=action,  # type: ignore[arg-type]
            source="site",
            at=at,
            text="I agree",
            proven=True,
            evidence={"page": "ё"},
        )

    database.transact(lambda each: consents.record(each, [given("grant", 1), given("withdraw", 5)], 5))
    database.transact(lambda each: consents.record(each, [given("grant", 3)], 6))
    with database.read() as connection:
        assert consents.broken_links(connection) == []
        # The grant is older than the withdrawal, though it was recorded later.
        assert consents.state(connection, [ids["a"]]) == {}
        assert consents.withdrawn(connection, [ids["a"]]) == {ids["a"]: {("viber", "marketing")}}
    database.transact(lambda each: run(each, "UPDATE consent_record SET source = 'forged' WHERE at = 5"))
    with database.read() as connection:
        assert consents.broken_links(connection) == [2]
    database.close()


def test_secrets_open_for_their_owner_alone(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "keys" / "secrets")
    sealed = vault.seal("telegram/a", {"token": "1:abc"})
    assert "abc" not in sealed
    assert (tmp_path / "keys" / "secrets").stat().st_mode & 0o077 == 0
    assert Vault(tmp_path / "keys" / "secrets").open("telegram/a", sealed) == {"token": "1:abc"}
    with pytest.raises(SecretsUnreadable):
        vault.open("telegram/b", sealed)
    with pytest.raises(SecretsUnreadable):
        Vault(tmp_path / "other").open("telegram/a", sealed)
