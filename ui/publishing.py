"""The questions around publishing: what changes, for whom, do the tests hold; then, whether those inside come along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

import streamlit as st

from ui.backend import backend
from ui.figures import now, number, when, zone
from ui.language import N_, _, ngettext
from ui.look import attempt, careful
from ui.problems import problem_list
from ui.setting_names import setting_name
from ui.words import KIND, exit_name, safe, word

Json = Mapping[str, Any]
#: So many changes are told one by one.
MOST = 40
#: Longer values are cut.
LONGEST = 70
#: What becomes of those who stand in a step of an older version.
GOES = {
    "same": N_("stay where they are"),
    "redirect": N_("go to {to}"),
    "advance": N_("go on to {to}"),
    "exit": N_("leave the journey"),
}


def ask_publish(journey: str) -> None:
    """Shows what would change for contacts, then publishes."""

    @st.dialog(_("Publish this journey?"), icon=":material/rocket_launch:", width="medium")
    def asked() -> None:
        with careful():
            draft = backend().draft(journey).document
            problems = backend().check(journey, draft).problems
            wrong = [one for one in problems if one.get("level") == "error"]
            if wrong:
                st.error(_("These problems must be mended first:"), icon=":material/error:")
                problem_list(wrong, draft)
                return
            what_changes(journey, draft)
            _tests(journey)
            if problems:
                st.warning(_("It can be published, but look at this:"), icon=":material/warning:")
                problem_list(problems, draft)
            _buttons(journey)

    asked()


def _buttons(journey: str) -> None:
    chosen = _instant(journey)

    def publish() -> None:
        if chosen is None:
            attempt(lambda: backend().act(journey, "publish"), _("Published. Contacts can enter now."))
        else:
            done = _("It will be published at {when}.").format(when=when(chosen.isoformat()))
            attempt(lambda: backend().act(journey, "publish", {"at": chosen.isoformat()}), done)

    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Not yet"), key="publish-no"):
            st.rerun()
        label = _("Publish") if chosen is None else _("Publish then")
        if st.button(label, type="primary", key="publish-yes", on_click=publish):
            st.rerun()


def _instant(journey: str) -> datetime | None:
    """The instant chosen for publishing; None for now."""
    ways = {"now": _("Now"), "later": _("At a chosen time")}
    picked = st.segmented_control(
        _("When"), list(ways), default="now", format_func=lambda way: ways[way], key=f"publish-when-{journey}",
        required=True,
    )  # fmt: skip
    if picked != "later":
        return None
    tomorrow = (now().astimezone(zone()) + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
    with st.container(horizontal=True):
        day = st.date_input(_("Day"), tomorrow.date(), key=f"publish-day-{journey}", format="YYYY-MM-DD")
        clock = st.time_input(_("Time"), tomorrow.time(), key=f"publish-time-{journey}", step=900)
    about = _("Time of {zone}. The draft is published as it stands now, if it still passes the checks then.")
    st.caption(about.format(zone=zone().key))
    if not isinstance(day, date) or not isinstance(clock, time):
        return tomorrow
    return datetime.combine(day, clock, zone())


def planned(journey: Json) -> None:
    """What is to be published later, or why it could not be, with the way to call it off."""
    plan = journey.get("planned")
    if not plan:
        return
    name, at = str(journey["id"]), when(plan["at"])

    def cancel() -> None:
        done = _("Called off.") if not plan["problems"] else ""
        attempt(lambda: backend().ask("DELETE", f"/v1/journeys/{quote(name, safe='')}/publish"), done)

    with st.container(border=True, key="planned"):
        if plan["problems"]:
            text = _("It was to be published at {when} and was not: it did not pass the checks any more.")
            st.error(text.format(when=at), icon=":material/event_busy:")
            problem_list(plan["problems"], backend().draft(name).document)
            label = _("Understood")
        else:
            text = _("It will be published at {when}, as the draft stood when that was decided.")
            st.info(text.format(when=at), icon=":material/schedule:")
            label = _("Call it off")
        st.button(label, key=f"planned-cancel-{name}", on_click=cancel)


def what_changes(journey: str, draft: Json) -> None:
    """The draft against the live version, and who is inside what changes."""
    told = backend().diff(journey)
    if told["from"] is None:
        st.markdown(_("This is the first version. Contacts can enter as soon as it is published."))
        return
    if not told["changes"]:
        st.info(_("Nothing has changed since version {n}.").format(n=told["from"]), icon=":material/info:")
        return
    st.markdown(_("Against version {n}:").format(n=told["from"]))
    change_list(told["changes"], draft)
    inside = sum(int(each["inside"]) for each in told["affected"])
    if inside:
        text = ngettext("{n} contact is at a step that changes.", "{n} contacts are at steps that change.", inside)
        st.markdown(f":material/group: {text.format(n=number(inside))}")
    st.caption(_("Contacts who are inside finish on the version that they began. Move them from the page Versions."))


def change_list(changes: list[Any], document: Json) -> None:
    """Differences in words, those of places on the canvas left out unless there is nothing else."""
    shown = [one for one in changes if one["what"] != "moved"]
    titles = {node["id"]: node.get("title") or word(KIND, node["kind"]).text for node in document.get("nodes", ())}
    st.markdown("\n".join(f"- {change_line(one, titles, document)}" for one in shown[:MOST]))
    if len(shown) > MOST:
        st.caption(_("and {n} more").format(n=number(len(shown) - MOST)))
    if not shown:
        st.caption(_("Only places on the canvas have changed."))


def change_line(change: Json, titles: Mapping[str, str], document: Json) -> str:
    """One difference in words."""
    name = str(change.get("node") or "")
    title = f"**{safe(change.get('title') or titles.get(name) or name)}**"
    match change["what"]:
        case "added":
            return _("New step {title}").format(title=title)
        case "removed":
            return _("Step {title} is gone").format(title=title)
        case "rewired":
            to = safe(titles.get(str(change.get("after")), str(change.get("after") or _("nowhere"))))
            way = safe(exit_name(str(change.get("exit"))))
            return _("{title}: “{exit}” now leads to {to}").format(title=title, exit=way, to=to)
    where = safe(setting_name(document, name, str(change.get("path") or "")))
    before, after = (f":gray[{safe(side)}]" for side in _differing(change.get("before"), change.get("after")))
    if not name:
        return _("Journey settings, {setting}: {before} → {after}").format(setting=where, before=before, after=after)
    return _("{title}, {setting}: {before} → {after}").format(title=title, setting=where, before=before, after=after)


def _differing(before: Any, after: Any) -> tuple[str, str]:
    """Both values as short texts; long ones that begin alike are shown from where they part."""
    texts = [
        "—" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for value in (before, after)
    ]
    parting = next((place for place, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    alike = max(0, parting - 15) if max(map(len, texts)) > LONGEST else 0
    cut = [f"…{text[alike:]}" if alike else text for text in texts]
    old, new = (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…" for text in cut)
    return old, new


def _tests(journey: str) -> None:
    """Whether the journey's kept rehearsals still go as expected."""
    ran = backend().run_tests(journey)
    failed = [each for each in ran["items"] if not each["passed"]]
    if failed:
        names = ", ".join(safe(each["name"]) for each in failed)
        st.error(_("Tests that come out otherwise: {names}").format(names=names), icon=":material/labs:")
    elif ran["items"]:
        text = ngettext("{n} test holds.", "{n} tests hold.", len(ran["items"]))
        st.success(text.format(n=number(len(ran["items"]))), icon=":material/labs:")


