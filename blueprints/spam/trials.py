"""What rules would have done: they judge comments that are on the site already, and nothing is changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from blueprints.spam import queries, rules, signs
from blueprints.spam.judging import by_learning
from blueprints.spam.models import Label
from blueprints.spam.queries import Known
from blueprints.spam.rules import Case, Outcome, Rules, Verdict
from blueprints.spam.signs import Text
from blueprints.spam.weighing import Counts
from understory.db import AnyRow

#: Characters of a comment that the list shows.
EXCERPT = 160


@dataclass(frozen=True)
class Held:
    """A comment that the rules would have held. `fate` is what became of it without them."""

    comment: AnyRow
    verdict: Verdict
    excerpt: str
    fate: str


@dataclass(frozen=True)
class Trial:
    """What came of it: how many comments were judged, and those that would have been held, newest first."""

    judged: int
    held: list[Held]

    @cached_property
    def fates(self) -> dict[str, int]:
        """How many of the held ones each fate met."""
        return {fate: sum(held.fate == fate for held in self.held) for fate in ("approved", "stands", "down", "waits")}


def run(proposed: Rules, comments: Sequence[AnyRow]) -> Trial:
    """Judge comments as `latest_to_judge` gives them.

    What was learned from a comment itself is left out while it is judged, as though it had just arrived.
    """
    read = [signs.read(Text(row.author, row.email, row.html)) for row in comments]
    known = queries.known(sorted({token for one in read for token in one.ids})) if proposed.learned else None
    lessons = queries.lessons_of(row.id for row in comments)
    held = []
    for row, one in zip(comments, read, strict=True):
        lesson = lessons.get(row.id)
        label = lesson.labels[-1:] if lesson else ""
        text = Text(row.author, row.email, row.html)
        verdict = rules.judge(proposed, _case(row, text))
        if known is not None:
            tokens = queries.tokens_in(lesson.tokens) if lesson else []
            verdict = by_learning(proposed, verdict, one, _without(known, label, tokens, one.ids))
        if verdict.outcome != Outcome.VISIBLE:
            held.append(Held(row, verdict, " ".join(text.visible.split())[:EXCERPT], _fate(row.state, label)))
    return Trial(len(comments), held)


def _case(row: AnyRow, text: Text) -> Case:
    return Case(text, row.created_at, lambda: row.published_at, lambda _most: row.approved)


def _without(known: Known, label: str, tokens: list[int], asked: Collection[int]) -> Known:
    """What would be known had nothing been learned from this one comment."""
    less = Counts(int(label == Label.SPAM), int(label == Label.HAM))
    if less == Counts():
        return known
    own = set(tokens)
    seen = {}
    for token in asked:
        counts = known.seen.get(token)
        if counts is not None and token in own:
            counts = Counts(counts.spam - less.spam, counts.ham - less.ham)
        if counts is not None:
            seen[token] = counts
    return Known(known.version, Counts(known.read.spam - less.spam, known.read.ham - less.ham), seen)


def _fate(state: str, label: str) -> str:
    if state == "visible":
        return "approved" if label == Label.HAM else "stands"
    return "waits" if state in ("pending", "reported") else "down"
