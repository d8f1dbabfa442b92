"""How the installation is: what is stuck, late or broken, in the reader's words, each with the way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import streamlit as st

from ui.backend import backend
from ui.figures import duration, number
from ui.language import N_, _
from ui.trouble import Trouble
from ui.words import safe

Json = Mapping[str, Any]
#: By the API's code: what it is, what to do. `{many}`, `{age}` and `{subject}` are filled in.
AILMENTS = {
    "engine_silent": (
        N_("The engine has not been heard of for {age}: nobody moves and nothing is sent."),
        N_("Start it (tropa engine, tropa up); its log is in the home, logs/engine.log."),
    ),
    "prefect_silent": (
        N_("Prefect does not answer: contacts move all the same, its pages are behind."),
        N_("Start Prefect's server; what it missed is told to it then."),
    ),
    "migrations_behind": (
        N_("The database is of an older version ({subject})."),
        N_("tropa migrate"),
    ),
    "disk_low": (
        N_("The disk is nearly full: {subject} free."),
        N_("Make room: the engine stops sending when it is full."),
    ),
    "wal_large": (
        N_("SQLite's write-ahead log has grown to {subject}."),
        N_("Something reads for very long: look for exports and backups that hang."),
    ),
    "trips_late": (
        N_("{many} trips are due and have not moved; the oldest for {age}."),
        N_("Is the engine at work? If it is, it is behind: add an engine process."),
    ),
    "messages_late": (
        N_("{many} messages wait for their turn; the oldest for {age}."),
        N_("A large sending takes its time at the messenger's rate. Otherwise look at the accounts."),
    ),
    "inbox_late": (
        N_("{many} webhooks have not been processed; the oldest for {age}."),
        N_("Is the engine at work? If it is, it is behind: add an engine process."),
    ),
    "sending_abandoned": (
        N_("{many} messages are marked as being sent by an engine that is gone, for {age}."),
        N_("A running engine settles them within seconds: start one."),
    ),
    "unknown_long": (
        N_("Of {many} messages nobody knows whether they went out; the oldest for {age}."),
        N_("They are settled once webhooks have come in without a break for a while: look at the API and its address."),
    ),
    "unresolved": (
        N_("Of the latest messages {many} left no evidence that they went out; they are not sent again."),
        N_("See them in the journeys' funnels; send again by hand what must arrive."),
    ),
    "webhooks_failed": (
        N_("Of the latest webhooks {many} could not be processed and are kept."),
        N_("The engine's log names each; a new version may understand them."),
    ),
    "trips_stuck": (
        N_("{many} trips wait for nothing that could wake them."),
        N_("This is a fault of Tropa: keep a backup and report it with the output of tropa invariants."),
    ),
    "account_broken": (
        N_("The account {subject} was refused by the messenger: its messages wait."),
        N_("Mend it on the Channels page; what waits goes out then."),
    ),
    "account_paused": (
        N_("The account {subject} is paused: its messages wait."),
        N_("Resume it on the Channels page."),
    ),
    "journey_failing": (
        N_("In the journey {subject} {many} trips have failed: it pauses by itself at twice as many at the latest."),
        N_("Its funnel says where and why; mend it and publish."),
    ),
    "journey_failed": (
        N_("The journey {subject} has paused by itself: {many} trips failed."),
        N_("Its funnel says where and why; mend it, publish and resume: it counts anew then."),
    ),
    "clock_ahead": (
        N_("The clock of {subject} is {age} ahead of this machine's."),
        N_("Let every machine take its time from the same NTP server: leases are told by it."),
    ),
}


def warning() -> None:
    """On the first page: what is bad, if anything; nothing when all is well or nobody can say."""
    try:
        found = [one for one in backend().health() if one.get("level") == "bad"]
    except Trouble:
        return
    if found:
        with st.container(border=True, gap="small"):
            for one in found[:5]:
                _line(one)


def report() -> None:
    """On the settings page: everything, or that all is well."""
    st.subheader(_("Health"), anchor=False)
    found = backend().health()
    if not found:
        st.success(_("All is well: nothing is stuck, late or broken."), icon=":material/check_circle:")
    for one in found:
        _line(one)


def _line(one: Json) -> None:
    what, fix = in_words(one)
    show = st.error if one.get("level") == "bad" else st.warning
    show(f"**{what}**  \n{fix}", icon=":material/error:" if one.get("level") == "bad" else ":material/info:")


def in_words(one: Json) -> tuple[str, str]:
    """What it is and what to do; the API's own words for what we do not know."""
    known = AILMENTS.get(str(one.get("code")))
    if known is None:
        return safe(one.get("what")), safe(one.get("fix"))
    facts = {
        "many": number(one.get("many")),
        "age": duration(_rounded(float(one.get("seconds") or 0))),
        "subject": safe(one.get("subject")),
    }
    return _(known[0]).format(**facts), _(known[1]).format(**facts)


def _rounded(seconds: float) -> timedelta:
    """A length of two digits at most: nobody needs the seconds of three days."""
    for size in (86_400, 3_600, 60):
        if seconds >= 2 * size:
            return timedelta(seconds=round(seconds / size) * size)
    return timedelta(seconds=round(seconds))
