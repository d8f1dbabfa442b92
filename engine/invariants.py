"""`tropa invariants`: check that what the database holds adds up."""

from __future__ import annotations

import argparse
import sys

from engine.settings import Settings
from store.database import Database
from store.invariants import violations


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print every sum that does not hold; 1 when there is one."""
    database = Database(settings.database)
    try:
        with database.read() as connection:
            found = list(violations(connection))
    finally:
        database.close()
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print("All sums hold.")
    return 1 if found else 0
