"""A message of a draft to a person of one's own choice, before anybody else gets it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row

from engine.errors import NotFound
from engine.project import Project
from engine.render import as_content, render
from journeys.facts import PROJECT_ZONE, zone_name
from nodes.base import Node, Says
from store import contacts, planning
from store.sql import parsed
from store.tables.columns import micros

#: A test that cannot go out at once is of no use later.
TTL = timedelta(hours=1)
COUPON = "TEST-CODE"


def send_test(
    project: Project,
    connection: Connection,
    node: Node,
    name: str,
    contact: Row[Any],
    sample: Mapping[str, Any],
    journey_zone: str | None = None,
) -> list[str]:
    """Plan every message of a step for one contact: the messengers that take them. NotFound, CannotRender.

    `sample` has what the contact's trip would bring: event, answers, coupon. Consent and quiet hours are not asked, the
    messenger's own rules are. The deliveries count in no funnel.
    """
    attributes = parsed(contact.attributes)
    context = {
        "contact": {"external_id": contact.external_id, **attributes},
        "event": sample.get("event") or {},
        "answers": sample.get("answers") or {},
        "coupon": sample.get("coupon") or COUPON,
    }
    zone = zone_name(contact.timezone, attributes, journey_zone or PROJECT_ZONE)
    now = project.now(connection)
    spoken, planned = [], []
    for number, says in enumerate(node.all_says()):
        channel = _channel(connection, contact, says)
        content = {**as_content(render(says, channel, context, zone)), "channel": channel}
        origin = f"test:{secrets.token_hex(8)}:{number}"
        row = {
            **dict.fromkeys(planning.PLANNED),
            **{
                "origin": origin,
                "contact_id": contact.id,
                "node": name,
                "part": "",
                "cohort": 0,
                "category": "service",
            },
            **{
                "state": "planned",
                "reason": "",
                "ready_at": micros(now),
                "expires_at": micros(now + TTL),
                "attempt": 0,
            },
            **{"channel": "", "account": "", "address": "", "content": content, "planned_at": micros(now)},
        }
        planned.append((tuple(row[name] for name in planning.OWN), tuple(row[name] for name in planning.SAME)))
        spoken.append(channel)
    if not spoken:
        raise NotFound(f"The step {name!r} sends no message.")
    planning.plan(connection, planned)
    return spoken


def _channel(connection: Connection, contact: Row[Any], says: Says) -> str:
    there = [row.channel for row in contacts.addresses_of(connection, [contact.id])]
    found = next((name for name in says.channels or there if name in there), None)
    if found is None:
        wanted = ", ".join(says.channels) or "any messenger"
        raise NotFound(f"The contact {contact.external_id!r} has no address in {wanted}.")
    return found
