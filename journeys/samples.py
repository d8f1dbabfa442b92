"""Templates as texts of some length: what a message will weigh before there is a contact to render it for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from journeys.templates import variables

_PART = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_DEFAULT = re.compile(r"""default\(\s*(["'])(.*?)\1""", re.DOTALL)


def filled(text: str, longest: Mapping[str, int] | None = None) -> str:
    """The text with something in place of each expression: its longest value by attribute, or a single letter."""
    if "{" not in text:
        return text
    return _PART.sub(lambda part: "" if part[1] is None else "x" * _length(part[1], longest or {}), text)


def _length(expression: str, longest: Mapping[str, int]) -> int:
    if not longest:
        return 1
    names = variables("{{" + expression + "}}")
    values = [longest.get(name.removeprefix("contact."), 0) for name in names if name.startswith("contact.")]
    default = _DEFAULT.search(expression)
    return max(1, len(default[2]) if default else 0, *values)
