"""A figure: what several runs of one measurement gave, and the bar it is held to."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

RUNS = 3

#: Between two measures, in seconds: a server answers for a while what it was asked and nobody waits for any more.
REST = 1.5

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Figure:
    """`bar` is the least that is wanted, or with `at_most` the most."""

    name: str
    unit: str
    runs: Sequence[float]
    bar: float | None = None
    at_most: bool = False

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    @property
    def met(self) -> bool | None:
        if self.bar is None:
            return None
        return self.median <= self.bar if self.at_most else self.median >= self.bar

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": round(self.median, 3),
            "least": round(min(self.runs), 3),
            "most": round(max(self.runs), 3),
            "runs": [round(run, 3) for run in self.runs],
            "bar": self.bar,
            "at_most": self.at_most,
            "met": self.met,
        }


@dataclass
class Part:
    """One part of the measuring while it runs: shows where it is, keeps its figures and notes."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: How long the machine took for the same sum before each measure, in milliseconds.
    paces: list[float] = field(default_factory=list)

    def add(self, name: str, unit: str, runs: Sequence[float] | float, **bar: Any) -> None:
        self.figures.append(Figure(name, unit, [runs] if isinstance(runs, int | float) else list(runs), **bar))

    def tell(self, what: str) -> None:
        """Where the measuring is: on one line of a terminal, or a line each in a log."""
        start, end = ("\r\033[K", "") if sys.stderr.isatty() else ("", "\n")
        print(f"{start}{self.name}: {what}", end=end, file=sys.stderr, flush=True)

    def hush(self) -> None:
        """Clear the terminal's line for what comes after."""
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def interleaved(self, measures: Mapping[str, Callable[[], Seen]], runs: int = RUNS) -> dict[str, list[Seen]]:
        """Each measure in turn, and all of it again: what else the machine does meets all of them alike."""
        seen: dict[str, list[Seen]] = {name: [] for name in measures}
        for run in range(1, runs + 1):
            for name, measure in measures.items():
                self.tell(f"run {run} of {runs}: {name}")
                time.sleep(REST)
                self.paces.append(pace())
                seen[name].append(measure())
        self.hush()
        return seen

    def end(self) -> None:
        """Nothing more is measured: note the machine's pace meanwhile."""
        self.hush()
        if self.paces:
            median = round(statistics.median(self.paces))
            spread = f"{round(min(self.paces))} to {round(max(self.paces))}"
            self.notes.append(f"a million additions in Python took {median} ms between measures ({spread})")


def pace() -> float:
    """How fast the machine runs Python now: milliseconds for a million additions.

    What else is done on the machine slows this down as it slows a server.
    """
    began, total = time.perf_counter(), 0
    for number in range(1_000_000):
        total += number
    return 1000 * (time.perf_counter() - began)


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Run by run."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]


def flatness(many: Iterable[Sequence[float]]) -> float:
    """The smallest median as a share of the largest; of medians, because single runs differ by chance alone."""
    medians = [statistics.median(runs) for runs in many]
    return min(medians) / max(medians)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The value that so many percent of an ordered list do not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
