"""Funnel: how many contacts came through each step of a journey, and why the numbers add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from ui import charts, picking
from ui.backend import backend
from ui.figures import compact, now, number, percent, zone
from ui.language import _
from ui.look import empty, heading
from ui.words import exit_name, reason, safe

Json = Mapping[str, Any]
SPANS = {"all": None, "1": 1, "7": 7, "30": 30, "90": 90}


def span_name(span: str) -> str:
    """A choice of dates in words."""
    names = {"all": _("All time"), "1": _("Today"), "7": _("7 days"), "30": _("30 days"), "90": _("90 days")}
    return names.get(span) or _("Other dates")


def chosen(names: Mapping[str, str]) -> tuple[str, int | None, str, str]:
    """Journey, version and dates from the address; the controls change the address, so it can be shared."""
    query = st.query_params
    with st.container(horizontal=True, vertical_alignment="bottom"):
        asked = query.get("journey")
        place = list(names).index(asked) if asked and asked in names else 0
        journey = st.selectbox(
            _("Journey"),
            list(names),
            index=place,
            format_func=lambda one: names[one],
            width=320,
            key=f"funnel-journey-{asked}",
        )
        versions = [None, *(int(one["version"]) for one in backend().versions(journey))]
        wanted = int(query["version"]) if query.get("version", "").isdigit() else None
        version = st.selectbox(
            _("Version"),
            versions,
            index=versions.index(wanted) if wanted in versions else 0,
            format_func=lambda one: _("All versions") if one is None else str(one),
            width=160,
            key=f"funnel-version-{journey}",
        )
        since, until = dates()
    new = {"journey": journey, "version": str(version or ""), "from": since, "to": until}
    kept = {name: value for name, value in new.items() if value}
    if dict(query) != kept:
        query.from_dict(kept)
    return journey, version, since, until


def dates() -> tuple[str, str]:
    """The days on which the counted trips began, both included; empty texts for all time."""
    since, until = st.query_params.get("from", ""), st.query_params.get("to", "")
    today = now().astimezone(zone()).date()
    begin = "all"
    if since:
        begin = next(
            (
                name
                for name, days in SPANS.items()
                if days and until == today.isoformat() and since == day_back(today, days)
            ),
            "custom",
        )
    span = st.segmented_control(
        _("Entered within"),
        [*SPANS, "custom"],
        default=begin,
        required=True,
        format_func=span_name,
        key="funnel-span",
        help=_("Trips are counted by the day on which they began, so any dates add up."),
    )
    if span == "custom":
        first, last = _day(since) or today - timedelta(days=7), _day(until) or today
        picked = st.date_input(
            _("Dates"), (first, last), max_value=today, format="DD.MM.YYYY", key="funnel-dates", width=260
        )
        both = picked if isinstance(picked, tuple) and len(picked) == 2 else (first, last)
        return both[0].isoformat(), both[1].isoformat()
    days = SPANS.get(span or "all")
    return (day_back(today, days), today.isoformat()) if days else ("", "")


def day_back(today: date, days: int) -> str:
    """The first of the last so many days."""
    return (today - timedelta(days=days - 1)).isoformat()


def midnight(text: str, after: int = 0) -> str:
    """The instant at which that day, or one so many days later, begins where the reader is."""
    found = _day(text)
    if found is None:
        return ""
    return datetime.combine(found + timedelta(days=after), time(), tzinfo=zone()).isoformat()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def numbers(funnel: Json) -> None:
    """The whole journey in five numbers and one sum."""
    entered = funnel.get("entered") or 0
    exited, failed = funnel.get("exited") or {}, funnel.get("failed") or {}
    early = sum(exited.values())
    shown = (
        (_("Entered"), entered),
        (_("Inside now"), funnel.get("inside")),
        (_("Completed"), funnel.get("completed")),
    )
    for column, (label, count) in zip(
        st.columns(5, gap="small"),
        (*shown, (_("Left early"), early), (_("Converted"), funnel.get("converted"))),
        strict=True,
    ):
        share = percent(count, entered)
        column.metric(label, compact(count), share, border=True, delta_color="off", delta_arrow="off")
    line, holds = charts.sums(funnel)
    mark = ":green[:material/check_circle:]" if holds else ":orange[:material/warning:]"
    why = _("Why these numbers add up:")
    st.markdown(f"{mark} **{why}** {line}")
    if not holds:
        st.caption(_("Trips moved while this was counted, or the dates cut a version. Look again in a moment."))
    gone = [f"{reason(name)} {number(count)}" for name, count in {**exited, **failed}.items() if count]
    if gone:
        st.caption(safe(_("Left or failed because of: {list}").format(list=" · ".join(gone))))


def details(funnel: Json, journey: str) -> None:
    """Bars, then the same numbers as tables, then the file."""
    rows = funnel.get("nodes") or []
    st.subheader(_("Step by step"), anchor=False)
    st.altair_chart(charts.bars(rows, funnel.get("entered") or 0), alt=_("Contacts who entered each step"))
    steps, ways, messages = st.tabs([_("Steps"), _("Ways out"), _("Messages")])
    with steps:
        table = charts.steps_table(rows)
        numbers = {name: st.column_config.NumberColumn(format="localized") for name in table.columns[1:-1]}
        st.dataframe(table, hide_index=True, alt=_("Steps with their numbers"), height="content", column_config=numbers)
    with ways:
        for row in rows:
            left = row.get("left") or {}
            if len(left) > 1:
                shares = [
                    f"{safe(exit_name(way))} **{number(count)}** ({percent(count, sum(left.values()))})"
                    for way, count in left.items()
                ]
                st.markdown(f"**{safe(charts.title(row))}** → " + " · ".join(shares))
    with messages:
        st.caption(_("“Not reported” means that the messenger does not tell; it is not a zero."))
        st.dataframe(
            charts.deliveries_table(rows), hide_index=True, alt=_("Messages of each step by state"), height="content"
        )
    st.download_button(
        _("Download CSV"),
        charts.as_csv(funnel),
        f"funnel-{journey}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def main() -> None:
    heading(_("Funnel"), _("How far contacts came, and where they stayed."))
    names = picking.journeys("funnel", st.query_params.get("journey", ""))
    if not names:
        empty(
            ":material/filter_alt:",
            _("No funnel yet"),
            _("Publish a journey; as contacts enter, their way will be drawn here."),
        )
        return
    journey, version, since, until = chosen(names)
    funnel = backend().funnel(journey, version=version, since=midnight(since), until=midnight(until, after=1))
    if not funnel.get("entered") and not funnel.get("moved_in"):
        empty(
            ":material/filter_alt:",
            _("Nobody has entered yet"),
            _("Nobody entered this journey on these dates. Choose other dates, or enroll somebody."),
        )
        return
    numbers(funnel)
    details(funnel, journey)


main()
