"""`tropa diff JOURNEY [FILE]`: what a file, or the draft, changes of a journey."""

from __future__ import annotations

import argparse
import json
from typing import Any

from engine.journey_client import Api, add_api_arguments, document_of, told
from engine.settings import Settings
from journeys.diff import Change, diff


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The older and the newer side."""
    parser.add_argument("journey", help="a file, or the id of a journey: its live version")
    parser.add_argument("other", nargs="?", help="a file or an id: its draft; default: the same journey's draft")
    parser.add_argument("--json", action="store_true", help="print the changes as JSON")
    add_api_arguments(parser)


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the changes, a line each; 1 when there are any."""

    def run() -> int:
        api = Api(settings, arguments)
        before = document_of(arguments.journey, lambda: api, "live")
        after = document_of(arguments.other or arguments.journey, lambda: api)
        changes = diff(before, after)
        for each in changes:
            print(json.dumps(_plain(each), ensure_ascii=False) if arguments.json else line(each))
        return 1 if changes else 0

    return told(run)


def line(change: Change) -> str:
    """One change as people read it."""
    place = " › ".join(part for part in (change.node or "journey", change.path, change.exit) if part)
    if change.what in ("added", "removed"):
        return f"{change.what:<8} {place} ({change.kind})"
    return f"{change.what:<8} {place}: {_short(change.before)} → {_short(change.after)}"


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:79] + "…"


def _plain(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in ("what", "node", "kind", "path", "exit", "before", "after")}
