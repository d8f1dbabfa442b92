"""What the pages about segments ask of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ui.backend import Page, backend

Json = dict[str, Any]


def listed(search: str = "", *, limit: int = 25, after: str | None = None) -> Page:
    """Segments with sizes and who asks about them, page by page."""
    return backend().page("/v1/segments", search=search, limit=limit, after=after)


def one(segment: str) -> Json:
    """One segment."""
    return dict(backend().ask("GET", _at(segment)))


def members(segment: str, *, limit: int = 25, after: str | None = None) -> Page:
    """Who is in it, and since when."""
    return backend().page(f"{_at(segment)}/members", limit=limit, after=after)


def preview(rule: Mapping[str, Any], segment: str = "") -> Json:
    """For how many contacts a rule would hold."""
    return dict(backend().ask("POST", "/v1/segments/preview", {"rule": rule, "segment": segment}))


def keep(segment: str, name: str, rule: Mapping[str, Any], *, new_id: str = "") -> str:
    """Makes a segment, or changes one that is there; its id."""
    body: Json = {"name": name, "rule": rule}
    if segment:
        return str(backend().ask("PUT", _at(segment), body)["id"])
    return str(backend().ask("POST", "/v1/segments", {**body, "id": new_id})["id"])


def remove(segment: str) -> bool:
    """Removes a segment about which nothing asks."""
    return bool(backend().ask("DELETE", _at(segment)))


def _at(segment: str) -> str:
    return f"/v1/segments/{quote(segment, safe='')}"
