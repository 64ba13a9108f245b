"""How sure one can be that a text is spam, from what its tokens were seen in. Pure.

Each token's share of spam is put together as R. A. Fisher combines tests of one question (Gary Robinson, "A
Statistical Approach to the Spam Problem", Linux Journal 107, 2003): what speaks for spam and what speaks against
it are weighed apart, so a text of which nothing or as much of both is known comes out at a half.

Moderators' decisions are lopsided: many a site marks spam and approves next to nothing. A word's rates in spam and
in good comments are therefore drawn towards its rate in all that was read, by BLENDED pieces of each kind: with no
good comment read, every word says nothing at all, where it would otherwise be taken for a sign of spam.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

from blueprints.spam.prior import AS_IF_SEEN
from blueprints.spam.signs import PRIOR

#: Pieces of each kind, with a word as common as in all, that are added to those read.
BLENDED = 20

#: A word of which nothing is known is even; how many pieces that counts as.
EVEN_SEEN = 1

#: Tokens nearer to a half than this are left out: most words of a language are.
TELLING = 0.1

#: The most telling tokens that decide; a longer text does not become surer.
DECIDING = 60


@dataclass(frozen=True)
class Counts:
    """In how many pieces of spam and how many good comments something was seen."""

    spam: int = 0
    ham: int = 0


@dataclass(frozen=True)
class Evidence:
    """What one token says: its `share` is above a half for spam, below for a good comment."""

    share: float
    token: int
    seen: Counts


@dataclass(frozen=True)
class Weighed:
    """`share` is how sure one can be of spam, from 0 to 1; the evidence starts with what told most."""

    share: float
    evidence: list[Evidence]


_NONE = Counts()


def weigh(tokens: Iterable[int], seen: Mapping[int, Counts], read: Counts) -> Weighed:
    """Weigh a text's tokens by what each was seen in, of all that was `read`."""
    evidence = []
    for token in tokens:
        counts, times = seen.get(token, _NONE), PRIOR.get(token)
        if counts is not _NONE or times is not None:
            share = _share(counts, read, times)
            if not -TELLING < share - 0.5 < TELLING:
                evidence.append(Evidence(share, token, counts))
    evidence.sort(key=_telling, reverse=True)
    deciding = evidence[:DECIDING]
    return Weighed(_combined([one.share for one in deciding]), deciding)


def _telling(evidence: Evidence) -> float:
    return abs(evidence.share - 0.5)


def _share(counts: Counts, read: Counts, times: float | None) -> float:
    """How much of what bears the token is spam, were as much spam read as good comments."""
    before, pieces = (0.5, EVEN_SEEN) if times is None else (times / (1 + times), AS_IF_SEEN)
    seen = counts.spam + counts.ham
    if not seen:
        return before
    usual = BLENDED * seen / (read.spam + read.ham)
    in_spam = (counts.spam + usual) / (read.spam + BLENDED)
    in_ham = (counts.ham + usual) / (read.ham + BLENDED)
    return (pieces * before + seen * in_spam / (in_spam + in_ham)) / (pieces + seen)


def _combined(shares: list[float]) -> float:
    if not shares:
        return 0.5
    against = _chance(-sum(log(share) for share in shares), len(shares))
    for_it = _chance(-sum(log(1 - share) for share in shares), len(shares))
    return (1 + against - for_it) / 2


def _chance(half: float, pairs: int) -> float:
    """That chi-square with twice as many degrees of freedom as `pairs` exceeds twice `half`."""
    term = total = exp(-half)
    for number in range(1, pairs):
        term *= half / number
        total += term
    return min(total, 1.0)
