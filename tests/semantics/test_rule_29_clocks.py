"""Clocks that are wrong, or set while engines are at work: nothing is doubled, nothing lost, nobody is early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.base import Accepted, RetryAfter
from engine.answers import Outcome, commit
from engine.boot import open_project
from engine.evidence import sweep
from engine.heartbeat import beat
from engine.project import Project, real_now
from engine.settings import Settings
from engine.timekeeping import Timekeeper
from store.tables.columns import micros
from tests.semantics.test_rule_29_unknown import delivery, project, state

__all__ = ["project"]
HOUR = timedelta(hours=1)


def other(project: Project, tmp_path: Path, clock: Callable[[], datetime]) -> Project:
    """A second machine on the same database, with a clock of its own."""
    url = project.database.url.render_as_string(hide_password=False)
    made = open_project(Settings(home=tmp_path / "home", database=url, prefect=False))
    made.real = Timekeeper(clock)
    return made


class Machine:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.wrong = timedelta(0)

    def __call__(self) -> datetime:
        return real_now() + self.wrong


def test_on_postgresql_everybody_goes_by_the_servers_clock(project: Project, tmp_path: Path) -> None:
    """From the first heartbeat on; SQLite is on one machine, whose own clock it is."""
    machine = Machine()
    machine.wrong = HOUR
    second = other(project, tmp_path, machine)
    beat(second, "engine:second")
    ahead = second.real() - real_now()
    assert (ahead < timedelta(seconds=5)) == (project.database.dialect == "postgresql")
    machine.wrong = -HOUR
    assert (second.real() - real_now() > timedelta(seconds=-5)) == (project.database.dialect == "postgresql")
    second.database.close()


@pytest.mark.parametrize("wrong", [HOUR, -HOUR])
@pytest.mark.parametrize(
    ("answer", "after"), [(Accepted(id="wamid.1"), "accepted"), (RetryAfter(seconds=7), "unknown")]
)
def test_a_lease_that_looks_over_by_a_wrong_clock_is_no_second_message(
    project: Project, tmp_path: Path, wrong: timedelta, answer: Any, after: str
) -> None:
    """One engine waits for an answer; another, an hour off, sweeps: at worst it is unknown, and never ready again."""
    machine = Machine()
    machine.wrong = wrong
    second = other(project, tmp_path, machine)
    lease = micros(project.real() + project.lease)
    delivery(project, "sending", lease_until=lease, category="marketing")
    second.database.transact(lambda each: sweep(second, each))
    early = wrong > timedelta(0)
    assert state(project)[0] == ("unknown" if early else "sending")
    outcome = Outcome(delivery_id=1, attempt=1, answer=answer)
    project.database.transact(lambda each: commit(project, each, [outcome]))
    assert state(project)[0] == (after if early or after == "accepted" else "ready")
    second.database.close()


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_the_window_of_evidence_is_not_over_because_a_clock_was_set(
    project: Project, tmp_path: Path, step: timedelta
) -> None:
    """The receiver's own time has a break there: what must arrive is not sent again before a quarter of an hour."""
    machine = Machine()
    one = other(project, tmp_path, machine)
    beat(one, "api:one")
    delivery(one, "unknown", unknown_at=micros(one.real()), tries=1)
    machine.wrong = step
    # Whoever comes first: the engine that looks, or the receiver that says that it is there.
    for _ in range(2):
        one.database.transact(lambda each: sweep(one, each))
        assert state(one) == ("unknown", "")
        beat(one, "api:one")
    one.database.close()


def test_the_time_goes_on_between_two_tellings_by_the_monotonic_clock() -> None:
    ticks, local = [100.0], datetime(2030, 1, 1, tzinfo=UTC)
    keeper = Timekeeper(lambda: local, lambda: ticks[0])
    assert keeper() == local
    server = datetime(2030, 6, 1, tzinfo=UTC)
    keeper.ask(lambda: server)
    ticks[0] += 2.5
    assert keeper() == server + timedelta(seconds=2.5)
    keeper.ask(lambda: None)
    assert keeper() == server + timedelta(seconds=2.5)
