"""What a journey does by itself: it pauses when too many fail, and is over at its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ui.figures import number, when
from ui.language import _, ngettext

Json = Mapping[str, Any]


def course(journey: Json) -> None:
    """Why it stands still, or may soon, and when it is over; nothing when there is nothing to tell."""
    failed = int(journey.get("failures") or 0)
    if failed:
        many = ngettext("{n} trip has failed.", "{n} trips have failed.", failed).format(n=number(failed))
        if journey.get("paused_because") == "failures":
            way_out = _("It has paused by itself. The funnel says where and why; mend it, publish and resume.")
            st.error(f"{many} {way_out}", icon=":material/error:")
        else:
            ahead = _("At twice as many at the latest the journey pauses by itself. The funnel says where and why.")
            st.warning(f"{many} {ahead}", icon=":material/warning:")
    if journey.get("ends_at"):
        over = _("It is over at {when}: nobody enters any more then, and whoever is inside leaves.")
        st.caption(":material/event_busy: " + over.format(when=when(journey["ends_at"])))
