"""What the journey commands share: where a journey comes from, and the API that they speak to."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from engine.journey_files import FileRefused, read_file
from engine.settings import Settings


class Told(Exception):
    """A command cannot go on, and says why."""


def add_api_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the API is and the key that it takes."""
    parser.add_argument("--url", help="address of the API (TROPA_API_URL, default: this machine's)")
    parser.add_argument("--key", help="API key (TROPA_KEY, default: the one of the pages in the home)")


def told(command: Callable[[], int]) -> int:
    """Carry out a command; what it cannot do is said in one line, with the exit code 2."""
    try:
        return command()
    except (Told, FileRefused) as error:
        print(error, file=sys.stderr)
    except httpx.HTTPError as error:
        print(f"The API does not answer: {error}. Is Tropa running? Name it with --url.", file=sys.stderr)
    return 2


class Api:
    """The API as the commands use it."""

    def __init__(self, settings: Settings, arguments: argparse.Namespace) -> None:
        self.url = arguments.url or os.environ.get("TROPA_API_URL") or f"http://{settings.host}:{settings.api_port}"
        key = arguments.key or os.environ.get("TROPA_KEY") or _key_of(settings.home)
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def call(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        """The answer of a door; Told with the problem's words when it refuses."""
        sent = {**self.headers, **(headers or {})}
        response = httpx.request(method, self.url + path, headers=sent, timeout=60, trust_env=False, **options)
        if response.status_code >= 400:
            body = response.json() if "json" in response.headers.get("content-type", "") else {}
            raise Told(f"{body.get('title', response.status_code)}: {body.get('detail', response.text[:200])}")
        return response.json()

    def document(self, journey: str, source: str = "draft") -> dict[str, Any]:
        """A journey's draft, live version (`live`), or version by its number."""
        path = f"/v1/journeys/{journey}"
        if source == "draft":
            document: dict[str, Any] = self.call("GET", f"{path}/draft")["document"]
            return document
        number = self.call("GET", path)["version"] if source == "live" else source
        if number is None:
            raise Told(f"The journey {journey} is not published yet.")
        document = self.call("GET", f"{path}/versions/{number}")["document"]
        return document


def document_of(name: str, api: Callable[[], Api], source: str = "draft") -> dict[str, Any]:
    """The document that a word of the command line means: a file, or the id of a journey."""
    path = Path(name)
    if path.suffix or path.exists():
        return read_file(path)
    return api().document(name, source)


def print_problems(problems: Iterable[Mapping[str, Any]]) -> int:
    """Print problems, a line each; how many errors there are."""
    errors = 0
    for each in problems:
        errors += each["level"] == "error"
        place = " › ".join(str(part) for part in (each["node"], each["exit"], each["path"]) if part) or "journey"
        way = f" [{' → '.join(each['way'])}]" if len(each["way"]) > 1 else ""
        print(f"{each['level']:<7} {place}: {each['text']} {each['fix']}{way}")
    return errors


def _key_of(home: Path) -> str:
    file = home / "keys" / "ui"
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
