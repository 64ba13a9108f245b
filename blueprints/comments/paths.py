"""Where a comment stands below its root, as text whose order is the order of the thread. Pure."""

from __future__ import annotations

from blueprints.comments.models import DEEPEST_PATH, STEP

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def below(path: str | None, number: int) -> str:
    """The place of a comment below the one at `path`: one step more, while there is room for it. A root has ""."""
    return "" if path is None else path[: STEP * (DEEPEST_PATH - 1)] + step(number)


def step(number: int) -> str:
    """A number as a step of a path: base 36, so many digits that text order is number order."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits.rjust(STEP, "0")
