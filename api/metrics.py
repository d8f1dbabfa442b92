"""Prometheus metrics: amounts, ages and times; few labels, nothing personal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from engine.health import Remembered
from engine.project import Project
from store import metrics, pulse
from store.meters import BOUNDS
from store.tables.columns import micros

router = APIRouter(tags=["running"])
#: Counts: name → (what it is, labels).
COUNTS = {
    "sends": ("Requests to messengers by what was answered", ("channel", "answer")),
    "provider_429": ("Requests that a messenger asked to come again later", ("channel",)),
    "unresolved": ("Messages that left no evidence and are not sent again", ("channel",)),
    "duplicate_suspected": ("Messages sent once more because no evidence came", ("channel",)),
    "lease_expired": ("Messages whose sender vanished", ()),
    "suppressed": ("Messages that were not sent, by reason", ("reason",)),
    "template_rejected": ("Messages whose text could not be rendered", ()),
    "webhooks_rejected": ("Webhooks that were refused or could not be read", ("reason",)),
    "db_busy": ("Transactions that were tried again after a conflict", ()),
}
#: Times: name → (what it is, labels).
TIMES = {
    "send_seconds": ("How long messengers take to answer", ("channel",)),
    "claim_seconds": ("How long claiming messages takes", ()),
    "timer_lateness_seconds": ("How late the latest trip of each batch was moved", ()),
    "webhook_seconds": ("How long storing a webhook takes", ()),
    "optout_to_effect_seconds": ("From an opt-out's arrival until nothing more is sent", ()),
}
SCRAPE = 5.0


@router.get("/metrics")
def show(request: Request) -> Response:
    """Everything in Prometheus' text format; asked of the database at most every few seconds."""
    remembered: Remembered[bytes] = request.app.state.metrics
    return Response(remembered.get(), media_type="text/plain; version=0.0.4")


def remembered(project: Project) -> Remembered[bytes]:
    """The metrics of a project, gathered no more often than is of use."""
    return Remembered(SCRAPE, lambda: _gather(project))


def _gather(project: Project) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Snapshot(project))
    return generate_latest(registry)


class _Snapshot:
    """Reads everything in one snapshot of the database."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def describe(self) -> Iterable[Metric]:
        """Nothing is known before it is asked for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now."""
        with self._project.database.read() as connection:
            now = self._project.now_micros(connection)
            gauges = [*pulse.gauges(connection, now, micros(self._project.real()))]
            sums = metrics.all_of(connection)
        gauges.append(("wal_bytes", "Size of SQLite's write-ahead log", (), [((), self._project.database.wal_bytes())]))
        for name, about, labels, values in gauges:
            gauge = GaugeMetricFamily(f"tropa_{name}", about, labels=labels)
            for label, value in values:
                gauge.add_metric(label, value)
            yield gauge
        yield from _counts(sums)
        yield from _times(sums)


def _counts(sums: Sequence[Any]) -> Iterator[Metric]:
    for name, (about, labels) in COUNTS.items():
        counter = CounterMetricFamily(f"tropa_{name}", about, labels=labels)
        found = [(row.label, row.amount) for row in sums if row.name == name and not row.bound]
        # A rate needs a beginning: what never happened is zero, not absent.
        for label, amount in found or ([("", 0.0)] if not labels else []):
            counter.add_metric(_parts(label, labels), amount)
        yield counter


def _times(sums: Sequence[Any]) -> Iterator[Metric]:
    for name, (about, labels) in TIMES.items():
        histogram = HistogramMetricFamily(f"tropa_{name}", about, labels=labels)
        rows = [row for row in sums if row.name == name and row.bound]
        for label, group in groupby(rows, key=lambda row: row.label):
            known = {row.bound: row.amount for row in group}
            total, buckets = 0.0, []
            for bound in (*(f"{each:g}" for each in BOUNDS), "+Inf"):
                total += known.get(bound, 0.0)
                buckets.append((bound, total))
            histogram.add_metric(_parts(label, labels), buckets, known.get("sum", 0.0))
        yield histogram


def _parts(label: str, labels: Sequence[str]) -> list[str]:
    return [*label.split(","), *[""] * len(labels)][: len(labels)]
