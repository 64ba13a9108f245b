"""How well the site tells spam: it learns from the older decisions and is asked about the newer ones. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from blueprints.spam.weighing import Counts, weigh

#: A decision: whether it said spam, and the tokens of the comment.
Decision = tuple[bool, Sequence[int]]


@dataclass(frozen=True)
class Marks:
    """What came of comments whose likelihood of spam was at least `at`, in per cent."""

    at: int
    caught: int
    mistaken: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was called spam, how much was; 1 when nothing was."""
        called = self.caught + self.mistaken
        return self.caught / called if called else 1.0

    @property
    def recall(self) -> float:
        """Of the spam, how much was called so; 1 when there was none."""
        spam = self.caught + self.missed
        return self.caught / spam if spam else 1.0


def examine(taught: Iterable[Decision], asked: Iterable[Decision], at: Sequence[int]) -> list[Marks]:
    """Learn from some decisions, guess the others, and compare, at each of these likelihoods in per cent."""
    spam: Counter[int] = Counter()
    ham: Counter[int] = Counter()
    read = Counter({True: 0, False: 0})
    for is_spam, tokens in taught:
        (spam if is_spam else ham).update(tokens)
        read[is_spam] += 1
    seen = {token: Counts(spam[token], ham[token]) for token in spam.keys() | ham.keys()}
    known = Counts(read[True], read[False])
    guessed = [(is_spam, 100 * weigh(tokens, seen, known).share) for is_spam, tokens in asked]
    return [
        Marks(
            limit,
            caught=sum(is_spam and share >= limit for is_spam, share in guessed),
            mistaken=sum(not is_spam and share >= limit for is_spam, share in guessed),
            missed=sum(is_spam and share < limit for is_spam, share in guessed),
        )
        for limit in at
    ]