def ask_move(journey: str, document: Json) -> None:
    """Shows where those on older versions would come in the live one, then moves them."""

    @st.dialog(_("Move those inside to the live version?"), icon=":material/moving:", width="medium")
    def asked() -> None:
        with careful():
            key = f"move-{journey}"
            names = {
                node["id"]: str(node.get("title") or word(KIND, node["kind"]).text)
                for node in document.get("nodes", ())
            }
            chosen: dict[str, Any] = st.session_state.setdefault(key, {})
            plan = backend().migrate(journey, chosen, dry_run=True)["nodes"]
            if not plan:
                st.info(_("Everybody inside is on the live version."), icon=":material/check_circle:")
                return
            for row in plan:
                _head(row, names, chosen)
            undecided = any(row["how"] == "undecided" for row in plan)

            def move() -> None:
                attempt(lambda: backend().migrate(journey, chosen, dry_run=False), _("Moved."))
                st.session_state.pop(key, None)

            label = _("Move them")
            if st.button(label, type="primary", key="move-yes", disabled=undecided, on_click=move):
                st.rerun()

    asked()


def _head(row: Json, names: Mapping[str, str], chosen: dict[str, Any]) -> None:
    """One step of an older version: how many are there, and where they go."""
    node, inside = str(row["node"]), int(row["inside"])
    version = _("Version {n}").format(n=row["version"])
    people = ngettext("{n} contact", "{n} contacts", inside).format(n=number(inside))
    st.markdown(f"**{safe(names.get(node, node))}** · {version} · {people}")
    if row["how"] in GOES:
        to = names.get(str(row.get("to")), str(row.get("to") or ""))
        st.caption(f"→ {_(GOES[row['how']]).format(to=safe(to))}")
    else:
        st.caption(_("The step is gone or has become another kind: choose where they go."))
    if row["how"] != "undecided" and node not in chosen:
        return
    ways = {"": _("Choose"), "advance": _("Go on to the next step"), "exit": _("Take them out")}
    ways |= {f"to:{name}": title for name, title in names.items()}

    def choose() -> None:
        picked = str(st.session_state.get(f"move-{node}") or "")
        chosen.pop(node, None)
        if picked:
            chosen[node] = {"redirect": picked[3:]} if picked.startswith("to:") else picked

    st.selectbox(
        _("Where they go"), list(ways), format_func=lambda way: ways[way], key=f"move-{node}", on_change=choose
    )
