"""Test builds of the product with one bug of the sending protocol each: the drills must notice.

`python -m tests.protocol.seeded DATABASE` runs, for every seed, its drill on a copy of an empty database, in a process
of its own whose import of one module is changed. Nothing of this is in the product.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
#: What every build imports besides the product, so that it is imported once.
OTHERS: tuple[str, ...] = (
    "alembic",
    "cryptography.fernet",
    "httpx",
    "hypothesis",
    "jinja2",
    "networkx",
    "orjson",
    "pydantic_settings",
)
OTHERS += ("pytest", "re2", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "sqlmodel")
PASSED, CAUGHT, BROKEN = 0, 3, 4


@dataclass(frozen=True, slots=True)
class Seed:
    """A bug: in which module, what stands there, what stands there instead, and the drill that finds it."""

    module: str
    good: str
    bad: str
    drill: str


SEEDS: Mapping[str, Seed] = {
    "wall-clock window": Seed(
        "engine.evidence",
        "if waiting and receiving_since(project, connection) <= before:",
        "if waiting:",
        "the_window_counts_healthy_time",
    ),
    "mark after send": Seed(
        "store.deliveries",
        '[("sending", None, *row) for row in values]',
        '[("ready", 0, *row) for row in values]',
        "sending_is_committed_before_a_byte_leaves",
    ),
    "no fence on the attempt": Seed(
        "engine.answers",
        'row.state == "sending" and row.attempt == outcome.attempt',
        'row.state == "sending"',
        "a_late_answer_of_an_earlier_attempt_changes_nothing",
    ),
    "no dedupe at the door": Seed(
        "engine.webhooks",
        "key = hashlib.sha256(raw).hexdigest()",
        "key = hashlib.sha256(raw + __import__('os').urandom(8)).hexdigest()",
        "a_repeated_webhook_is_stored_once",
    ),
    "acknowledged before the commit": Seed(
        "engine.webhooks",
        "    greeting, stopped = project.database.transact(work, durable=True)\n",
        "    greeting, stopped = None, False\n    try:\n        project.database.transact(work, durable=True)\n"
        "    except Exception:\n        pass\n",
        "a_webhook_that_is_not_on_disk_is_not_acknowledged",
    ),
    "an expired lease is ready again": Seed(
        "engine.evidence",
        "            settling.unknown(row, last=not _has_more(project, connection, row))\n",
        '            settling.put(row, "ready", ready_at=0)\n',
        "an_expired_lease_is_unknown",
    ),
    "opt-out is asked for at planning only": Seed(
        "engine.claim",
        "self.granted.get(row.contact_id, ()),\n            self.withdrawn.get(row.contact_id, ()),",
        '{(channel, "marketing") for channel in self.limits}, (),',
        "stop_is_obeyed_at_the_claim",
    ),
    "a 5xx is tried again": Seed(
        "engine.answers",
        "            self.unknown(row, last=last)\n",
        "            self._retry(row, timedelta(seconds=1))\n",
        "a_server_error_is_not_a_no",
    ),
    "the deadline beats an earlier reply": Seed(
        "engine.advance",
        "known_until = inbox.horizon(connection)",
        "known_until = None",
        "a_reply_before_the_deadline_wins",
    ),
    "the funnel counts twice": Seed(
        "store.counters",
        'return run(connection, "DELETE FROM node_count_delta WHERE id <= :upto", upto=upto)',
        "return 1",
        "counters_are_folded_once",
    ),
    "receipts go back": Seed(
        "engine.receive",
        "RANK.get(row.state, 9) < RANK[state] and ",
        "",
        "receipts_never_go_back",
    ),
    "a paused journey goes on sending": Seed(
        "engine.claim",
        "if row.journey_id in paused:",
        "if False:",
        "a_paused_journey_sends_nothing",
    ),
}


class Sower(SourceFileLoader):
    """Loads a module with its seed in it, past every cache."""

    def __init__(self, name: str, path: str, seed: Seed) -> None:
        super().__init__(name, path)
        self._seed = seed

    def get_data(self, path: str) -> bytes:
        """The module's text, changed in one place."""
        text = Path(path).read_text("utf-8")
        if text.count(self._seed.good) != 1:
            raise SystemExit(f"{self._seed.module} has changed: say in tests/protocol/seeded.py what stands there now")
        return text.replace(self._seed.good, self._seed.bad).encode()

    def path_stats(self, path: str) -> Mapping[str, Any]:
        """No cached code is asked for, and none is written."""
        raise OSError


class Field:
    """Finds the one module that is to be changed."""

    def __init__(self, seed: Seed) -> None:
        self._seed = seed

    def find_spec(self, name: str, _: Sequence[str] | None, __: ModuleType | None = None) -> ModuleSpec | None:
        """The seeded module's spec; None for all others."""
        if name != self._seed.module:
            return None
        path = str(ROOT / f"{name.replace('.', '/')}.py")
        return spec_from_file_location(name, path, loader=Sower(name, path, self._seed))


def exercise(seed: Seed, database: Path) -> int:
    """Import the product with the seed in it and run the drill."""
    sys.meta_path.insert(0, Field(seed))
    home = Path(mkdtemp(prefix="tropa-seed-"))
    try:
        shutil.copy(database, home / "tropa.db")
        drills, boxes = import_module("tests.protocol.drills"), import_module("tests.protocol.box")
        box = boxes.Box(home, f"sqlite:///{home}/tropa.db", [drills.ANN, drills.BOB])
        drills.DRILLS[seed.drill](box)
    except SystemExit:
        raise
    except BaseException as found:
        traceback.print_exc()
        return CAUGHT if isinstance(found, AssertionError) or type(found).__name__ == "Failed" else BROKEN
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return PASSED


def main() -> None:
    """Print {seed: exit code} of every build."""
    for name in OTHERS:
        import_module(name)
    codes = {}
    for name, seed in SEEDS.items():
        child = os.fork()
        if not child:
            try:
                code = exercise(seed, Path(sys.argv[1]))
            except BaseException as wrong:
                print(f"{name}: {wrong!r}", file=sys.stderr)
                code = BROKEN
            sys.stderr.flush()
            os._exit(code)
        codes[name] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps(codes))


if __name__ == "__main__":
    main()
