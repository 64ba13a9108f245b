"""What a comment was held for, and where in its text that stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: A piece of a text, and whether it is one of those looked for.
Piece = tuple[str, bool]

_QUOTED = re.compile(r"[“\"]([^”\"]{1,100})[”\"]")
_LINK = r"(?:https?://|www\.)[^\s<>()\[\]]+"
_SPEAKS_OF_LINKS = re.compile(r"\blinks?\b", re.IGNORECASE)


def reasons(held_for: str | None) -> Sequence[str]:
    """Why a comment was held, one reason a line."""
    return [line.strip() for line in (held_for or "").splitlines() if line.strip()]


def words_in(why: Iterable[str]) -> list[str]:
    """The words that reasons name: they stand in quotation marks."""
    return [word for line in why for word in _QUOTED.findall(line)]


def pieces(source: str, why: Sequence[str], words: Iterable[str] = ()) -> list[Piece]:
    """A text as it was typed, cut at the words that reasons name or somebody searched for; links where they are meant.

    Empty when nothing of it is marked: then the text is shown as readers see it.
    """
    wanted = sorted({word for word in (*words_in(why), *words) if word.strip()}, key=len, reverse=True)
    patterns = [rf"(?<!\w){re.escape(word)}" for word in wanted]
    if any(_SPEAKS_OF_LINKS.search(line) for line in why):
        patterns.append(_LINK)
    if not patterns:
        return []
    cut = re.split("(" + "|".join(patterns) + ")", source, flags=re.IGNORECASE)
    found = [(piece, place % 2 == 1) for place, piece in enumerate(cut) if piece]
    return found if any(marked for _, marked in found) else []
