"""How an installation is: what is stuck, late, broken or full, each with the way out; and whether it is ready."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

import httpx
from sqlalchemy.exc import SQLAlchemyError

from engine.project import Project
from engine.settings import Settings
from store import inbox, running, schema
from store.ailments import INBOX_LATE, Ailment, ailments
from store.tables.columns import micros

Level = Literal["ok", "note", "bad"]
Result = TypeVar("Result")
#: Seconds without a heartbeat after which the engine counts as silent; that Prefect has to answer.
SILENCE, PATIENCE = 10, 1.0
#: The disk is low below both: a share of it, and bytes.
LOW_SHARE, LOW_BYTES = 0.05, 2_000_000_000
LARGE_WAL = 256_000_000
#: code: (level, what it is, what to do). `{many}`, `{age}` and `{subject}` are filled in.
SAYS: dict[str, tuple[Level, str, str]] = {
    "engine_silent": (
        "bad",
        "The engine has not been heard of for {age}: nobody moves and nothing is sent.",
        "Start it (tropa engine, tropa up); its log is in the home, logs/engine.log.",
    ),
    "prefect_silent": (
        "note",
        "Prefect does not answer: contacts move all the same, its pages are behind.",
        "Start Prefect's server; what it missed is told to it then.",
    ),
    "migrations_behind": ("bad", "The database is of an older version ({subject}).", "tropa migrate"),
    "disk_low": (
        "bad",
        "The disk is nearly full: {subject} free.",
        "Make room: the engine stops sending when it is full.",
    ),
    "wal_large": (
        "note",
        "SQLite's write-ahead log has grown to {subject}.",
        "Something reads for very long: look for exports and backups that hang.",
    ),
    "trips_late": (
        "bad",
        "{many} trips are due and have not moved; the oldest for {age}.",
        "Is the engine at work? If it is, it is behind: add an engine process.",
    ),
    "messages_late": (
        "note",
        "{many} messages wait for their turn; the oldest for {age}.",
        "A large sending takes its time at the messenger's rate. Otherwise look at the accounts.",
    ),
    "inbox_late": (
        "bad",
        "{many} webhooks have not been processed; the oldest for {age}.",
        "Is the engine at work? If it is, it is behind: add an engine process.",
    ),
    "sending_abandoned": (
        "bad",
        "{many} messages are marked as being sent by an engine that is gone, for {age}.",
        "A running engine settles them within seconds: start one.",
    ),
    "unknown_long": (
        "bad",
        "Of {many} messages nobody knows whether they went out; the oldest for {age}.",
        "They are settled once webhooks have come in without a break for a while: look at the API and its address.",
    ),
    "unresolved": (
        "note",
        "Of the latest messages {many} left no evidence that they went out; they are not sent again.",
        "See them in the journeys' funnels; send again by hand what must arrive.",
    ),
    "webhooks_failed": (
        "note",
        "Of the latest webhooks {many} could not be processed and are kept.",
        "The engine's log names each; a new version may understand them.",
    ),
    "trips_stuck": (
        "bad",
        "{many} trips wait for nothing that could wake them.",
        "This is a fault of Tropa: keep a backup and report it with the output of tropa invariants.",
    ),
    "account_broken": (
        "bad",
        "The account {subject} was refused by the messenger: its messages wait.",
        "Mend it on the Channels page; what waits goes out then.",
    ),
    "account_paused": (
        "note",
        "The account {subject} is paused: its messages wait.",
        "Resume it on the Channels page.",
    ),
    "journey_failing": (
        "note",
        "In the journey {subject} {many} trips have failed: it pauses by itself at twice as many at the latest.",
        "Its funnel says where and why; mend it and publish.",
    ),
    "journey_failed": (
        "bad",
        "The journey {subject} has paused by itself: {many} trips failed.",
        "Its funnel says where and why; mend it, publish and resume: it counts anew then.",
    ),
    "clock_ahead": (
        "bad",
        "The clock of {subject} is {age} ahead of this machine's.",
        "Let every machine take its time from the same NTP server: leases are told by it.",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    fix: str = ""
    code: str = ""
    many: int = 0
    seconds: float = 0.0
    subject: str = ""


class Remembered(Generic[Result]):
    """An answer that is asked for anew only when it is older than some seconds."""

    def __init__(self, seconds: float, ask: Callable[[], Result]) -> None:
        self._seconds, self._ask = seconds, ask
        self._known: tuple[float, Result] | None = None

    def get(self) -> Result:
        """The answer."""
        now = time.monotonic()
        if self._known is None or now - self._known[0] > self._seconds:
            self._known = (now, self._ask())
        return self._known[1]


def told(ailment: Ailment) -> Finding:
    """An ailment in words."""
    level, what, fix = SAYS[ailment.code]
    said = what.format(many=f"{ailment.many:,}", age=_length(ailment.seconds), subject=ailment.subject)
    return Finding(level, said, fix, ailment.code, ailment.many, ailment.seconds, ailment.subject)


def examine(project: Project, settings: Settings) -> list[Finding]:
    """Everything that is not as it should be, the worst first; nothing when all is well."""
    found = [*_machine(project, settings)]
    with project.database.read() as connection:
        real = micros(project.real())
        found += ailments(connection, project.now_micros(connection), real)
        beat = running.last_beat(connection, "engine")
    silent = SILENCE + 1 if beat is None else (real - beat.beat_at) / 1_000_000
    if silent > SILENCE:
        found.append(Ailment(code="engine_silent", seconds=silent))
    return sorted(map(told, found), key=lambda each: ("bad", "note").index(each.level))


def _machine(project: Project, settings: Settings) -> Iterator[Ailment]:
    if (free := disk_low(settings.home)) is not None:
        yield Ailment(code="disk_low", subject=f"{free / 1e9:.1f} GB")
    if (wal := project.database.wal_bytes()) > LARGE_WAL:
        yield Ailment(code="wal_large", subject=f"{wal / 1e6:,.0f} MB")
    with project.database.read() as connection:
        at = schema.revision(connection)
    if at != schema.head() and not schema.is_newer(at):
        yield Ailment(code="migrations_behind", subject=str(at))
    if prefect_answers(settings) is False:
        yield Ailment(code="prefect_silent")


def disk_low(home: Path) -> int | None:
    """Free bytes when they are too few to work with, else None."""
    usage = shutil.disk_usage(home)
    return usage.free if usage.free < min(usage.total * LOW_SHARE, LOW_BYTES) else None


def prefect_answers(settings: Settings) -> bool | None:
    """Whether Prefect's server answers; None when it is not wanted."""
    if not settings.prefect:
        return None
    try:
        return httpx.get(f"{settings.prefect_api_url}/health", timeout=PATIENCE, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def readiness(project: Project, settings: Settings) -> dict[str, bool]:
    """What must hold for traffic to be sent here: (check, whether it does). An absent database fails all of them."""
    checks = dict.fromkeys(("database", "migrations", "engine", "inbox", "disk"), False)
    checks["disk"] = disk_low(settings.home) is None
    try:
        project.database.transact(lambda each: running.beat(each, "readyz", micros(project.real())))
        checks["database"] = True
        with project.database.read() as connection:
            at = schema.revision(connection)
            beat = running.last_beat(connection, "engine")
            waiting = inbox.horizon(connection)
            now = project.now_micros(connection)
    except SQLAlchemyError:
        return checks
    checks["migrations"] = at == schema.head() or schema.is_newer(at)
    checks["engine"] = beat is not None and micros(project.real()) - beat.beat_at < SILENCE * 1_000_000
    checks["inbox"] = waiting is None or now - waiting < INBOX_LATE
    return checks


def _length(seconds: float) -> str:
    """A duration for people: `40 s`, `5 min`, `3 h`, `2 days`."""
    for size, name in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"
