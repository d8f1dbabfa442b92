"""Where a contact inside an old version goes when they are moved to a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from journeys.graph import Journey

How = Literal["same", "redirect", "advance", "exit", "undecided"]


@dataclass(frozen=True, slots=True)
class Goes:
    """What becomes of those who stand in one node: they stay in it, go to another, leave, or nobody has said."""

    how: How
    to: str | None = None
    why: str = ""


def goes(old: Journey, new: Journey, node: str, wanted: str | Mapping[str, str] | None) -> Goes:
    """Where those in `node` of the old version go.

    `wanted` is `{"redirect": node}`, `"advance"` or `"exit"`; without it a node of the same kind is stayed in.
    """
    if wanted == "exit":
        return Goes("exit")
    if wanted == "advance":
        to = _ahead(old, new, node)
        return Goes("advance", to) if to else Goes("undecided", why=f"No step after {node} is left; redirect or exit.")
    if isinstance(wanted, Mapping):
        to = wanted.get("redirect", "")
        return Goes("redirect", to) if to in new.nodes else Goes("undecided", why=f"There is no step {to}.")
    if node not in new.nodes:
        return Goes("undecided", why=f"The step {node} is gone: redirect its contacts, advance them or let them exit.")
    if new.nodes[node].kind != old.nodes[node].kind:
        return Goes("undecided", why=f"The step {node} has become another kind: redirect, advance or exit.")
    return Goes("same", node)


def _ahead(old: Journey, new: Journey, node: str) -> str | None:
    """The nearest step after this one that is still there; of several ways the first exits' count first."""
    ahead, seen = [node], {node}
    while ahead:
        here = ahead.pop(0)
        for way in old.nodes[here].exits():
            target = old.ways.get((here, way))
            if target in new.nodes:
                return target
            if target is not None and target not in seen:
                seen.add(target)
                ahead.append(target)
    return None
