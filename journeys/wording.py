"""What is wrong with the words of a node: its templates, its rules, and its messages on each messenger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from channels import registry as channels
from channels.message import Message, Template
from journeys.graph import Settings
from journeys.rules import check_rule
from journeys.samples import filled
from journeys.templates import check_template
from nodes.base import Node, Says
from nodes.matching import is_opt_out

#: (level, settings path, what is wrong, what to do)
Finding = tuple[Literal["error", "warning"], str, str, str]


def template_problems(node: Node) -> Iterator[Finding]:
    """Templates that would be refused."""
    for path, text in node.templates():
        for problem in check_template(text) if text else ():
            yield "error", path, problem, "Correct the template."


def rule_problems(rules: Iterable[tuple[str, Mapping[str, Any], bool]]) -> Iterator[Finding]:
    """Rules that cannot be read."""
    for path, rule, over_event in rules:
        for problem in check_rule(rule, over_event=over_event):
            yield "error", f"{path}.{problem.path}".rstrip("."), problem.text, "Correct the rule."


def settings_problems(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the rules and words by which contacts enter, reach the goal and leave."""
    goal = settings.goal
    rules = [(f"entry.{number}.where", entry.where, True) for number, entry in enumerate(settings.entry) if entry.where]
    rules += [("goal.where", goal.where, True)] if goal and goal.where is not None else []
    rules += [(f"exit_when.{number}", rule, False) for number, rule in enumerate(settings.exit_when)]
    yield from rule_problems(rules)
    for number, entry in enumerate(settings.entry):
        for word in filter(is_opt_out, entry.keyword):
            text = f"«{word}» is an opt-out word: it unsubscribes and starts nothing."
            yield "error", f"entry.{number}.keyword", text, "Choose another word."


def message_problems(node: Node) -> Iterator[Finding]:
    """What a named messenger would refuse (an error) or show otherwise (a warning)."""
    for says in node.all_says():
        for button in says.offers():
            if is_opt_out(button.title) or is_opt_out(button.id):
                yield (
                    "error",
                    "buttons",
                    f"The button «{button.title}» is an opt-out word and would unsubscribe.",
                    "Call it something else.",
                )
        for name in says.channels:
            if name not in channels():
                known = ", ".join(channels())
                yield "error", "channel", f"No messenger is called {name}.", f"Use one of {known}, or auto."
        yield from _on_messengers(says)


def _on_messengers(says: Says) -> Iterator[Finding]:
    for name in says.channels:
        raw = (says.per_channel or {}).get(name, {}).get("template")
        template = Template(name=str(raw.get("name", "")), language=str(raw.get("language", "en"))) if raw else None
        own = says.on(name)
        message = Message(
            text=filled(own.text),
            buttons=tuple(own.buttons),
            media=own.media,
            album=tuple(own.album),
            cards=tuple(own.cards),
            template=template,
            category=says.category,
        )
        if name in channels():
            for line in channels()[name].problems(message):
                refused = line.startswith("error: ")
                text = line.removeprefix("error: ")
                yield "error" if refused else "warning", "text", text, "Shorten it, or choose another messenger."
