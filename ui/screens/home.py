"""Home: the eight steps to regular communication, the numbers of the day, what happened lately."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

from ui import health
from ui.backend import Backend, backend
from ui.figures import ago, compact
from ui.language import N_, _
from ui.look import empty, heading
from ui.words import ENROLLMENT, badge, word

Json = dict[str, Any]


#: Pages that a step leads to besides its own.
ALSO = {
    "links": (":material/qr_code:", N_("Links")),
    "segments": (":material/workspaces:", N_("Segments")),
    "inbox": (":material/inbox:", N_("Inbox")),
}


class Step(NamedTuple):
    """One of the eight steps."""

    icon: str
    title: str
    about: str
    place: str
    done: bool
    #: Another page that the step leads to.
    also: str = ""


def known() -> Json:
    """What the steps look at: numbers, journeys, channels."""
    api = backend()
    summary, journeys = api.overview(), api.journeys(limit=100).items
    live = sum(one.get("status") == "live" for one in journeys)
    summary["live_journeys"] = (summary.get("journeys") or {}).get("live", live)
    return {"summary": summary, "journeys": journeys, "channels": api.channels(), "trips": latest(api)}


def latest(api: Backend) -> list[Json]:
    """The newest trips."""
    return api.enrollments(limit=8, order="newest").items


def steps(facts: Json) -> list[Step]:
    """The way of a messenger marketer, each step with whether it has been taken."""
    journeys, channels, summary = facts["journeys"], facts["channels"], facts["summary"]
    return [
        Step("forum", _("Choose a messenger"), _("Telegram, WhatsApp, Viber, Messenger."), "channels", bool(channels)),
        Step(
            "cable",
            _("Connect it"),
            _("A token, and the address for its webhooks."),
            "channels",
            any(one.get("status") == "ok" for one in channels),
        ),
        Step(
            "group_add",
            _("Collect contacts"),
            _("Links and QR codes, or a file with proof of consent."),
            "contacts",
            bool(summary.get("contacts")),
            also="links",
        ),
        Step(
            "route",
            _("Write a scenario"),
            _("For a segment of them, begun with a ready-made journey."),
            "journeys",
            bool(journeys),
            also="segments",
        ),
        Step(
            "chat",
            _("Write messages"),
            _("In the words of each messenger."),
            "templates",
            any(state != "draft" for state in summary.get("journeys") or {})
            or any(str(one.get("revision")) not in ("0", "1") for one in journeys),
        ),
        Step("rocket_launch", _("Publish and watch"), _("See contacts move, live."), "journeys", bool(facts["trips"])),
        Step(
            "science",
            _("Make it better"),
            _("A/B splits and funnels."),
            "funnel",
            bool(summary.get("converted")) or any(one.get("converted") for one in journeys),
        ),
        Step(
            "event_repeat",
            _("Keep in touch"),
            _("Schedules and triggers that work by themselves, and people who answer."),
            "broadcasts",
            summary["live_journeys"] > 1,
            also="inbox",
        ),
    ]


def numbers(summary: Json) -> None:
    """The four key numbers."""
    with st.grid(4, min_column_width=150):
        st.metric(_("Contacts"), compact(summary.get("contacts")), border=True, icon=":material/group:")
        st.metric(_("Live journeys"), compact(summary.get("live_journeys")), border=True, icon=":material/route:")
        st.metric(_("Entered today"), compact(summary.get("enrolled_today")), border=True, icon=":material/login:")
        st.metric(_("Messages today"), compact(summary.get("sent_today")), border=True, icon=":material/send:")


def checklist(taken: list[Step]) -> None:
    """The eight steps; the first open one is offered as the next."""
    done = sum(step.done for step in taken)
    st.subheader(_("Your way to regular communication"), anchor=False)
    st.progress(done / len(taken), text=_("{done} of {all} steps").format(done=done, all=len(taken)))
    following = next((step for step in taken if not step.done), None)
    with st.grid(4):
        for place, step in enumerate(taken, start=1):
            with st.container(border=True, height="stretch", gap="xsmall"):
                mark = ":green[:material/check_circle:]" if step.done else ":gray[:material/radio_button_unchecked:]"
                st.markdown(f"{mark} **{place}. {step.title}**")
                st.caption(step.about)
                st.space("stretch")
                label = _("Do it now") if step is following else _("Open")
                with st.container(horizontal=True):
                    st.page_link(
                        f"screens/{step.place}.py", label=label, icon=f":material/{step.icon}:", width="content"
                    )
                    if step.also:
                        icon, name = ALSO[step.also]
                        st.page_link(f"screens/{step.also}.py", label=_(name), icon=icon, width="content")


def recent(facts: Json) -> None:
    """The newest trips: who, where, in which state."""
    st.subheader(_("Entered lately"), anchor=False)
    if not facts["trips"]:
        empty(
            ":material/history:",
            _("Nothing has happened yet"),
            _("Publish a journey and enroll somebody: their way will appear here."),
        )
        return
    with st.container(border=True, gap="xsmall"):
        for trip in facts["trips"]:
            contact, journey = str(trip["contact"]), str(trip["journey"])
            with st.container(horizontal=True, vertical_alignment="center"):
                query = {"id": contact}
                st.page_link(
                    "screens/contact.py", label=contact, icon=":material/person:", query_params=query, width=180
                )
                query = {"id": journey}
                label = str(trip.get("journey_name") or journey)
                st.page_link("screens/journey.py", label=label, icon=":material/route:", query_params=query, width=260)
                st.markdown(badge(word(ENROLLMENT, trip.get("status"))), width="stretch")
                st.caption(ago(trip.get("entered_at")), width="content")


def main() -> None:
    heading(_("Home"), _("Journeys in messengers: from an idea to a conversation."))
    facts = known()
    health.warning()
    numbers(facts["summary"])
    checklist(steps(facts))
    recent(facts)


main()
