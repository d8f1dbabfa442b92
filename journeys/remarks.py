"""What is said of one message on its own: a way to act and to stop, values that may be missing, links that count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from journeys.copywriting import MARKED, calls, mistakes, stops, uncounted
from journeys.templates import defaulted, variables
from nodes.base import Says

#: Values that a contact may lack; what the journey itself gives is there.
MAY_MISS = "contact."


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One remark on a message, with what to do."""

    level: Literal["error", "warning"]
    text: str
    fix: str


def remarks(says: Says, *, ad: bool = False) -> tuple[Remark, ...]:
    """Remarks on a message as it is written; `ad` says that it is an advertisement that Russian law wants marked."""
    found = list(_variables(says))
    if says.category == "marketing":
        found += [Remark(level="warning", text=text, fix=fix) for _, text, fix in mistakes(says)]
        found += _marketing(says)
    if ad and not MARKED.search(says.text):
        fix = "Write «Реклама», the advertiser and «erid: …» under the text."
        found.append(Remark(level="error", text="An advertisement in Russia is marked as one.", fix=fix))
    return tuple(found)


def _variables(says: Says) -> Iterator[Remark]:
    texts = [says.text, *(each.title for each in says.offers()), *(card.text for card in says.cards)]
    bare = {name for text in texts if "{" in text for name in variables(text) - defaulted(text)}
    for name in sorted(each for each in bare if each.startswith(MAY_MISS)):
        text = f"Contacts without {name} will not get this message."
        yield Remark(level="warning", text=text, fix=f'Write a fallback: {{{{ {name}|default("…") }}}}.')


def _marketing(says: Says) -> Iterator[Remark]:
    offers = says.offers()
    if not calls(says) and not offers:
        fix = "Add a button, a link or a question."
        yield Remark(level="warning", text="There is nothing to do after reading.", fix=fix)
    if not stops(says):
        fix = "Say how: «Send STOP to unsubscribe»."
        yield Remark(level="error", text="People are not told how to stop these messages.", fix=fix)
    for link in uncounted(says)[1]:
        fix = "Add utm_source and others."
        yield Remark(level="warning", text=f"Visits by {link} are not counted.", fix=fix)
