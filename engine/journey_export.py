"""`tropa export JOURNEY`: a journey as a file that can be reviewed, kept in version control and imported again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.journey_client import Api, add_api_arguments, document_of, told
from engine.journey_files import SUFFIXES, read_whole, together, written
from engine.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to write, where and how."""
    parser.add_argument("journey", help="the id of a journey, or a file to write in another form")
    parser.add_argument("--output", "-o", type=Path, help="file to write (default: the screen)")
    parser.add_argument("--source", default="draft", help="draft, live, or the number of a version (default: draft)")
    parser.add_argument("--format", choices=("yaml", "json"), help="default: by the file's name, else yaml")
    add_api_arguments(parser)


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write it."""

    def run() -> int:
        output: Path | None = arguments.output
        name = str(arguments.journey)
        if Path(name).suffix or Path(name).exists():
            document = together(*read_whole(Path(name)))
        else:
            api = Api(settings, arguments)
            tests = api.call("GET", f"/v1/journeys/{name}/tests")["items"]
            document = together(document_of(name, lambda: api, arguments.source), tests)
        form = arguments.format or (SUFFIXES.get(output.suffix.lower(), "yaml") if output else "yaml")
        text = written(document, form)
        if output is None:
            sys.stdout.write(text)
        else:
            output.write_text(text, encoding="utf-8")
        return 0

    return told(run)
