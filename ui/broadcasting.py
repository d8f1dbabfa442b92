"""The form of a new broadcast: whom, what and when; it makes a draft and sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from ui import segmenting
from ui.backend import backend, everything
from ui.drafts import broadcast
from ui.figures import counted, now, zone
from ui.language import _, ngettext
from ui.look import careful
from ui.schedules import DAYS, again, day_name, moment, once, zones
from ui.words import PURPOSE, purpose, safe

#: In the session: whether the form is open, and the journey that was made by it.
OPEN, MADE = "broadcasts-open", "broadcasts-made"


@dataclass(slots=True)
class Order:
    """What was chosen; nothing where nothing was."""

    name: str = ""
    #: Its id; empty: everybody.
    segment: str | None = None
    category: str = "marketing"
    text: str = ""
    pace: str = "once"
    day: date | None = None
    days: tuple[str, ...] = ()
    clock: time | None = None
    timezone: str = "UTC"

    def schedule(self) -> str:
        """As the journey has it; empty while something is missing."""
        if (
            self.clock is None
            or (self.pace == "once" and self.day is None)
            or (self.pace == "weekly" and not self.days)
        ):
            return ""
        if self.pace == "once" and self.day is not None:
            return once(self.day, self.clock)
        return again(self.clock, self.days if self.pace == "weekly" else ())


def wrong(order: Order, at: datetime) -> list[tuple[str, str]]:
    """What is still to be mended: the field and the way out."""
    found = []
    if not order.name:
        found.append((_("Name"), _("Write what you will find it by.")))
    if order.segment is None:
        found.append((_("Segment"), _("Choose who gets it.")))
    if not order.text.strip():
        found.append((_("Text"), _("Write what they get.")))
    if order.pace == "once" and order.day is None:
        found.append((_("Day"), _("Choose a day.")))
    if order.pace == "weekly" and not order.days:
        found.append((_("Days"), _("Choose one day of the week or more.")))
    if order.clock is None:
        found.append((_("Time"), _("Choose a time.")))
    comes = moment(order.schedule(), order.timezone)
    if comes is not None and comes <= at:
        found.append((_("Day"), _("This time is past: choose a time to come.")))
    return found


def new_broadcast() -> None:
    """Asks whom, what and when, under a title in the reader's language; a stray click does not close it."""
    st.dialog(_("New broadcast"), width="medium", icon=":material/campaign:", dismissible=False)(_form)()


def _form() -> None:
    with careful():
        order = Order()
        _whom(order)
        _what(order)
        _when(order)
        st.caption(
            _("This makes a draft and opens it: look at it, rehearse it and publish it there. Nothing is sent yet.")
        )
        told = st.container()
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button(_("Cancel"), key="broadcast-cancel", on_click=_close):
                st.rerun()
            pressed = st.button(_("Make a draft"), type="primary", key="broadcast-make")
        if pressed:
            with told, careful():
                _make(order)


def _make(order: Order) -> None:
    gaps = wrong(order, now())
    if gaps:
        lines = "\n".join(f"- **{safe(field)}** — {safe(way_out)}" for field, way_out in gaps)
        st.error(lines, icon=":material/error:")
        return
    message = {"category": order.category, "text": order.text}
    document = broadcast(order.name, order.schedule(), order.segment or "", order.timezone, message)
    st.session_state[MADE] = str(backend().create_journey(document)["id"])
    _close()
    st.rerun()


def _close() -> None:
    st.session_state.pop(OPEN, None)


def _whom(order: Order) -> None:
    order.name = (
        st.text_input(_("Name"), key="broadcast-name", max_chars=120, placeholder=_("News of spring")) or ""
    ).strip()
    names = {"": _("Everybody")} | {str(one["id"]): str(one["name"]) for one in everything(backend().segments)}
    order.segment = st.selectbox(
        _("Segment"), list(names), index=None, format_func=lambda one: names[one], key="broadcast-segment",
        placeholder=_("Choose who gets it"),
    )  # fmt: skip
    if order.segment is not None:
        known = segmenting.one(order.segment)["size"] if order.segment else backend().overview().get("contacts")
        many = int(known or 0)
        st.caption(counted(ngettext("{n} contact now.", "{n} contacts now.", many), many))


def _what(order: Order) -> None:
    chosen = st.segmented_control(
        _("Category"), list(PURPOSE), default="marketing", format_func=purpose, key="broadcast-category", required=True,
        help=_("Marketing needs consent and keeps quiet hours; the others only obey the messenger."),
    )  # fmt: skip
    order.category = chosen or "marketing"
    order.text = st.text_area(_("Text"), key="broadcast-text", height=140, max_chars=8000) or ""
    known = [one for one in backend().attributes().get("items") or () if str(one["name"]).isidentifier()]
    example = " ".join(f"`{_variable(one)}`" for one in known[:3] or [{"name": "first_name"}])
    # Not a caption: code in one is too pale to be read.
    hint = _("What differs from person to person: {example}").format(example=example)
    st.markdown(f":small[{hint}]")


def _variable(attribute: Mapping[str, Any]) -> str:
    """An attribute as it is written into a text, with something to say where it is missing, as the editor offers it."""
    missing = "" if attribute.get("type") == "number" else '|default("…")'
    return f"{{{{ contact.{attribute['name']}{missing} }}}}"


def _when(order: Order) -> None:
    paces = {"once": _("Once"), "daily": _("Every day"), "weekly": _("Every week")}
    chosen = st.segmented_control(
        _("When"), list(paces), default="once", format_func=lambda one: paces[one], key="broadcast-pace", required=True
    )
    order.pace = chosen or "once"
    if order.pace == "weekly":
        picked = st.pills(_("Days"), DAYS, selection_mode="multi", format_func=day_name, key="broadcast-days")
        order.days = tuple(picked or ())
    tomorrow = (now().astimezone(zone()) + timedelta(days=1)).date()
    with st.container(horizontal=True):
        if order.pace == "once":
            day = st.date_input(_("Day"), tomorrow, key="broadcast-day", format="YYYY-MM-DD")
            order.day = day if isinstance(day, date) else None
        order.clock = st.time_input(_("Time"), time(10), key="broadcast-time", step=900)
        known = zones()
        own = st.selectbox(_("Time zone"), known, index=known.index(zone().key), key="broadcast-zone")
    order.timezone = ZoneInfo(own or "UTC").key
