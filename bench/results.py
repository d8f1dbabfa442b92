"""What the benches measured: printed as it comes, kept as JSON, and written into docs/performance.md as a table."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.places import KINDS

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".bench"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- the table: made by `make bench-full` -->", "<!-- end of the table -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement: the median of `runs`, with what it should be (`>= 60`, `< 50`; empty: nothing)."""

    what: str
    value: float
    unit: str
    goal: str = ""
    runs: Sequence[float] = ()
    #: Which bench it is of, and when and under which load it came.
    bench: str = ""
    at: str = ""
    load: float = 0.0
    #: Whether its bench came to its end.
    done: bool = True

    def met(self) -> bool | None:
        """Whether the goal is reached; None when there is none."""
        if not self.goal:
            return None
        sign, number = self.goal.split()
        reached = {">=": self.value >= float(number), "<": self.value < float(number)}
        return reached[sign]

    def cells(self) -> tuple[str, str, str, str]:
        """The figure as a row of the table."""
        spread = f" ({_short(min(self.runs))} to {_short(max(self.runs))})" if len(self.runs) > 1 else ""
        verdict = {None: "", True: "reached", False: "**not reached**"}[self.met()]
        return self.what, f"{_short(self.value)}{spread} {self.unit}", self.goal, verdict


@dataclass(slots=True)
class Results:
    """The figures of benches: those of this run, and beside them what other runs of the same sizes have left."""

    full: bool
    #: The databases that are measured.
    kinds: Sequence[str] = KINDS
    figures: list[Figure] = field(default_factory=list)
    #: The bench that is being run.
    bench: str = ""

    def add(self, what: str, runs: Sequence[float] | float, unit: str, goal: str = "") -> float:
        """Note a measurement, or several of the same thing: their median."""
        several = [runs] if isinstance(runs, int | float) else list(runs)
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
        figure = Figure(
            what=what, value=median(several), unit=unit, goal=goal, runs=several, bench=self.bench, at=at,
            load=round(os.getloadavg()[0], 1),
        )  # fmt: skip
        self.figures.append(figure)
        print(f"  {' | '.join(cell for cell in figure.cells() if cell)}", flush=True)
        return figure.value

    def begin(self, bench: str) -> None:
        """A bench is about to be run: what it left before, on the databases that it runs on now, is forgotten."""
        self.bench = bench
        self.figures = [figure for figure in self.figures if not self._of(figure, bench)]

    def end(self, *, done: bool) -> None:
        """The bench is over; what it has measured before it failed is kept, and counts as unfinished."""
        if not done:
            self.figures = [replace(each, done=False) if self._of(each, self.bench) else each for each in self.figures]

    def has(self, bench: str) -> bool:
        """Whether a bench has come to its end before, on all the databases that it is to run on now."""
        mine = [figure for figure in self.figures if self._of(figure, bench)]
        named = [kind for kind in self.kinds if any(figure.what.startswith(kind) for figure in mine)]
        return bool(mine) and all(figure.done for figure in mine) and len(named) in (0, len(self.kinds))

    def _of(self, figure: Figure, bench: str) -> bool:
        elsewhere = [kind for kind in KINDS if kind not in self.kinds]
        return figure.bench == bench and not figure.what.startswith(tuple(elsewhere) or "\0")

    def table(self) -> str:
        """All figures as Markdown, with the machine they were measured on."""
        if not self.figures:
            return "Nothing was measured."
        loads, times = [each.load for each in self.figures], sorted(each.at for each in self.figures)
        machine = (
            f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
        )
        lines = [
            f"{'Full' if self.full else 'Quick'} runs from {times[0]} to {times[-1]} UTC on {machine}; load beside each"
            f" figure {min(loads)} to {max(loads)}, the bench's own included.",
            "",
            "| what | median (least to most) | goal | |",
            "|---|---|---|---|",
            *(f"| {' | '.join(figure.cells())} |" for figure in self.figures),
        ]
        return "\n".join(lines)

    def load(self, order: Sequence[str]) -> None:
        """Take in what earlier runs of the same sizes have left, in the order of the benches."""
        if self._kept().exists():
            told = [Figure(**each) for each in json.loads(self._kept().read_text())]
            self.figures = sorted(
                (each for each in told if each.bench in order), key=lambda each: order.index(each.bench)
            )

    def save(self, order: Sequence[str]) -> None:
        """Keep the figures under .bench/; those of full runs go into the page as well."""
        self.figures.sort(key=lambda each: order.index(each.bench))
        KEPT.mkdir(exist_ok=True)
        self._kept().write_text(json.dumps([asdict(figure) for figure in self.figures], indent=1))
        (KEPT / "table.md").write_text(self.table() + "\n")
        if self.full:
            before, _, rest = PAGE.read_text().partition(BEGIN)
            PAGE.write_text(f"{before}{BEGIN}\n{self.table()}\n{END}{rest.partition(END)[2]}")

    def _kept(self) -> Path:
        return KEPT / f"{'full' if self.full else 'quick'}.json"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
