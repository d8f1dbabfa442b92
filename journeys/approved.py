"""Whether what a step fills into an approved template is what the template takes, as its messenger told it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journeys.check import Problem
from journeys.drawn import drawn
from nodes.send import Send, TemplateSettings

#: {{1}}, {{first_name}}: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
#: (messenger, name, language) → the components of the template, by account.
Known = Mapping[tuple[str, str, str], Sequence[Sequence[Mapping[str, Any]]]]


def unfitting(document: Any, known: Known) -> Iterator[Problem]:
    """Values that a template does not take, or that it lacks: the messenger would refuse everybody's message.

    A template that the messenger has not told of is only warned of; of messengers that told of none nothing is said.
    """
    here = drawn(document)
    told = {channel for channel, _, _ in known}
    for name, node in here.nodes.items() if here is not None else ():
        for channel, given in (node.template or {}).items() if isinstance(node, Send) else ():
            forms = known.get((channel, given.name, given.language))
            if forms:
                found = [list(_faults(given, components)) for components in forms]
                for path, text, fix in min(found, key=len):
                    yield Problem(text=text, fix=fix, node=name, path=f"template.{channel}.{path}")
            elif channel in told:
                text = f"No template {given.name} in the language {given.language} is known."
                fix = "Ask the messenger for its templates on the page Templates, or correct the name."
                yield Problem(text=text, fix=fix, level="warning", node=name, path=f"template.{channel}.name")


def _faults(given: TemplateSettings, components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """(path inside the template's settings, what is wrong, what to do)."""
    parts = {str(each.get("type", "")).upper(): each for each in components}
    wanted = _places(parts.get("BODY", {}).get("text"))
    if len(wanted) != len(given.body):
        text = f"The template {given.name} takes {len(wanted)} values; this step gives {len(given.body)}."
        yield "body", text, "Give one for each of its places, in order."
    elif given.names and set(given.names) != set(wanted):
        text = f"The values of the template {given.name} are called {', '.join(wanted)}."
        yield "names", text, "Call them so, in the order of the values."
    yield from _header(given, parts.get("HEADER", {}))
    for place, button in enumerate(parts.get("BUTTONS", {}).get("buttons") or (), 1):
        filled = len(given.buttons) >= place and given.buttons[place - 1]
        if _places(button.get("url")) and not filled:
            text = f"Button {place} of the template {given.name} needs the end of its link."
            yield "buttons", text, "Give it at the button's place among the buttons' values."


def _header(given: TemplateSettings, header: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    kind = str(header.get("format") or "text").lower()
    needs = kind != "text" or bool(_places(header.get("text")))
    if needs and not given.header:
        yield "header", f"The template {given.name} needs a value in its header ({kind}).", "Give it."
    elif given.header and not needs:
        yield "header", f"The template {given.name} takes no value in its header.", "Remove it."
    elif needs and kind != given.header_kind:
        yield "header_kind", f"The template {given.name} has another kind of header: {kind}.", "Choose it."


def _places(text: Any) -> list[str]:
    return list(dict.fromkeys(PLACE.findall(text))) if isinstance(text, str) else []
