"""`tropa migrate`: bring the database to this version's tables (every process does so at start as well)."""

from __future__ import annotations

import argparse
from typing import Protocol

from store.schema import current, head, upgrade


class HasDatabase(Protocol):
    """Settings, as far as this needs them."""

    database: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def command(settings: HasDatabase, arguments: argparse.Namespace) -> int:
    """Upgrade, and say what was done."""
    saved = upgrade(settings.database)
    print(f"The database is at revision {current(settings.database)} (this version's: {head()}).")
    if saved is not None:
        print(f"The database as it was before is kept in {saved}.")
    return 0
