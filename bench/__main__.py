"""`python -m bench [NAME …] [--full]`: run the benches, print what they measure, keep it in .bench/."""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from bench.outlet import plug_in
from bench.places import KINDS
from bench.results import KEPT, Results

BENCHES = ("contacts", "peers", "waiting", "timers", "delivery", "replies", "shards", "steps", "channels", "pages")
#: Minutes long: only when named, or in a full run.
LONG = ("channels", "pages")


def main(words: Sequence[str]) -> int:
    """Run the named benches, or all of them. `--full`: all sizes, and the table goes into docs/performance.md."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; none: all")
    asked.add_argument("--full", action="store_true", help="all sizes and repeats; takes an hour or more")
    asked.add_argument("--missing", action="store_true", help="only what earlier runs have not left a figure of")
    asked.add_argument("--on", choices=KINDS, action="append", help="only on this database")
    chosen = asked.parse_args(words)
    if unknown := [name for name in chosen.names if name not in BENCHES]:
        print(f"There is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    results = Results(full=chosen.full, kinds=chosen.on or KINDS)
    results.load(BENCHES)
    names = chosen.names or [each for each in BENCHES if chosen.full or each not in LONG]
    if chosen.missing:
        names = [name for name in names if not results.has(name)]
    failed = []
    for number, name in enumerate(names, 1):
        try:
            if not _run(name, f"{number} of {len(names)}", results):
                failed.append(name)
        except KeyboardInterrupt:
            break
    print(f"\n{results.table()}")
    if failed:
        print(f"\nNot measured to the end: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def _run(name: str, place: str, results: Results) -> bool:
    """Run one bench and keep what it measures; whether it came to its end. The others go on after one that fails."""
    module = import_module(f"bench.{name}")
    print(f"\n{name} ({place}): {(module.__doc__ or '').splitlines()[0]}", flush=True)
    began, done = time.monotonic(), False
    results.begin(name)
    run: Callable[[Results], None] = module.run
    try:
        run(results)
        done = True
    except Exception:
        traceback.print_exc()
    finally:
        results.end(done=done)
        results.save(BENCHES)
    print(f"  {name} took {time.monotonic() - began:.0f} s", flush=True)
    return done


def _with_the_outlet() -> None:
    """Start anew with the bench's own channel on the path: a third party's channel is found when a process starts."""
    folder = KEPT / "plugins"
    if str(folder) in sys.path:
        return
    plug_in(folder)
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    os.environ["PYTHONPATH"] = path
    os.execv(sys.executable, [sys.executable, "-m", "bench", *sys.argv[1:]])


if __name__ == "__main__":
    _with_the_outlet()
    raise SystemExit(main(sys.argv[1:]))
