"""One process of a plant: what `python -m` would run, in a fork that has the imports behind it."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Where each part's `main` is, and the name under which `python -m` knows it.
PARTS: Mapping[str, tuple[str, str]] = {
    "world": ("sandbox.world", "sandbox.world"),
    "api": ("api.__main__", "api"),
    "engine": ("engine.__main__", "engine"),
}


def live(part: str, words: Sequence[str], environment: Mapping[str, str], home: Path, log: Path) -> None:
    """Be the part until it ends: own environment, command line, working directory and log."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(home)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = list(words)
    # The place to crash at is read when its module is imported, which was before this fork.
    importlib.reload(importlib.import_module("store.crash_points"))
    module, name = PARTS[part]
    assert words[0] == name, f"{part} is started by {words[0]}"
    importlib.import_module(module).main()
