"""`python -m bench [NAME …]`: run the benches and print what they measured."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

BENCHES = ("steps", "channels")
#: Minutes long: only when named.
LONG = ("channels",)


def main(names: list[str]) -> int:
    """Run the named benches, or all short ones; 2 for a name that there is not."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    for name in names or [each for each in BENCHES if each not in LONG]:
        run: Callable[[], None] = import_module(f"bench.{name}").run
        with suppress(KeyboardInterrupt):
            run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
