"""What must hold of the stored data at any moment: each feature says what it keeps, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask


@dataclass(frozen=True)
class Check:
    """Something that holds. `faults` gives a line for each place where it does not; `mend` puts right what it can.

    `mend` gives how many things it put right; without it, somebody has to look.
    """

    name: str
    faults: Callable[[], Iterator[str]]
    mend: Callable[[], int] | None = None


def add(app: Flask, *checks: Check) -> None:
    """Have `flask check` look at these too, after those that were added before."""
    app.extensions.setdefault(__name__, []).extend(checks)


def of(app: Flask) -> list[Check]:
    """All checks of a site, in their order."""
    return list(app.extensions.get(__name__, []))
