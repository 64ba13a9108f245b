"""The figures as rows: for the table on the page, and for a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from blueprints.picture.queries import Figures

HEADINGS = ("When (UTC)", "Comments", "Approved", "Rejected", "Spam", "Reports", "Median minutes to a decision")

#: What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def row(one: Figures) -> list[str]:
    """One span's figures in the order of HEADINGS."""
    counts = one.comments, one.approved, one.rejected, one.spam, one.reports
    return [one.span.name, *map(str, counts), "" if one.minutes is None else f"{one.minutes:.1f}"]


def as_csv(figures: Iterable[Figures]) -> str:
    """The table as CSV (RFC 4180)."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[harmless(cell) for cell in cells] for cells in [HEADINGS, *map(row, figures)]])
    return text.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
