"""The segments that the pretend API knows at the start."""

from __future__ import annotations

from typing import Any

from tests.ui import pretend_data as data

Json = dict[str, Any]


def segment(name: str, title: str, rule: Json, *used_by: Json) -> Json:
    """A segment as the API tells of it."""
    return {
        "id": name, "name": title, "rule": rule, "size": 1200, "filling": False, "refreshed_at": data.at(hours=1),
        "created_at": data.at(days=3), "updated_at": data.at(days=1), "used_by": list(used_by),
    }  # fmt: skip


def first_segments() -> list[Json]:
    """What is there at the start: one that a journey begins by, one of which nobody asks."""
    bought = {"event": "order_completed", "at_least": 2, "within": "P30D"}
    either = {"any": [{"tag": "vip"}, {"not": {"attribute": "total", "is": "less", "value": 1000}}]}
    cart = {"kind": "journey", "id": "cart", "how": "entry", "name": "Abandoned cart"}
    return [
        segment("loyal", "Loyal", {"all": [bought, either]}, cart),
        segment("kazan", "From Kazan", {"attribute": "city", "is": "equal", "value": "Kazan"}),
    ]
