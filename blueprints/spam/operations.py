"""What is done to rules, bans and what was learned. Only this module writes their tables."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from blueprints.spam import signs
from blueprints.spam.banning import Kind
from blueprints.spam.models import Ban, BanAct, BanEntry, Label, Lesson, RulesSaved, Standing
from blueprints.spam.queries import rules_of, tokens_in
from blueprints.spam.rules import Rules
from blueprints.spam.signs import Text
from understory import clock
from understory.db import transaction
from understory.errors import Missing, Refused

#: Decisions about one comment that can be taken back one by one.
MOST_LABELS = 100

#: Both databases take it in these words.
_COUNT = text(
    "INSERT INTO spam_tokens (id, spam, ham) VALUES (:id, :spam, :ham) ON CONFLICT (id) DO UPDATE"
    " SET spam = spam_tokens.spam + excluded.spam, ham = spam_tokens.ham + excluded.ham"
)


@dataclass(frozen=True)
class Who:
    """The moderator who acts."""

    account_id: int | None
    name: str


@dataclass(frozen=True)
class Grounds:
    """Whom or what a ban is about, for how long, and why; `comment_id` is the comment that gave cause."""

    kind: Kind
    value: str
    known_as: str = ""
    until: datetime | None = None
    reason: str = ""
    comment_id: int | None = None


def save_rules(rules: Rules, who: Who) -> int:
    """Put rules in force; the earlier ones are kept. Gives the id under which these are."""
    with transaction() as session:
        saved = RulesSaved(rules=rules.as_json(), at=clock.now(), account_id=who.account_id, account_name=who.name)
        session.add(saved)
        _has_changed(session)
        return saved.id


def restore_rules(rules_id: int, who: Who) -> int:
    """Put earlier rules in force again; gives their new id. Raises Missing."""
    with transaction():
        rules = rules_of(rules_id)
        if rules is None:
            raise Missing("There are no such rules.")
        return save_rules(rules, who)


def ban(grounds: Iterable[Grounds], who: Who) -> list[int]:
    """Ban, from now on, all of it or nothing; gives the bans' ids."""
    with transaction() as session:
        made = [_ban(session, one, who) for one in grounds]
        _has_changed(session)
        return made


def lift(ban_id: int, who: Who) -> None:
    """End a ban. Raises Missing, and Refused when somebody has lifted it already."""
    with transaction() as session:
        found = session.get(Ban, ban_id, with_for_update=True)
        if found is None:
            raise Missing("There is no such ban.")
        if found.lifted_at is not None:
            raise Refused("Somebody has lifted this ban already.")
        found.lifted_at = clock.now()
        _write_down(session, ban_id, BanAct.LIFT, "", None, who)
        _has_changed(session)


def renew(ban_id: int, who: Who) -> None:
    """Put a ban in force again that was lifted. Raises Missing, and Refused when somebody has done so already."""
    with transaction() as session:
        found = session.get(Ban, ban_id, with_for_update=True)
        if found is None:
            raise Missing("There is no such ban.")
        if found.lifted_at is None:
            raise Refused("This ban is in force already.")
        found.lifted_at = None
        _write_down(session, ban_id, BanAct.BAN, "", None, who)
        _has_changed(session)


def learn(taught: Iterable[tuple[int, Text]], label: Label, *, is_new: bool = True) -> None:
    """Learn from a decision about comments, given by id and text. One that said the same before changes nothing.

    `is_new` is False where a decision only confirms the state that a comment is in: it stands in no log and will
    not be taken back.
    """
    with transaction() as session:
        counts = _Counts(session)
        for comment_id, text_of in taught:
            lesson = session.get(Lesson, comment_id, with_for_update=True)
            if lesson is None:
                lesson = Lesson(comment_id=comment_id, labels="", tokens=b"", at=clock.now())
                session.add(lesson)
            tokens = sorted(signs.read(text_of).ids)
            counts.move(lesson, (lesson.labels if is_new else lesson.labels[:-1]) + label, tokens)
        counts.write()


def unlearn(comment_ids: Iterable[int]) -> None:
    """Take back the last decision about each of these comments: what was learned before it counts again."""
    with transaction() as session:
        counts = _Counts(session)
        for comment_id in comment_ids:
            lesson = session.get(Lesson, comment_id, with_for_update=True)
            if lesson is not None:
                counts.move(lesson, lesson.labels[:-1], tokens_in(lesson.tokens))
        counts.write()


def forget(comment_ids: Iterable[int]) -> None:
    """Unlearn all that was decided about comments that are erased."""
    with transaction() as session:
        counts = _Counts(session)
        for comment_id in comment_ids:
            lesson = session.get(Lesson, comment_id, with_for_update=True)
            if lesson is not None:
                counts.move(lesson, "", [])
                session.delete(lesson)
        counts.write()


class _Counts:
    """Gathers what changes, so that a decision about a thousand comments writes each token once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tokens: dict[Label, Counter[int]] = {Label.SPAM: Counter(), Label.HAM: Counter()}
        self._comments: Counter[Label] = Counter()

    def move(self, lesson: Lesson, labels: str, tokens: Sequence[int]) -> None:
        """Give a lesson other labels and tokens; what it counted for is taken away."""
        self._count(lesson.labels[-1:], tokens_in(lesson.tokens), -1)
        self._count(labels[-1:], tokens, 1)
        lesson.labels = labels[-MOST_LABELS:]
        lesson.tokens = array("q", tokens).tobytes()
        lesson.at = clock.now()

    def write(self) -> None:
        spam, ham = self._tokens[Label.SPAM], self._tokens[Label.HAM]
        # In one order, so that two who learn at once do not wait for each other.
        changed = [
            {"id": token, "spam": spam[token], "ham": ham[token]}
            for token in sorted(spam.keys() | ham.keys())
            if spam[token] or ham[token]
        ]
        self._session.flush()
        if changed:
            self._session.connection().execute(_COUNT, changed)
        if any(self._comments.values()):
            self._session.execute(
                update(Standing).values(
                    spam=Standing.spam + self._comments[Label.SPAM], ham=Standing.ham + self._comments[Label.HAM]
                )
            )

    def _count(self, label: str, tokens: Sequence[int], by: int) -> None:
        if label in (Label.SPAM, Label.HAM):
            known = Label(label)
            self._comments[known] += by
            counter = self._tokens[known]
            for token in tokens:
                counter[token] += by


def _ban(session: Session, grounds: Grounds, who: Who) -> int:
    made = Ban(kind=grounds.kind, value=grounds.value, known_as=grounds.known_as, until=grounds.until, at=clock.now())
    session.add(made)
    session.flush()
    _write_down(session, made.id, BanAct.BAN, grounds.reason, grounds.comment_id, who)
    return made.id


def _has_changed(session: Session) -> None:
    """Every process reads rules and bans anew before it judges the next comment."""
    session.flush()
    session.execute(update(Standing).values(version=Standing.version + 1))


def _write_down(session: Session, ban_id: int, act: BanAct, reason: str, comment_id: int | None, who: Who) -> None:
    session.add(
        BanEntry(
            ban_id=ban_id,
            act=act,
            reason=reason,
            comment_id=comment_id,
            at=clock.now(),
            account_id=who.account_id,
            account_name=who.name,
        )
    )
