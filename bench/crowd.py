"""A database as after years: many journeys, contacts, trips and messages, as bare rows of the product's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import publish
from engine.project import Project
from store import journeys
from store.sql import run

DOCUMENT: dict[str, Any] = {
    "graph": {"name": "Crowd", "entry": {"api": True}},
    "nodes": [
        {"id": "hello", "kind": "send", "settings": {"channel": "telegram", "category": "service", "text": "Hello"}},
        {"id": "rest", "kind": "wait", "settings": {"for": "P3650D"}},
        {"id": "bye", "kind": "exit", "settings": {}},
    ],
    "edges": [
        {"source": "hello", "target": "rest", "key": "sent"},
        {"source": "rest", "target": "bye", "key": "done"},
    ],
}
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
#: What is planted, in this order; `:now` is in microseconds.
ROWS = (
    "INSERT INTO journey (public_id, name, status, draft, revision, created_at, updated_at) {journeys}"
    " SELECT 'j' || i, 'Journey ' || i, 'live', j.draft, 1, :now, :now FROM n CROSS JOIN journey j WHERE i > 1",
    "INSERT INTO journey_version (journey_id, version, document, published_at)"
    " SELECT j.id, 1, v.document, :now FROM journey j CROSS JOIN journey_version v WHERE j.id > 1",
    "UPDATE journey SET version_id = (SELECT v.id FROM journey_version v WHERE v.journey_id = journey.id)",
    "INSERT INTO contact (external_id, attributes, tags, searched, created_at, updated_at) {n}"
    " SELECT 'c' || i, {attributes}, {tags}, 'c' || i || ' ' || (7000000 + i) || ' anna' || (i % 9973) || ' kazan',"
    " :now, :now FROM n",
    "INSERT INTO address (contact_id, channel, account, address, state, reason, created_at)"
    " SELECT id, 'telegram', 'default', CAST(7000000 + id AS text), 'ok', '', :now FROM contact",
    "INSERT INTO consent (contact_id, channel, purpose, granted, proven, at)"
    " SELECT id, 'telegram', 'marketing', {true}, {true}, :now FROM contact",
    "INSERT INTO enrollment (journey_id, version_id, contact_id, slot, status, reason, node, seq, arrived_at,"
    " entered_at, due_at, waiting_for, stateful, converted)"
    " SELECT j.id, j.version_id, c.id, '1', 'waiting', '', 'rest', 1, :now, :now - c.id, :now + 300000000000000,"
    " 'time', {false}, {false} FROM contact c JOIN journey j ON j.id = 1 + c.id % :journeys",
    "INSERT INTO visit (enrollment_id, seq, version_id, node, arrived_at, left_at, exit)"
    " SELECT id, 0, version_id, 'hello', :now, :now, 'sent' FROM enrollment",
    "INSERT INTO delivery (origin, contact_id, journey_id, version_id, enrollment_id, node, part, cohort, category,"
    " state, reason, expires_at, channel, account, address, provider_id, planned_at, sending_at, accepted_at)"
    " SELECT 'crowd-' || id, contact_id, journey_id, version_id, id, 'hello', '', 0, 'service', 'accepted', '',"
    " :now, 'telegram', 'default', CAST(7000000 + contact_id AS text), CAST(id AS text), :now, :now, :now"
    " FROM enrollment",
    "INSERT INTO event (contact_id, name, properties, at, received_at, source, message_id)"
    " SELECT id, 'visited', {properties}, :now, :now, 'api', 'm' || id FROM contact",
    "INSERT INTO reply (channel, account, message_key, contact_id, text, rule, node, at, received_at)"
    " SELECT 'telegram', 'default', 'k' || id, id, 'Good day', 'unmatched', '', :now, :now FROM contact"
    " WHERE id % 20 = 0",
    "INSERT INTO conversation (contact_id, channel, account, opened_at, last_at)"
    " SELECT id, 'telegram', 'default', :now - id, :now - id FROM contact WHERE id % 100 = 0",
    "INSERT INTO node_count (version_id, node, what, channel, arm, cohort, amount)"
    " SELECT j.version_id, '', 'entered', '', '', 490000 + i, :many / :journeys / 100 FROM journey j"
    " CROSS JOIN (SELECT id AS i FROM contact WHERE id <= 100) AS hours",
    "INSERT INTO node_count (version_id, node, what, channel, arm, cohort, amount)"
    " VALUES (0, '', 'sent', '', '', :now / 3600000000, :many)",
    "INSERT INTO segment (public_id, name, rule, refreshed_at, created_at, updated_at) {n}"
    " SELECT 's' || i, 'Segment ' || i, {rule}, :now, :now, :now FROM n WHERE i <= 200",
    "INSERT INTO segment_member (segment_id, contact_id, since) SELECT 1 + id % 200, id, :now FROM contact",
    'INSERT INTO opt_in_link (token, campaign, consent_text, purpose, "double", invitation, greeting, arrived,'
    " created_at) {n} SELECT 't' || i, 'Poster ' || i, 'I agree', 'marketing', {false}, '', '', 0, :now FROM n"
    " WHERE i <= 200",
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Somebody and something of it, to look at."""

    journey: str
    contact: str
    segment: str


def plant(project: Project, many_journeys: int, contacts: int) -> Crowd:
    """Fill an empty database with journeys, and with so many contacts, each on one of them with one message."""

    def first(connection: Connection) -> None:
        draft = journeys.create(connection, DOCUMENT, "Journey 1", project.now_micros(connection), "j1")
        publish.publish(project, connection, draft, DOCUMENT)

    project.database.transact(first)
    for statement in ROWS:
        project.database.transact(lambda each, one=statement: _fill(project, each, one, many_journeys, contacts))  # type: ignore[misc]
    project.database.transact(lambda each: run(each, "ANALYZE"))
    return Crowd(journey="j1", contact=f"c{contacts}", segment="s1")


def _fill(project: Project, connection: Connection, statement: str, many_journeys: int, contacts: int) -> None:
    lite = connection.dialect.name == "sqlite"

    def json(text: str) -> str:
        return f"'{text}'" if lite else f"CAST('{text}' AS jsonb)"

    name = '\'{"first_name": "Anna\' || (i % 9973) || \'", "city": "Kazan"}\''
    words = {
        "n": NUMBERS,
        "journeys": NUMBERS.replace(":many", ":journeys"),
        "attributes": name if lite else f"CAST({name} AS jsonb)",
        "tags": json('["new"]'),
        "properties": json('{"page": "shop"}'),
        "rule": json('{"attribute": "city", "is": "equal", "value": "Kazan"}'),
        "true": "1" if lite else "true",
        "false": "0" if lite else "false",
    }
    values = {"many": contacts, "now": project.now_micros(connection), "journeys": many_journeys}
    asked = {key: value for key, value in values.items() if f":{key}" in statement.format(**words)}
    run(connection, statement.format(**words), **asked)
