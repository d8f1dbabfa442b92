"""What the benches measured: printed as it comes, kept as JSON, and written into docs/performance.md as a table."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

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
    """The figures of one run of benches."""

    full: bool
    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, runs: Sequence[float] | float, unit: str, goal: str = "") -> float:
        """Note a measurement, or several of the same thing: their median."""
        several = [runs] if isinstance(runs, int | float) else list(runs)
        figure = Figure(what=what, value=median(several), unit=unit, goal=goal, runs=several)
        self.figures.append(figure)
        print(f"  {' | '.join(cell for cell in figure.cells() if cell)}", flush=True)
        return figure.value

    def table(self) -> str:
        """All figures as Markdown, with the machine they were measured on."""
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        machine = (
            f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
        )
        lines = [
            f"{'The full' if self.full else 'The quick'} run of {when} on {machine}; load at its end {load}.",
            "",
            "| what | median (least to most) | goal | |",
            "|---|---|---|---|",
            *(f"| {' | '.join(figure.cells())} |" for figure in self.figures),
        ]
        return "\n".join(lines)

    def save(self) -> None:
        """Keep the figures under .bench/; those of a full run go into the page as well."""
        KEPT.mkdir(exist_ok=True)
        (KEPT / "results.json").write_text(json.dumps([asdict(figure) for figure in self.figures], indent=1))
        (KEPT / "table.md").write_text(self.table() + "\n")
        if self.full:
            before, _, rest = PAGE.read_text().partition(BEGIN)
            PAGE.write_text(f"{before}{BEGIN}\n{self.table()}\n{END}{rest.partition(END)[2]}")


def repeated(times: int, once: Callable[[], float]) -> list[float]:
    """The same measurement several times."""
    return [once() for _ in range(times)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
