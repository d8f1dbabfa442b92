"""Trips' requests to other systems: made outside of any transaction, answers committed with who hears them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import orjson
from sqlalchemy import Connection, Row

from engine import guarded
from engine.deliver import http_client
from engine.project import Project
from nodes.webhook import kept
from store import enrollments, web_requests
from store.sql import parsed
from store.tables.columns import micros
from store.web_requests import Settled

log = logging.getLogger(__name__)
BATCH = 50
#: Longer than any attempt may take.
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one attempt: `status` None when there was no answer."""

    row: Row[Any]
    request: Mapping[str, Any]
    status: int | None = None
    error: str = ""
    values: Mapping[str, Any]


class Caller:
    """Makes the requests that are due."""

    def __init__(self, project: Project, client: httpx.AsyncClient | None = None) -> None:
        self.project, self.client = project, client or http_client()
        self.wake = asyncio.Event()

    async def keep_calling(self) -> None:
        """Call whatever is due when woken, for as long as the shift lives."""
        while True:
            await self.wake.wait()
            self.wake.clear()
            while await self.call_due():
                pass

    async def call_due(self) -> int:
        """Make one batch of requests and commit what came back; how many there were."""
        rows = await asyncio.to_thread(self._claim)
        if rows:
            outcomes = await asyncio.gather(*map(self._one, rows))
            await asyncio.to_thread(self.project.database.transact, lambda each: self._commit(each, outcomes))
        return len(rows)

    def _claim(self) -> list[Row[Any]]:
        real = micros(self.project.real())
        with self.project.database.read() as connection:
            if not web_requests.any_due(connection, self.project.now_micros(connection), real):
                return []
        lease = micros(self.project.real() + LEASE)

        def work(connection: Connection) -> list[Row[Any]]:
            return list(web_requests.claim(connection, self.project.now_micros(connection), real, lease, BATCH))

        return self.project.database.transact(work, durable=True)

    async def _one(self, row: Row[Any]) -> Outcome:
        request = parsed(row.request)
        content = None if request["body"] is None else orjson.dumps(request["body"])
        headers = {**request["headers"], "Idempotency-Key": row.origin}
        if content is not None:
            headers = {"Content-Type": "application/json", **headers}
        try:
            answer = await guarded.call(
                self.client, request["method"], request["url"], headers, content, request["timeout"], self.project.hosts
            )
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, guarded.NotAllowed, ValueError) as trouble:
            return Outcome(row=row, request=request, error=type(trouble).__name__, values={})
        return Outcome(row=row, request=request, status=answer.status, values=_kept(answer.body, request["save"]))

    def _commit(self, connection: Connection, outcomes: list[Outcome]) -> None:
        now = self.project.now(connection)
        ours = web_requests.held(connection, [(each.row.id, each.row.attempt + 1) for each in outcomes])
        settled: list[Settled] = []
        signals: list[tuple[int, str, Mapping[str, Any], int]] = []
        for each in outcomes:
            if each.row.id not in ours:
                continue
            ok = each.status is not None and 200 <= each.status < 300
            if not ok and _may_help(each) and each.row.attempt + 1 < each.request["tries"]:
                again = micros(now + timedelta(seconds=5 * 2**each.row.attempt))
                settled.append(
                    Settled(id=each.row.id, state="ready", ready_at=again, status=each.status, error=each.error)
                )
                continue
            state = "ok" if ok else "failed"
            settled.append(Settled(id=each.row.id, state=state, status=each.status, error=each.error))
            payload = {"ok": ok, "values": dict(each.values) if ok else {}, "visit": each.row.seq}
            signals.append((each.row.enrollment_id, "called", payload, micros(now)))
        web_requests.settle(connection, settled)
        alive = (
            {row.id for row in enrollments.take(connection, [signal[0] for signal in signals])} if signals else set()
        )
        enrollments.send_signals(connection, [each for each in signals if each[0] in alive], micros(now))


def _may_help(outcome: Outcome) -> bool:
    """Whether another try may go better: no answer, too many requests, a broken server; not what is not allowed."""
    if outcome.status is None:
        return outcome.error != guarded.NotAllowed.__name__
    return outcome.status in (408, 425, 429) or outcome.status >= 500


def _kept(body: bytes, save: Mapping[str, str]) -> dict[str, Any]:
    """What is to be kept of an answer; nothing of one that is no JSON."""
    if not save:
        return {}
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return kept(answer, save)
