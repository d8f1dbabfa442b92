"""Rules taken apart into a flat list of conditions and put together again; pure but for the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui.language import N_, _

Json = dict[str, Any]
#: How deep the form goes before it shows JSON.
MAX_DEPTH = 2
KINDS = {
    "attribute": N_("Attribute"),
    "tag": N_("Tag"),
    "segment": N_("Segment"),
    "event": N_("Past event"),
    "consent": N_("Consent"),
    "delivery": N_("Message"),
    "group": N_("Group"),
}


def kind_name(kind: str) -> str:
    """The kind of a condition in words."""
    return _(KINDS[kind]) if kind in KINDS else _("Other")


def kind_of(condition: Mapping[str, Any]) -> str:
    """What a condition asks about."""
    if set(condition) in ({"all"}, {"any"}):
        return "group"
    return next((kind for kind in KINDS if kind != "group" and kind in condition), "other")


def flat(rule: Mapping[str, Any]) -> tuple[str, bool, list[Json]] | None:
    """(`all` or `any`, turned round, conditions); None when the rule is neither a group nor a condition."""
    if set(rule) == {"not"} and isinstance(rule["not"], Mapping) and kind_of(rule["not"]) == "group":
        inner = flat(rule["not"])
        return (inner[0], True, inner[2]) if inner else None
    for how in ("all", "any"):
        if set(rule) == {how}:
            listed = rule[how]
            good = isinstance(listed, list) and all(isinstance(each, Mapping) for each in listed)
            return (how, False, [dict(each) for each in listed]) if good else None
    return "all", False, [dict(rule)]


def wrap(how: str, negated: bool, conditions: Sequence[Json]) -> Json:
    """The rule of these conditions, as short as it can be written."""
    if not conditions:
        return {}
    whole = conditions[0] if len(conditions) == 1 and not negated else {how: list(conditions)}
    return {"not": whole} if negated else whole


def begin(kind: str, attributes: Sequence[str] = ()) -> Json:
    """A new condition of the kind."""
    name = attributes[0] if attributes else "city"
    blanks: dict[str, Json] = {
        "attribute": {"attribute": name, "is": "equal", "value": ""},
        "tag": {"tag": ""},
        "segment": {"segment": ""},
        "event": {"event": ""},
        "consent": {"consent": "telegram", "purpose": "marketing"},
        "delivery": {"delivery": {"node": ""}, "was": "read"},
        "group": {"any": [{"attribute": name, "is": "equal", "value": ""}]},
    }
    return blanks[kind]
