"""Comparisons and outcomes of rules in words."""

from __future__ import annotations

from ui.language import N_, _
from ui.words import plain

OPERATORS = {
    "equal": N_("is"),
    "not_equal": N_("is not"),
    "less": N_("is less than"),
    "at_most": N_("is at most"),
    "more": N_("is more than"),
    "at_least": N_("is at least"),
    "contains": N_("contains"),
    "starts_with": N_("starts with"),
    "in": N_("is one of"),
    "exists": N_("is known"),
    "before": N_("is before"),
    "after": N_("is after"),
    "within": N_("is within"),
    "read": N_("read"),
    "clicked": N_("clicked"),
    "replied": N_("answered"),
    "failed": N_("not delivered"),
}
#: What may have become of a message, as rules ask.
OUTCOMES = ("read", "clicked", "replied", "failed")


def operator_name(name: str) -> str:
    """A comparison in words."""
    return _(OPERATORS[name]) if name in OPERATORS else plain(name)
