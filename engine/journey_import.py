"""`tropa import FILE`: make a journey of a file, or bring a file into a journey's draft, and publish it if asked."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.journey_client import Api, Told, add_api_arguments, print_problems, told
from engine.journey_files import read_whole
from engine.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to bring in, and where to."""
    parser.add_argument("file", type=Path, help="a journey as YAML or JSON")
    parser.add_argument(
        "--into", metavar="JOURNEY", help="the id of a journey whose draft it becomes; default: a new one"
    )
    parser.add_argument("--publish", action="store_true", help="publish it at once")
    add_api_arguments(parser)


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Bring it in and print its id; 1 when it may not be published."""

    def run() -> int:
        (document, tests), api = read_whole(arguments.file), Api(settings, arguments)
        made = _new(api, document) if arguments.into is None else _into(api, arguments.into, document)
        for one in tests:
            body = {name: one[name] for name in ("script", "expect") if name in one}
            api.call("PUT", f"/v1/journeys/{made['id']}/tests/{quote(one['name'], safe='')}", json=body)
        errors = print_problems(made["problems"])
        print(f"{made['id']} revision {made['revision']}")
        if arguments.publish and errors:
            raise Told("It cannot be published until its errors are mended.")
        if arguments.publish:
            published = api.call("POST", f"/v1/journeys/{made['id']}/publish")
            print(f"version {published['version']}")
        return 1 if errors else 0

    return told(run)


def _new(api: Api, document: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = api.call("POST", "/v1/journeys", json=document)
    return made


def _into(api: Api, journey: str, document: dict[str, Any]) -> dict[str, Any]:
    revision = api.call("GET", f"/v1/journeys/{journey}/draft")["revision"]
    body, header = {"document": document}, {"If-Match": str(revision)}
    return {"id": journey, **api.call("PUT", f"/v1/journeys/{journey}/draft", json=body, headers=header)}
