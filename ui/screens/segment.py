"""Segment: its name and rule with a live head-count, who is in it, what asks about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui import segmenting
from ui.backend import backend
from ui.canvas.offers import offers
from ui.figures import ago, compact, number, percent, when
from ui.language import _, language
from ui.look import attempt, careful, empty, heading, last_word, say_next
from ui.paging import Pages
from ui.rule_builder import Known, group_field
from ui.rule_form import Group, begun, opened, rule_of, unfinished
from ui.said import said
from ui.trouble import Rejected
from ui.words import bold, person, safe

Json = Mapping[str, Any]


def known(own: str) -> Known:
    """What is there to choose from: real attributes, tags, events, other segments, journeys."""
    found = offers(backend().url, language())
    return Known(
        attributes=found["attributes"],
        tags=found["tags"],
        events=found["events"],
        segments={one["id"]: one["name"] for one in found["segments"] if one["id"] != own},
        journeys={one["id"]: one["name"] for one in found["journeys"]},
        operators=found["operators"],
    )


def form_of(segment: Json) -> Group:
    """The form of this visit: begun from the segment's rule, kept while it is being changed."""
    name = str(segment.get("id") or "")
    kept = st.session_state.get("segment-form")
    if not kept or kept[0] != name:
        rule = segment.get("rule") or {}
        kept = (name, opened(rule) if rule else Group(parts=[begun("attribute")]))
        st.session_state["segment-form"] = kept
    group: Group = kept[1]
    return group


@st.fragment
def editor(segment: Json) -> None:
    """Name, rule and, beside them, for whom it holds now."""
    own, group = str(segment.get("id") or ""), form_of(segment)
    left, right = st.columns([2.2, 1], gap="large")
    with left:
        name = st.text_input(
            _("Name"), str(segment.get("name") or ""), key=f"segment-name-{own}", max_chars=200,
            placeholder=_("Bought twice in a month"),
        )  # fmt: skip
        st.markdown(bold(_("Who is in it")))
        group_field(group, known(own))
        new_id = "" if own else identifier()
    rule = rule_of(group)
    with right:
        head_count(rule, own, ready=bool(rule) and not unfinished(group))
        st.button(
            _("Save segment"), type="primary", icon=":material/check:", key="segment-save", on_click=save,
            args=(own, name or "", rule, new_id), disabled=not (name or "").strip() or not rule or unfinished(group),
        )  # fmt: skip
        last_word()
    if st.session_state.get("segment-saved") is not None:
        st.rerun()


def identifier() -> str:
    """An id of one's own, for those who speak to the API."""
    with st.expander(_("Id for the API"), icon=":material/tag:"):
        text = _("Letters, digits, _ and -. Left empty, one is made.")
        return (st.text_input(_("Id"), key="segment-new-id", max_chars=60, help=text) or "").strip()


def save(own: str, name: str, rule: Json, new_id: str) -> None:
    """Keeps the segment and remembers which it is."""
    kept = attempt(lambda: segmenting.keep(own, name.strip(), rule, new_id=new_id))
    if kept:
        offers.clear()
        st.session_state["segment-saved"] = kept
        st.session_state.pop("segment-form", None)


def head_count(rule: Json, own: str, *, ready: bool) -> None:
    """For how many contacts the rule holds, and some of them."""
    with st.container(border=True):
        st.markdown(":material/group: " + bold(_("Now it holds for")))
        if not ready:
            st.caption(_("Fill in the conditions, and it is counted here."))
            return
        try:
            told = counted(rule, own)
        except Rejected as trouble:
            st.warning(safe(said(trouble.detail or trouble.title)), icon=":material/edit:")
            return
        about = "" if told["exact"] else "≈ "
        st.markdown(f"## {about}{compact(told['size'])}")
        share = percent(told["size"], told["everybody"])
        st.caption(_("{share} of {all} contacts").format(share=share, all=number(told["everybody"])))
        if not told["exact"]:
            text = _("Estimated from {n} contacts spread over all of them.")
            st.caption(text.format(n=number(told["looked_at"])))
        for one in told["sample"]:
            who = str(one["contact"])
            st.page_link(
                "screens/contact.py", label=f"{person(one)} · {who}" if person(one) else who, query_params={"id": who},
                icon=":material/person:",
            )  # fmt: skip


