"""What one person wrote: found by the key of their browser, by their e-mail address, or by one of their comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from blueprints.articles.models import Article
from blueprints.comments.models import Comment, Edit
from understory.db import AnyRow, db

#: Ids that one statement takes: SQLite's own bound is many times higher.
PER_STATEMENT = 500


@dataclass(frozen=True)
class Whose:
    """A person, as far as the site can tell one: by exactly one of these."""

    reader_key: str | None = None
    email: str | None = None
    comment_id: int | None = None

    @property
    def words(self) -> str:
        """What the record keeps only as a keyed hash, so that the same question can be answered later."""
        if self.reader_key is not None:
            return f"key {self.reader_key}"
        return f"email {self.email.lower()}" if self.email is not None else f"comment {self.comment_id}"


def author_of(comment_id: int) -> Whose | None:
    """Who wrote a comment: a browser if it is known, else an e-mail address, else no more than this comment."""
    row = db.session.execute(select(Comment.reader_key, Comment.email).where(Comment.id == comment_id)).first()
    if row is None:
        return None
    if row.reader_key:
        return Whose(reader_key=row.reader_key)
    return Whose(email=row.email) if row.email else Whose(comment_id=comment_id)


def by(whose: Whose) -> ColumnElement[bool]:
    """What finds their comments, by an index."""
    if whose.reader_key is not None:
        return Comment.reader_key == whose.reader_key
    if whose.email is not None:
        # SQLite leaves capitals other than ASCII's as they are: as typed, and in small letters, they find their own.
        alike = {whose.email, whose.email.lower()}
        return func.lower(Comment.email).in_([func.lower(one) for one in alike]) & Comment.email.is_not(None)
    return Comment.id == whose.comment_id


def traces(whose: Whose) -> AnyRow:
    """How many `comments` they wrote, when the `first` and the `last`."""
    return db.session.execute(
        select(
            func.count().label("comments"),
            func.min(Comment.created_at).label("first"),
            func.max(Comment.created_at).label("last"),
        ).where(by(whose))
    ).one()


def names(whose: Whose, most: int = 20) -> Sequence[AnyRow]:
    """Under which names, addresses and keys they wrote, with how many `comments` each."""
    return db.session.execute(
        select(Comment.author, Comment.email, Comment.reader_key, func.count().label("comments"))
        .where(by(whose))
        .group_by(Comment.author, Comment.email, Comment.reader_key)
        .order_by(func.count().desc())
        .limit(most)
    ).all()


def keys(whose: Whose) -> list[str]:
    """The keys of browsers that are theirs alone: nobody else's comments were posted from them."""
    if whose.reader_key is not None:
        return [whose.reader_key]
    found = db.session.scalars(select(Comment.reader_key).where(by(whose), Comment.reader_key.is_not(None)).distinct())
    shared = select(Comment.id).where(~func.coalesce(by(whose), False))  # SQL's FALSE
    return [key for key in found if key and db.session.scalar(shared.where(Comment.reader_key == key).limit(1)) is None]


def all_of(whose: Whose) -> Sequence[AnyRow]:
    """Everything that the site keeps of their comments, oldest first."""
    return db.session.execute(
        select(
            Comment.id,
            Article.slug,
            Article.title,
            Comment.parent_id,
            Comment.author,
            Comment.email,
            Comment.source,
            Comment.state,
            Comment.up,
            Comment.down,
            Comment.reader_key,
            Comment.address_hash,
            Comment.address_range,
            Comment.created_at,
            Comment.edited_at,
        )
        .join(Article, Article.id == Comment.article_id)
        .where(by(whose))
        .order_by(Comment.id)
    ).all()


def earlier_texts(whose: Whose) -> Sequence[AnyRow]:
    """What their comments said before they were changed, oldest first."""
    return db.session.execute(
        select(Edit.comment_id, Edit.source, Edit.at)
        .join(Comment, Comment.id == Edit.comment_id)
        .where(by(whose))
        .order_by(Edit.id)
    ).all()
