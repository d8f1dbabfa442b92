"""`tropa key new|list|revoke`: API keys from the command line."""

from __future__ import annotations

import argparse
import sys

from engine.boot import open_project
from engine.project import real_now
from engine.settings import Settings
from store import keys
from store.tables.columns import micros


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with which key."""
    verbs = parser.add_subparsers(dest="what", required=True)
    new = verbs.add_parser("new", help="make a key; it is shown once")
    new.add_argument("name", help="who will use it")
    new.add_argument("--role", choices=("admin", "intake"), default="admin", help="intake: only contacts and events")
    verbs.add_parser("list", help="show all keys without their secrets")
    verbs.add_parser("revoke", help="take a key out of use").add_argument("id", type=int)


def command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Carry it out; 1 when there is no such key."""
    database = open_project(settings).database
    now = micros(real_now())
    try:
        if arguments.what == "new":
            print(database.transact(lambda each: keys.add(each, arguments.name, arguments.role, now)))
        elif arguments.what == "list":
            with database.read() as connection:
                for row in keys.listed(connection):
                    state = "revoked" if row.revoked_at else "in use"
                    print(f"{row.id:>4}  {row.role:<7} …{row.hint}  {state:<8} {row.name}")
        elif not database.transact(lambda each: keys.revoke(each, arguments.id, now)):
            print("No such key, or it was revoked before.", file=sys.stderr)
            return 1
    finally:
        database.close()
    return 0
