"""`python -m bench [NAME …] [--full]`: run the benches, print what they measure, keep it in .bench/."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from bench.outlet import plug_in
from bench.results import KEPT, Results

BENCHES = ("contacts", "peers", "waiting", "timers", "delivery", "replies", "shards", "steps", "channels")
#: Minutes long: only when named, or in a full run.
LONG = ("channels",)


def main(words: Sequence[str]) -> int:
    """Run the named benches, or all of them. `--full`: all sizes, and the table goes into docs/performance.md."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; none: all")
    asked.add_argument("--full", action="store_true", help="all sizes and repeats; takes an hour or more")
    chosen = asked.parse_args(words)
    if unknown := [name for name in chosen.names if name not in BENCHES]:
        print(f"There is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    results = Results(full=chosen.full)
    for name in chosen.names or [each for each in BENCHES if chosen.full or each not in LONG]:
        module = import_module(f"bench.{name}")
        print(f"\n{name}: {(module.__doc__ or '').splitlines()[0]}", flush=True)
        run: Callable[[Results], None] = module.run
        try:
            run(results)
        except KeyboardInterrupt:
            break
        finally:
            results.save()
    print(f"\n{results.table()}")
    return 0


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
