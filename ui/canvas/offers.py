"""What the forms of the canvas can offer: real attributes, events, tags, pools, journeys, and what messengers take."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ui import reach
from ui.backend import backend, everything
from ui.canvas.comparisons import operator_name
from ui.trouble import Trouble

Json = dict[str, Any]


@st.cache_data(ttl=60, show_spinner=False)
def offers(url: str, code: str) -> Json:
    """Everything at once, a minute old at most; what the API does not offer is simply not offered."""
    assert url
    assert code
    api = backend()
    attributes = _or_nothing(api.attributes)
    return {
        "attributes": attributes.get("items") or [],
        "tags": attributes.get("tags") or [],
        "events": _or_nothing(api.event_names).get("items") or [],
        "segments": _named(api.segments),
        "pools": [str(one["pool"]) for one in _list(api.pools)],
        "journeys": _named(api.journeys),
        "operators": [
            {
                "name": one["name"],
                "title": operator_name(one["name"]),
                "applies_to": list(one.get("applies_to") or ()),
                "takes": one.get("value") or "any",
            }
            for one in _or_nothing(api.schemas).get("operators") or ()
        ],
        "templates": [
            {"id": one["id"], "name": one.get("name") or "", "message": one.get("message") or {}}
            for one in _list(reach.templates)
        ],
        "messengers": [{**one["limits"], "channel": one["channel"], "title": one["title"]} for one in _messengers()],
    }


def _messengers() -> list[Json]:
    return [one for one in _or_nothing(backend().messengers).get("messengers") or () if one.get("limits")]


def _list(read: Any) -> list[Json]:
    try:
        found = read()
    except Trouble:
        return []
    return list(getattr(found, "items", found))


def _named(read: Any) -> list[Json]:
    """Ids and names of a paged list, all of it."""
    found = _list(lambda: list(everything(read, limit=1000)))
    return [{"id": str(one["id"]), "name": str(one.get("name") or one["id"])} for one in found]


def _or_nothing(read: Any) -> Json:
    try:
        return dict(read())
    except Trouble:
        return {}
