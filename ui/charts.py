"""Charts and tables of a funnel: what is drawn and what adds up."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from ui.figures import NOTHING, number, percent
from ui.language import _
from ui.words import DELIVERY, KIND, word

Json = Mapping[str, Any]
#: States of deliveries in the order in which a message goes through them.
STATES = (
    "planned", "held", "ready", "sending", "accepted", "delivered", "read", "clicked", "replied", "opted_out",
    "unknown", "unresolved", "rejected", "suppressed",
)  # fmt: skip


def title(row: Json) -> str:
    """A step's title; of its kind when it has none."""
    return row.get("title") or word(KIND, row.get("kind")).text


def bars(rows: Sequence[Json], entered: int) -> alt.LayerChart:
    """Bars of visits per step with count and share of those who entered the journey."""
    frame = pd.DataFrame(
        [
            {
                "step": f"{place}. {title(row)}",
                "entered": row.get("entered") or 0,
                "inside": row.get("inside") or 0,
                "label": f"{number(row.get('entered') or 0)} · {percent(row.get('entered') or 0, entered)}",
                "left": number(sum((row.get("left") or {}).values())),
            }
            for place, row in enumerate(rows, start=1)
        ]
    )
    widest = max(1, int(frame["entered"].max())) if len(frame) else 1
    order = list(frame["step"]) if len(frame) else []
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "step:N", sort=order, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False, labelPadding=8)
        ),
        x=alt.X("entered:Q", title=None, axis=None, scale=alt.Scale(domain=[0, widest * 1.22])),
        tooltip=[
            alt.Tooltip("step:N", title=_("Step")),
            alt.Tooltip("label:N", title=_("Entered")),
            alt.Tooltip("inside:Q", title=_("Inside now"), format=",d"),
            alt.Tooltip("left:N", title=_("Went on")),
        ],
    )
    drawn = base.mark_bar(cornerRadiusEnd=5, height={"band": 0.68})
    labels = base.mark_text(align="left", dx=6, fontSize=12, color="#7b8a84").encode(text="label:N")
    whole: alt.LayerChart = (drawn + labels).properties(height=max(120, 40 * len(frame)))
    return whole


def steps_table(rows: Sequence[Json]) -> pd.DataFrame:
    """Node × entered, inside, went on, left early, failed, and what became of the messages."""
    return pd.DataFrame(
        [
            {
                _("Step"): title(row),
                _("Entered"): row.get("entered") or 0,
                _("Inside now"): row.get("inside") or 0,
                _("Went on"): sum((row.get("left") or {}).values()),
                _("Left here"): sum((row.get("exited") or {}).values()),
                _("Failed"): sum((row.get("failed") or {}).values()),
                _("Messages"): deliveries_line(row.get("deliveries") or {}),
            }
            for row in rows
        ]
    )


def deliveries_line(states: Json) -> str:
    """`Accepted 371 · Read 298 · Delivered: not reported`; what a messenger does not tell is never a zero."""
    told = [f"{word(DELIVERY, state).text} {number(states[state])}" for state in STATES if states.get(state)]
    silent = [word(DELIVERY, state).text for state in STATES if state in states and states[state] is None]
    if silent:
        told.append(_("{states}: not reported").format(states=", ".join(silent)))
    return " · ".join(told) or NOTHING


def deliveries_table(rows: Sequence[Json]) -> pd.DataFrame:
    """Step × state of its messages; null is said in words."""
    states = [state for state in STATES if any(state in (row.get("deliveries") or {}) for row in rows)]
    return pd.DataFrame(
        [
            {
                _("Step"): title(row),
                **{word(DELIVERY, state).text: _shown(row["deliveries"], state) for state in states},
            }
            for row in rows
            if row.get("deliveries")
        ]
    )


def _shown(deliveries: Json, state: str) -> str:
    if state not in deliveries:
        return NOTHING
    return _("not reported") if deliveries[state] is None else number(deliveries[state])


def sums(funnel: Json) -> tuple[str, bool]:
    """The line that shows why the numbers add up, and whether they do."""
    exited, failed = sum((funnel.get("exited") or {}).values()), sum((funnel.get("failed") or {}).values())
    entered, inside, completed = (int(funnel.get(name) or 0) for name in ("entered", "inside", "completed"))
    moved_in, moved_out = int(funnel.get("moved_in") or 0), int(funnel.get("moved_out") or 0)
    left = [(_("entered"), entered)]
    left += [(_("moved in"), moved_in)] if moved_in else []
    right = [(_("inside"), inside), (_("completed"), completed), (_("left early"), exited), (_("failed"), failed)]
    right += [(_("moved out"), moved_out)] if moved_out else []

    def said(parts: list[tuple[str, int]]) -> str:
        return " + ".join(f"{name} {number(count)}" for name, count in parts)

    return f"{said(left)} = {said(right)}", sum(count for name, count in left) == sum(count for name, count in right)


def as_csv(funnel: Json) -> bytes:
    """The funnel as a spreadsheet reads it: one row a step and one of the whole; empty where nothing is reported."""
    out = io.StringIO()
    states = [
        state for state in STATES if any(state in (row.get("deliveries") or {}) for row in funnel.get("nodes") or ())
    ]
    table = csv.writer(out)
    table.writerow(
        ["id", "kind", "title", "entered", "inside", "left", "exited", "failed", "completed", "converted", *states]
    )
    whole = [funnel.get(name) or 0 for name in ("entered", "inside")]
    ended = [sum((funnel.get(name) or {}).values()) for name in ("exited", "failed")]
    table.writerow(["", "journey", "", *whole, "", *ended, funnel.get("completed") or 0, funnel.get("converted") or 0])
    for row in funnel.get("nodes") or ():
        counts = [row.get("entered") or 0, row.get("inside") or 0]
        counts += [sum((row.get(name) or {}).values()) for name in ("left", "exited", "failed")]
        told = [(row.get("deliveries") or {}).get(state) for state in states]
        table.writerow([inert(row["id"]), row.get("kind"), inert(row.get("title") or ""), *counts, "", "", *told])
    return out.getvalue().encode("utf-8-sig")


def inert(text: str) -> str:
    """Text that a spreadsheet does not take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
