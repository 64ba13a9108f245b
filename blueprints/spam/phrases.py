"""Finds words and phrases in a text, in time that grows with the text alone. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

#: Letters and digits, with an apostrophe inside: "don't" is a word, "free-money" and "free_money" are two.
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")

#: Nobody sees them, and put between letters they hide a word from a list of words.
_UNSEEN = re.compile(r"[\xad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff]")

#: Stands between texts that no phrase reaches across.
BREAK = "\n"


def folded(text: str) -> str:
    """A text as it is compared: one case, and no look-alike of Unicode's such as wide or mathematical letters."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold().replace("\u2019", "'")


def words_of(text: str) -> list[str]:
    """The words of a folded text."""
    return _WORD.findall(text)


class Phrases:
    """Phrases to look for. Each is one or more words; a star at the end lets the last one go on: "casino*"."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._from: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        starts = []
        for phrase in phrases:
            words = tuple(words_of(folded(phrase)))
            if not words:
                continue
            if not phrase.rstrip().endswith("*"):
                self._from.setdefault(words[0], []).append((words, phrase))
            elif len(words) == 1:
                starts.append((words[0], phrase))
            else:
                self._from.setdefault(words[0], []).append(((*words[:-1], f"{words[-1]}*"), phrase))
        self._starts = tuple(starts)
        self._any_start = tuple(start for start, _ in starts)
        begun_by = [*self._from, *self._any_start]
        self._least = min(map(len, begun_by), default=0)
        #: Few words begin as any phrase does, which is quicker to see than whether they do begin one.
        self._heads = frozenset(word[: self._least] for word in begun_by)

    def __bool__(self) -> bool:
        return bool(self._from or self._starts)

    def in_words(self, words: Sequence[str]) -> list[str]:
        """The phrases found, each once, in the order in which they stand in the text."""
        found: dict[str, None] = {}
        beginnings, any_start, heads, least = self._from, self._any_start, self._heads, self._least
        for place in [place for place, word in enumerate(words) if word[:least] in heads]:
            word = words[place]
            if word in beginnings:
                for wanted, phrase in beginnings[word]:
                    if phrase not in found and _stands(wanted, words, place):
                        found[phrase] = None
            if any_start and word.startswith(any_start):
                found.update((phrase, None) for start, phrase in self._starts if word.startswith(start))
        return list(found)


def _stands(wanted: tuple[str, ...], words: Sequence[str], place: int) -> bool:
    here = tuple(words[place : place + len(wanted)])
    if wanted[-1].endswith("*"):
        return here[:-1] == wanted[:-1] and len(here) == len(wanted) and here[-1].startswith(wanted[-1][:-1])
    return here == wanted
