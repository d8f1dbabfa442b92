"""A journey as a Graphviz drawing with live counts; pure."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

Json = Mapping[str, Any]
ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of one appearance: of the page and of the kinds of steps."""

    text: str
    quiet: str
    card: str
    line: str
    inside: str
    error: str
    warning: str
    accents: Mapping[str, str] = field(default_factory=dict)


LIGHT = Palette("#17211e", "#5d6b66", "#ffffff", "#9fb0a9", "#0d7a5f", "#d92d20", "#b45309")
DARK = Palette("#e4ece9", "#9fb0a9", "#18231f", "#55685f", "#34b88f", "#f87171", "#fbbf24")
#: The strip on the left of a card.
ACCENTS = {
    "send": "#3b82f6",
    "survey": "#14b8a6",
    "reply": "#14b8a6",
    "wait": "#f59e0b",
    "condition": "#8b5cf6",
    "split": "#8b5cf6",
    "goal": "#0d7a5f",
    "exit": "#64748b",
    "coupon": "#f97316",
    "webhook": "#64748b",
    "update": "#64748b",
    "handoff": "#3b82f6",
    "start_journey": "#3b82f6",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Captions:
    """What the drawing says, already in the reader's language."""

    entered: str = "entered"
    inside: str = "inside"
    exit_name: Callable[[str], str] = str
    number: Callable[[float], str] = str
    kind: Callable[[str], str] = str


def draw(
    document: Json,
    *,
    icons: Mapping[str, str],
    sentences: Mapping[str, str] | None = None,
    counts: Sequence[Json] = (),
    problems: Sequence[Json] = (),
    captions: Captions | None = None,
    dark: bool = False,
) -> str:
    """DOT of the whole journey: cards with icon, title, sentence and counts; arrows with exits and counts."""
    say = captions or Captions()
    colours = DARK if dark else LIGHT
    rows = {row["id"]: row for row in counts}
    worst = _worst(problems)
    lines = [
        "digraph journey {",
        '  bgcolor="transparent"; rankdir=TB; nodesep=0.45; ranksep=0.5; splines=spline; pad=0.15;',
        '  node [shape=plain, fontname="Source Sans, Arial, sans-serif", fontsize=12];',
        f'  edge [fontname="Source Sans, Arial, sans-serif", fontsize=10.5, color="{colours.line}",'
        f' fontcolor="{colours.quiet}", arrowsize=0.7, penwidth=1.3];',
    ]
    for node in document.get("nodes", ()):
        sentence = (sentences or {}).get(node["id"], "")
        name = node["id"]
        card = _card(node, icons, sentence, row=rows.get(name), worst=worst.get(name), say=say, colours=colours)
        lines.append(f"  {_quoted(name)} [label=<{card}>];")
    known = {node["id"] for node in document.get("nodes", ())}
    for edge in document.get("edges", ()):
        if edge["source"] in known and edge["target"] in known:
            lines.append(_edge(edge, rows.get(edge["source"]), say))
    return "\n".join([*lines, "}"])


def _card(
    node: Json,
    icons: Mapping[str, str],
    sentence: str,
    *,
    row: Json | None,
    worst: str | None,
    say: Captions,
    colours: Palette,
) -> str:
    border = {ERROR: colours.error, WARNING: colours.warning}.get(worst or "", colours.line)
    accent = ACCENTS.get(node["kind"], "#64748b")
    icon = icons.get(node["kind"], "•")
    title = _cut(node.get("title") or say.kind(node["kind"]), 34)
    head = f'<FONT POINT-SIZE="13">{escape(icon)}&#160; <B>{escape(title)}</B></FONT>'
    rows = [f'<TR><TD ALIGN="LEFT">{head}</TD></TR>']
    for line in textwrap.wrap(sentence, 34)[:3]:
        quiet = f'<FONT COLOR="{colours.quiet}" POINT-SIZE="11">{escape(line)}</FONT>'
        rows.append(f'<TR><TD ALIGN="LEFT">{quiet}</TD></TR>')
    if row is not None:
        rows.append(f'<TR><TD ALIGN="LEFT">{_counts(row, say, colours)}</TD></TR>')
    inner = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{"".join(rows)}</TABLE>'
    width = 2 if worst else 1
    return (
        f'<TABLE BORDER="{width}" COLOR="{border}" CELLBORDER="0" CELLSPACING="7" CELLPADDING="0" STYLE="ROUNDED"'
        f' BGCOLOR="{colours.card}"><TR><TD WIDTH="4" BGCOLOR="{accent}"></TD>'
        f'<TD><FONT COLOR="{colours.text}">{inner}</FONT></TD></TR></TABLE>'
    )


def _counts(row: Json, say: Captions, colours: Palette) -> str:
    entered = f"{say.number(row.get('entered') or 0)} {say.entered}"
    inside = row.get("inside") or 0
    quiet = f'<FONT COLOR="{colours.quiet}" POINT-SIZE="11">{escape(entered)}</FONT>'
    if not inside:
        return quiet
    here = f"● {say.number(inside)} {say.inside}"
    return f'{quiet}&#160;&#160; <FONT COLOR="{colours.inside}" POINT-SIZE="11"><B>{escape(here)}</B></FONT>'


def _edge(edge: Json, row: Json | None, say: Captions) -> str:
    label = say.exit_name(edge["key"])
    if row is not None:
        gone = (row.get("left") or {}).get(edge["key"], 0)
        label += f" · {say.number(gone)}"
    return f"  {_quoted(edge['source'])} -> {_quoted(edge['target'])} [label={_quoted(f' {label} ')}];"


def _worst(problems: Sequence[Json]) -> dict[str, str]:
    worst: dict[str, str] = {}
    for problem in problems:
        node = problem.get("node")
        if node and worst.get(node) != ERROR:
            worst[node] = problem.get("level", ERROR)
    return worst


def _quoted(text: str) -> str:
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
