"""A pretend part of an installation: `pretend_child.py NAME FOLDER [--port N] [--ready FILE] [--die N] [--stubborn]`.

It writes what happens to it into FOLDER/diary, dies at its first N starts, and ignores SIGTERM when stubborn.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType


class Healthy(BaseHTTPRequestHandler):
    """Answers 200 to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> None:
    """Live as told."""
    words = argparse.ArgumentParser()
    words.add_argument("name")
    words.add_argument("folder", type=Path)
    words.add_argument("--port", type=int, default=0)
    words.add_argument("--ready", type=Path)
    words.add_argument("--die", type=int, default=0)
    words.add_argument("--stubborn", action="store_true")
    told = words.parse_args()

    def write(what: str) -> None:
        with (told.folder / "diary").open("a") as diary:
            diary.write(f"{told.name} {what} {os.getpid()} {time.monotonic()}\n")

    def end(number: int, frame: FrameType | None) -> None:
        write("asked")
        if not told.stubborn:
            sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    write("began")
    lives = sum(line.startswith(f"{told.name} began") for line in (told.folder / "diary").read_text().splitlines())
    if lives <= told.die:
        print("I was told to die")
        sys.exit(3)
    if told.ready:
        told.ready.parent.mkdir(exist_ok=True)
        told.ready.touch()
    if told.port:
        HTTPServer(("127.0.0.1", told.port), Healthy).serve_forever()
    while True:
        time.sleep(0.05)


if __name__ == "__main__":
    main()
