"""Drills: faults that are really made. `DRILL=long` makes more of them, and writes down what came of it."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.served import ROOT, Served, serving

IS_LONG = os.environ.get("DRILL") == "long"
PAGE = ROOT / "docs" / "reliability.md"
HERE = Path(__file__).parent
MARK = "<!-- drills -->\n"

#: What was done, how often, seconds until the site was well again, comments acknowledged meanwhile.
Row = tuple[str, int, list[float], int]

_rows: list[Row] = []

Note = Callable[[str, int, list[float], int], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process makes all faults, one after the other: they keep times, and wait more than they work."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("drills"))


@pytest.fixture
def note() -> Note:
    """Writes down what a drill came to, once it has proved that nothing was lost."""

    def write(what: str, times: int, seconds: list[float], acknowledged: int) -> None:
        _rows.append((what, times, seconds, acknowledged))

    return write


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    """A site that is about to have a bad day."""
    with serving(tmp_path, thread_limit="off") as served:
        yield served


def pytest_sessionfinish(exitstatus: int) -> None:
    if IS_LONG and exitstatus == 0 and _rows:
        before = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
        PAGE.write_text(f"{before}{MARK}{_table()}", encoding="utf-8")


def _table() -> str:
    head = "| drill | times | well again after, median | at worst | acknowledged meanwhile | lost |\n"
    lines = [
        f"| {what} | {times} | {statistics.median(seconds):.1f} s | {max(seconds):.1f} s | {acknowledged:,} | 0 |\n"
        for what, times, seconds, acknowledged in _rows
    ]
    return f"{head}| --- | --: | --: | --: | --: | --: |\n{''.join(lines)}"