def counted(rule: Json, own: str) -> Json:
    """The head-count of a rule, asked again only when the rule has changed."""
    asked = json.dumps([own, rule], ensure_ascii=False)
    seen = st.session_state.get("segment-counted")
    if not seen or seen[0] != asked:
        seen = (asked, segmenting.preview(rule, own))
        st.session_state["segment-counted"] = seen
    told: Json = seen[1]
    return told


def members(own: str) -> None:
    """Who is in it, page by page."""
    pages = Pages(f"segment-{own}")
    page = segmenting.members(own, after=pages.after)
    for one in page.items:
        with st.container(horizontal=True, vertical_alignment="center"):
            who = str(one["contact"])
            st.page_link("screens/contact.py", label=who, icon=":material/person:", query_params={"id": who}, width=320)
            st.caption(_("since {when}").format(when=when(one.get("since"))))
    if not page.items:
        empty(":material/group_off:", _("Nobody is in it"), _("Who comes to fit the rule will be here at once."))
    pages.turn(page.next)


def users(segment: Json) -> None:
    """What asks about it, each with its page."""
    asking = list(segment.get("used_by") or ())
    if not asking:
        text = _("Choose it as the entry of a journey, or ask about it in a condition.")
        empty(":material/route:", _("Nothing asks about it yet"), text)
    for one in asking:
        how = _("contacts enter by it") if one.get("how") == "entry" else _("asked about in a rule")
        page = "journey" if one["kind"] == "journey" else "segment"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                f"screens/{page}.py", label=str(one["name"]), query_params={"id": str(one["id"])}, width=320,
                icon=":material/route:" if page == "journey" else ":material/group_work:",
            )  # fmt: skip
            st.caption(how)


def delete(segment: Json) -> None:
    """Deleting is asked once more; what is used is not deleted, and who uses it is said."""

    @st.dialog(_("Delete this segment?"), icon=":material/delete:")
    def asked() -> None:
        if segment.get("used_by"):
            text = _("It cannot be deleted while something asks about it. Change these first:")
            st.warning(text, icon=":material/link:")
            users(segment)
            return
        st.markdown(_("**{name}** is forgotten; its contacts stay.").format(name=safe(segment["name"])))

        def do() -> None:
            if attempt(lambda: segmenting.remove(str(segment["id"]))):
                offers.clear()
                st.session_state["segment-gone"] = True

        if st.button(_("Delete"), type="primary", key="segment-delete-yes", on_click=do):
            st.rerun()

    asked()


def stands(segment: Json) -> None:
    """How many are in it, how fresh that is, and the way to delete it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/group: **{compact(segment.get('size'))}**", width="content")
        state = _("being filled") if segment.get("filling") else _("looked at {when}")
        st.caption(state.format(when=ago(segment.get("refreshed_at"))), width="content")
        st.space("stretch")
        if st.button(_("Delete"), icon=":material/delete:", type="tertiary", key="segment-delete"):
            delete(segment)


def main() -> None:
    st.page_link("screens/segments.py", label=_("All segments"), icon=":material/arrow_back:")
    saved = st.session_state.pop("segment-saved", None)
    if saved is not None:
        say_next(_("The segment is saved."))
        st.switch_page("screens/segment.py", query_params={"id": saved})
    if st.session_state.pop("segment-gone", False):
        say_next(_("The segment is deleted."))
        st.switch_page("screens/segments.py")
    own = st.query_params.get("id") or ""
    segment = segmenting.one(own) if own else {}
    heading(str(segment.get("name") or _("New segment")), safe(own))
    if not own:
        editor(segment)
        return
    stands(segment)
    rule, inside, used = st.tabs([_("Rule"), _("Contacts"), _("Used by")])
    with rule:
        editor(segment)
    with inside, careful():
        members(own)
    with used:
        users(segment)


main()
