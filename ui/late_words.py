"""A press on the menu that is taken back by what was typed before it: noticed, and done again.

Streamlit 1.67 tells the server of a press on the menu before it tells of the text that lost its focus by that press;
the text comes for the old page and brings the old page back. The old page then keeps the text, and the press is done
again here.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

#: How long after a press a text still counts as written before it, in seconds: while the pressed page is being drawn...
WHILE_DRAWN = 3.0
#: ...and after that.
LATE = 0.5


@dataclass(frozen=True, slots=True)
class Visit:
    """One page that was come to: its hash, its query, and when by a clock that never goes back."""

    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    at: float = 0.0


def pressed_before(state: MutableMapping[Any, Any], page: str, query: Mapping[str, str], now: float) -> Visit | None:
    """Remembers where the person is; the page that they had pressed when this run is but a late text of the one before.

    It is asked before anything is drawn: the run of the pressed page may be cut short by the late text at once.
    """
    before: list[Visit] = state.get("_visits", [])
    drawn: float | None = state.pop("_drawn", None)
    here = Visit(page, dict(query), now)
    if not before or before[-1].page == page:
        state["_visits"] = [*before[-2:-1], here]
        return None
    if len(before) > 1:
        older, last = before[-2:]
        late = now - last.at < WHILE_DRAWN if drawn is None else now - drawn < LATE
        if (older.page, older.query) == (page, here.query) and late:
            state["_visits"] = [here]
            return last
    state["_visits"] = [before[-1], here]
    return None


def drawn_whole(state: MutableMapping[Any, Any], now: float) -> None:
    """The page stands: what comes from now on is most likely meant for it."""
    state["_drawn"] = now
