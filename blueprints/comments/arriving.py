"""What is made of a text that arrives: where it goes, and why, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, func, select

from blueprints.articles.models import Article
from blueprints.comments.models import Comment, State
from blueprints.spam import judging
from blueprints.spam.banning import Sender
from blueprints.spam.judging import Sent
from blueprints.spam.rules import Outcome
from blueprints.spam.signs import Text
from understory.db import read
from understory.statements import built_once


@dataclass(frozen=True)
class Origin:
    """Where a text comes from, as a request tells it. What a moderator writes is not judged.

    `is_held` is for an author whose every comment moderators want to see first.
    """

    address: str = ""
    browser: str = ""
    is_trusted: bool = False
    is_held: bool = False


@dataclass(frozen=True)
class Arrival:
    """A text as readers would get it, the state that it goes into, and why it was held, for moderators."""

    html: str
    state: State = State.VISIBLE
    held_for: str | None = None

    @property
    def held_as(self) -> State | None:
        return self.state if self.held_for else None


def judged(text: Text, reader_key: str | None, article_id: int, origin: Origin) -> Arrival:
    """What bans, rules and what was learned say to a text. Raises IsBanned."""
    if origin.is_trusted:
        return Arrival(text.html)
    verdict = judging.judge(
        Sent(
            text,
            Sender(reader_key, origin.address, origin.browser),
            partial(_article_at, article_id),
            partial(_approved, reader_key),
        )
    )
    if origin.is_held:
        verdict = verdict.and_also(Outcome.PENDING, "Moderators want to see each comment of this author first")
    return Arrival(text.html, State(verdict.outcome), verdict.held_for)


def _article_at(article_id: int) -> datetime:
    moment: datetime = read(_published_at(), article=article_id).scalar_one()
    return moment


def _approved(reader_key: str | None, most: int) -> int:
    """How many comments of a reader stand on the site, counted no further than `most`."""
    number: int = read(_standing(), key=reader_key, most=most).scalar_one() if reader_key else 0
    return number


@built_once
def _published_at() -> Select[*tuple[Any, ...]]:
    article = Article.__table__.c
    return select(article.published_at).where(article.id == bindparam("article"))


@built_once
def _standing() -> Select[*tuple[Any, ...]]:
    comment = Comment.__table__.c
    of_reader = comment.reader_key == bindparam("key", type_=String), comment.state == State.VISIBLE
    some = select(comment.id).where(*of_reader).limit(bindparam("most", type_=Integer))
    return select(func.count()).select_from(some.subquery())
