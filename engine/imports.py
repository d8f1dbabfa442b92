"""CSV imports: read in batches with progress; accepted rows go in, broken rows are told with line and reason."""

from __future__ import annotations

import csv
import itertools
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from channels import registry as channels
from engine.enroll import Candidate, enroll_many
from engine.people import give_consent, tell_changed
from engine.project import Project
from nodes.times import UnknownZone, zone
from store import contacts, journeys, order, running
from store.consents import ConsentGiven
from store.contacts import ContactFacts
from store.database import UNAVAILABLE
from store.sql import parsed

log = logging.getLogger(__name__)
BATCH = 1_000
KEPT_PROBLEMS = 1_000
MAX_FIELD = 4_096
#: Under this name the mapping keeps the journey that everybody in the file enters.
JOURNEY = "_journey"
#: Columns that mean something by their name; every other column is an attribute.
ID_NAMES = ("external_id", "id", "user_id", "userid", "contact")
_NAME = re.compile(r"^[\w .-]{1,60}$")


class BrokenRow(Exception):
    """A row that does not go in, with the field at fault."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(slots=True)
class Page:
    """One batch of rows, read and sorted into good and broken."""

    read: int = 0
    facts: list[ContactFacts] = field(default_factory=list)
    #: (external id, channel) with marketing consent in this row
    consents: list[tuple[str, str, str | None]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)


def run_some(project: Project) -> int:
    """Import the next batch of the oldest import that nobody else is at; how many rows were read."""
    return project.database.transact(lambda connection: _batch(project, connection))


def _batch(project: Project, connection: Connection) -> int:
    job = running.next_import(connection)
    if job is None:
        return 0
    now = project.now_micros(connection)
    try:
        page = read_page(Path(job.path), parsed(job.mapping), job.rows, BATCH)
    except (OSError, UnicodeDecodeError, csv.Error, BrokenRow) as broken:
        reason = f"The file cannot be read: {broken}" if str(broken) else "The file cannot be read."
        return _give_up(connection, job, reason, now)
    try:
        with connection.begin_nested():
            _save(project, connection, job, page, now)
    except UNAVAILABLE:
        raise  # the database's trouble, not the file's
    except Exception as error:
        # A file that breaks us must not stop the engine, nor be tried for ever.
        log.exception("import %s failed", job.public_id)
        return _give_up(connection, job, f"It broke the import: {type(error).__name__}.", now)
    return page.read


def _give_up(connection: Connection, job: Row[Any], reason: str, now: int) -> int:
    running.save_import(connection, job.id, {"status": "failed", "reason": reason[:300], "finished_at": now})
    return 0


def _save(project: Project, connection: Connection, job: Row[Any], page: Page, now: int) -> None:
    if page.consents or parsed(job.mapping).get(JOURNEY):
        # A consent may free messages, coming in may end a trip: they come before their contact.
        order.hold(connection, contacts.ids_of(connection, [each.external_id for each in page.facts]).values())
    ids, new = contacts.upsert(connection, page.facts, now) if page.facts else ({}, set())
    source = f"import {job.filename}"[:120]
    given = [
        ConsentGiven(
            contact_id=ids[name],
            channel=channel,
            purpose="marketing",
            action="grant",
            source=source,
            at=now,
            text=text,
            proven=bool(text),
            evidence={"import": job.public_id},
        )
        for name, channel, text in page.consents
    ]
    give_consent(project, connection, given, now)
    distinct = {facts.external_id: facts for facts in page.facts}
    tell_changed(project, connection, sorted(ids[name] for name in distinct if name not in new), now)
    if journey := parsed(job.mapping).get(JOURNEY):
        _enroll(project, connection, journey, ids, distinct, now)
    done = page.read < BATCH
    problems = [*parsed(job.problems), *page.problems][:KEPT_PROBLEMS]
    values = {
        "status": "done" if done else "running",
        "rows": job.rows + page.read,
        "created": job.created + len(new),
        "updated": job.updated + len(set(distinct) - new),
        "rejected": job.rejected + len(page.problems),
        "problems": problems,
    }
    running.save_import(connection, job.id, values | ({"finished_at": now} if done else {}))


def _enroll(
    project: Project,
    connection: Connection,
    journey: str,
    ids: Mapping[str, int],
    rows: Mapping[str, ContactFacts],
    now: int,
) -> None:
    """Let the people of a page enter a journey; the columns of their rows are what the entry event would tell."""
    row = journeys.get(connection, journey)
    if row is not None:
        candidates = [
            Candidate(contact_id=ids[name], external_id=name, properties=facts.attributes)
            for name, facts in rows.items()
        ]
        enroll_many(project, connection, row, candidates, now)


def read_page(path: Path, mapping: Mapping[str, Any], skip: int, limit: int) -> Page:
    """Read up to `limit` data rows after the first `skip`; BrokenRow when the header itself is of no use."""
    page = Page()
    with path.open(newline="", encoding="utf-8-sig") as file:
        sample = file.read(8_192)
        file.seek(0)
        delimiter = ";" if sample.split("\n", 1)[0].count(";") > sample.split("\n", 1)[0].count(",") else ","
        reader = csv.reader(file, delimiter=delimiter)
        header = [mapping.get(name.strip(), name.strip()) for name in next(reader, [])]
        if not any(name.lower() in ID_NAMES or name.lower() in channels() for name in header):
            raise BrokenRow("header", "no column is called external_id, and none is a messenger's address")
        for row in _rows(reader, skip, limit):
            page.read += 1
            line = reader.line_num
            try:
                _take(page, header, row, mapping)
            except BrokenRow as broken:
                page.problems.append({"line": line, "field": broken.column, "reason": str(broken)})
    return page


def _rows(reader: Iterator[list[str]], skip: int, limit: int) -> Iterator[list[str]]:
    return itertools.islice((row for row in reader if any(cell.strip() for cell in row)), skip, skip + limit)


def _take(page: Page, header: list[str], row: list[str], mapping: Mapping[str, Any]) -> None:
    if len(row) != len(header):
        raise BrokenRow("", f"{len(row)} fields where the header has {len(header)}")
    cells = {name: cell.strip() for name, cell in zip(header, row, strict=True) if name}
    for name, cell in cells.items():
        if len(cell) > MAX_FIELD:
            raise BrokenRow(name, f"longer than {MAX_FIELD} characters")
        if "\0" in cell:
            raise BrokenRow(name, "a NUL character; the file is not plain text")
        if not _NAME.match(name):
            raise BrokenRow(name, "the column's name has characters that an attribute cannot have")
    facts = _facts(cells)
    page.facts.append(facts)
    said = next((cell for name, cell in cells.items() if name.lower() == "marketing_consent"), "")
    if said.casefold() in ("1", "yes", "true", "да"):
        text = next((cell for name, cell in cells.items() if name.lower() == "consent_text"), "") or mapping.get(
            "_consent_text"
        )
        page.consents += [(facts.external_id, channel, text) for channel, _, _ in facts.addresses]


def _facts(cells: Mapping[str, str]) -> ContactFacts:
    addresses = [(name.lower(), "default", cell) for name, cell in cells.items() if name.lower() in channels() and cell]
    external = next((cell for name, cell in cells.items() if name.lower() in ID_NAMES and cell), "")
    if not external and addresses:
        external = f"{addresses[0][0]}:{addresses[0][2]}"
    if not external:
        raise BrokenRow("external_id", "neither an id nor an address")
    if len(external) > 200:
        raise BrokenRow("external_id", "longer than 200 characters")
    for channel, _, address in addresses:
        if channel == "telegram" and not address.lstrip("-").isdigit():
            raise BrokenRow("telegram", f"{address[:40]!r} is not a chat id")
    zone_name = next((cell for name, cell in cells.items() if name.lower() == "timezone" and cell), None)
    if zone_name is not None:
        try:
            zone(zone_name)
        except UnknownZone:
            raise BrokenRow(
                "timezone", f"no time zone is called {zone_name[:60]!r}; write one like Europe/Moscow"
            ) from None
    kept = (*ID_NAMES, *channels(), "timezone", "locale", "tags", "marketing_consent", "consent_text")
    tags = next((cell for name, cell in cells.items() if name.lower() == "tags" and cell), None)
    return ContactFacts(
        external_id=external,
        attributes={name: cell for name, cell in cells.items() if name.lower() not in kept and cell},
        tags=[tag.strip() for tag in tags.split(",") if tag.strip()] if tags else None,
        timezone=zone_name,
        locale=next((cell for name, cell in cells.items() if name.lower() == "locale" and cell), None),
        addresses=addresses,
    )
