"""Alive, ready, well: each tells the truth, and the metrics tell it in numbers without a word of anybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families as parse

from api.app import create_app
from engine.doctor import examine as doctor
from engine.health import SAYS, examine, readiness
from engine.project import real_now
from engine.settings import Settings
from store.sql import run, scalar
from store.tables.columns import micros
from tests.journeys.documents import line, step
from tests.semantics.stories import NOON, faults, question, sleeping
from tests.town import KEY, Town

HOUR = 3_600_000_000


def test_ready_is_said_only_of_what_is(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, prefect_port=9)
    with TestClient(create_app(settings)) as client:
        first = client.get("/readyz")
        assert first.status_code == 503
        good = {"database": "ok", "migrations": "ok", "inbox": "ok", "disk": "ok"}
        assert first.json()["checks"] == {**good, "engine": "not ready", "prefect": "silent"}
        # Only these very paths, and nothing that ends like them.
        for path in ("/readyz/x", "/x/readyz", "/v1/keys/livez", "/livez/"):
            assert client.get(path, follow_redirects=False).status_code in (307, 404, 405)
        assert client.get("/v1/keys").status_code == 401
        project = client.app.state.project  # type: ignore[attr-defined]
        project.database.transact(lambda each: run(each, "UPDATE alembic_version SET version_num = '0001'"))
        assert client.get("/readyz").json()["checks"]["migrations"] == "not ready"
        project.database.transact(lambda each: run(each, "UPDATE alembic_version SET version_num = '9999'"))
        assert client.get("/readyz").json()["checks"]["migrations"] == "ok"
        project.database.transact(lambda each: run(each, "DROP TABLE heartbeat"))
        gone = client.get("/readyz")
        assert (gone.status_code, gone.json()["checks"]["database"]) == (503, "not ready")
        assert client.get("/livez").json() == {"status": "alive"}


def test_a_working_installation_is_ready_and_well(place: Town) -> None:
    deadline = time.monotonic() + 20
    while not all(readiness(place.project, place.settings).values()):
        assert time.monotonic() < deadline, readiness(place.project, place.settings)
        time.sleep(0.05)
    answer = place.http.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["prefect"] == "off"
    assert place.call("GET", "/v1/health") == {"status": "ok", "items": [], "next": None}
    assert place.http.get("/v1/health", headers={"Authorization": "Bearer no"}).status_code == 401


def _set(table: str, values: str) -> Callable[[Town], None]:
    def work(place: Town) -> None:
        with place.project.database.read() as connection:
            now, real = place.project.now_micros(connection), micros(real_now())
        statement = f"UPDATE {table} SET {values}".format(now=now, real=real, hours=now - 2 * HOUR, gone=real - HOUR)
        place.project.database.transact(lambda each: run(each, statement))

    return work


ILLS = {
    "trips_late": _set("enrollment", "due_at = {hours}"),
    "messages_late": _set("delivery", "state = 'held', ready_at = {hours}"),
    "sending_abandoned": _set("delivery", "state = 'sending', ready_at = NULL, lease_until = {gone}"),
    "unknown_long": _set("delivery", "state = 'unknown', ready_at = NULL, unknown_at = {hours}"),
    "unresolved": _set("delivery", "state = 'unresolved', ready_at = NULL"),
    "inbox_late": _set("inbox", "state = 'new', received_at = {hours}"),
    "webhooks_failed": _set("inbox", "state = 'failed'"),
    "trips_stuck": _set("enrollment", "status = 'waiting', due_at = NULL, waiting_for = 'time'"),
    "account_broken": _set("channel_account", "status = 'broken' WHERE channel = 'viber'"),
    "account_paused": _set("channel_account", "status = 'paused' WHERE channel = 'viber'"),
    "journey_failing": _set("journey", "failures = 3"),
    "journey_failed": _set("journey", "failures = 5, paused_because = 'failures'"),
    "clock_ahead": _set("heartbeat", "beat_at = {real} + 60000000 WHERE name LIKE 'engine%'"),
    "engine_silent": _set("heartbeat", "beat_at = {real} - 60000000 WHERE name LIKE 'engine%'"),
    "migrations_behind": _set("alembic_version", "version_num = '0001'"),
}


def test_everything_that_can_be_ill_is_told_with_a_way_out(place: Town) -> None:
    """One town whose engine sleeps; its rows are made ill, one way after another."""
    place.freeze(NOON)
    place.contact("ann", address="1")
    place.enroll(place.publish(question()), "ann")
    place.advance("PT1S")
    place.reply("1", text="hello")
    sleeping(place)
    missed = set()
    for code, fall_ill in ILLS.items():
        fall_ill(place)
        found = {each.code: each for each in examine(place.project, place.settings)}
        if code not in found:
            missed.add(code)
            continue
        assert found[code].what.strip()
        assert found[code].fix
        assert "{" not in found[code].what
    assert not missed
    # What no row can show is left: the disk, the size of the log, Prefect.
    assert set(SAYS) - set(ILLS) == {"disk_low", "wal_large", "prefect_silent"}


def metric(text: str) -> dict[str, float]:
    """Samples as `name{label=value}`."""
    return {
        sample.name + str(sorted(sample.labels.items())) if sample.labels else sample.name: sample.value
        for family in parse(text)
        for sample in family.samples
    }


def test_the_metrics_add_up_and_name_nobody(place: Town) -> None:
    place.freeze(NOON)
    for number in range(3):
        place.contact(f"secret-{number}", address=f"55500070{number}", attributes={"first_name": "Canary"})
    faults(place, "429", channel="telegram", times=1, retry_after=1)
    hello = step("hello", "send", text="Hello, {{ contact.first_name }} {{ contact.missing }}", channel="telegram")
    place.enroll(place.publish(line(hello)), "secret-0")
    place.enroll(place.publish(question()), "secret-1", "secret-2")
    place.advance("PT1M")
    place.reply("555000701", text="стоп")
    place.advance("PT1S")
    assert place.http.post("/webhooks/telegram/default", json={"update_id": 1}).status_code == 403
    assert place.http.post("/webhooks/telegram/nobody", json={"update_id": 1}).status_code == 404
    _wait_until_counted(place, "webhooks_rejected", 2)
    _wait_until_counted(place, "sends", 2)
    text = place.http.get("/metrics").text
    told = metric(text)
    assert told["tropa_webhooks_rejected_total[('reason', 'not_signed')]"] == 1
    assert told["tropa_webhooks_rejected_total[('reason', 'unknown_account')]"] == 1
    assert told["tropa_sends_total[('answer', 'accepted'), ('channel', 'telegram')]"] == 2
    assert told["tropa_send_seconds_count[('channel', 'telegram')]"] >= 2
    assert told["tropa_provider_429_total[('channel', 'telegram')]"] == 1
    assert told["tropa_template_rejected_total"] == 1
    assert told["tropa_suppressed_total[('reason', 'missing_variable')]"] == 1
    assert told["tropa_optout_to_effect_seconds_count"] == 1
    assert told["tropa_lease_expired_total"] == 0
    assert told["tropa_processes[('kind', 'engine')]"] == 1
    assert told["tropa_timer_lateness_seconds_count"] > 0
    for word in ("secret", "555000", "Canary", "Hello", KEY):
        assert word not in text


def _wait_until_counted(place: Town, name: str, many: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        with place.project.database.read() as connection:
            found: Any = scalar(
                connection, "SELECT sum(amount) FROM metric WHERE name = :name AND bound = ''", name=name
            )
        if (found or 0) >= many:
            return
        assert time.monotonic() < deadline, f"{name}: {found}"
        time.sleep(0.05)


def test_the_doctor_reads_the_server_too(either_place: Town, tmp_path: Path) -> None:
    found = [f"{each.level} {each.what}" for each in doctor(either_place.settings)]
    assert any("all sums hold" in line for line in found)
    assert any("their secrets can be opened" in line for line in found)
    if either_place.project.database.dialect == "postgresql":
        assert any(line.startswith("ok PostgreSQL 1") for line in found)
        assert any("bad PostgreSQL's fsync is off" in line for line in found)  # the tests' server is in a hurry
        assert any("the database's clock is" in line and line.startswith("ok") for line in found)
    readable = either_place.settings.home / "keys" / "ui"
    readable.chmod(0o644)
    assert any("can be read by others" in each.what for each in doctor(either_place.settings))


@pytest.mark.parametrize("code", SAYS)
def test_each_ailment_has_words(code: str) -> None:
    level, what, fix = SAYS[code]
    assert level in ("bad", "note")
    assert what.endswith(".")
    assert fix
