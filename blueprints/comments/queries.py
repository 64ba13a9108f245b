"""Reads of comments: pages of a thread by root number, single comments, the latest of the whole site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from blueprints.articles.models import Article
from blueprints.comments import places
from blueprints.comments.models import Comment, State
from blueprints.comments.places import Asked
from understory.db import AnyRow, db
from understory.paging import Page, Place

#: What a page needs of a comment.
SHOWN = (
    Comment.id,
    Comment.article_id,
    Comment.parent_id,
    Comment.root_number,
    Comment.depth,
    Comment.author,
    Comment.html,
    Comment.state,
    Comment.created_at,
)

PER_DESK_PAGE = 50


@dataclass(frozen=True)
class Thread:
    """One page of a conversation: comments in the order shown, replies behind their parents.

    `above` and `below` are the pages before and after, None where there are none.
    """

    comments: Sequence[AnyRow]
    asked: Asked
    above: Asked | None
    below: Asked | None

    @property
    def starts_with_newest(self) -> bool:
        """Whether a comment posted now belongs at the top of this page."""
        return self.asked.is_descending and self.above is None


def thread(article_id: int, last_root: int, asked: Asked, size: int, *, everything: bool = False) -> Thread:
    """A page of `size` top-level comments with their replies; `everything` is a moderator's view."""
    place = asked.place
    numbers = select(Comment.root_number).where(Comment.article_id == article_id, Comment.depth == 0)
    if not everything:
        numbers = numbers.where(Comment.shown)
    if place.before is not None:
        numbers = numbers.where(Comment.root_number < place.before)
    if place.after is not None:
        numbers = numbers.where(Comment.root_number > place.after)
    reads_down = asked.is_descending != asked.goes_up
    numbers = numbers.order_by(Comment.root_number.desc() if reads_down else Comment.root_number).limit(size + 1)

    query = select(*SHOWN).where(Comment.article_id == article_id, Comment.root_number.in_(numbers.scalar_subquery()))
    if not everything:
        query = query.where(Comment.shown)
    order = Comment.root_number.desc() if asked.is_descending else Comment.root_number
    rows = db.session.execute(query.order_by(order, Comment.path)).all()
    return _cut(rows, last_root, asked, size)


def where_is(comment_id: int) -> AnyRow | None:
    """A comment's `slug`, `root_number`, `last_root`, `state` and `shown`; of published articles only."""
    return db.session.execute(
        select(Article.slug, Comment.root_number, Article.roots.label("last_root"), Comment.state, Comment.shown)
        .join(Article, Article.id == Comment.article_id)
        .where(Comment.id == comment_id, Article.published)
    ).first()


def one(comment_id: int) -> AnyRow | None:
    """A comment as `SHOWN` with its article's `slug`, `title` and `comment_count`, whatever its state."""
    return db.session.execute(
        select(*SHOWN, Article.slug, Article.title, Article.comment_count)
        .join(Article, Article.id == Comment.article_id)
        .where(Comment.id == comment_id)
    ).first()


def answerable(article_id: int, comment_id: int) -> AnyRow | None:
    """The comment that somebody is about to answer, if readers can see it in this thread."""
    return db.session.execute(
        select(*SHOWN).where(Comment.id == comment_id, Comment.article_id == article_id, Comment.state == State.VISIBLE)
    ).first()


def latest(place: Place) -> Page[AnyRow]:
    """The site's comments in every state, newest first, below the comment with the id `place.before`."""
    query = select(*SHOWN, Article.slug, Article.title).join(Article, Article.id == Comment.article_id)
    if place.before is not None:
        query = query.where(Comment.id < place.before)
    rows = db.session.execute(query.order_by(Comment.id.desc()).limit(PER_DESK_PAGE + 1)).all()
    return Page(
        rows=list(rows[:PER_DESK_PAGE]), more_above=place.before is not None, more_below=len(rows) > PER_DESK_PAGE
    )


def _cut(rows: Sequence[AnyRow], last_root: int, asked: Asked, size: int) -> Thread:
    """Drop the root that was read only to know whether the thread goes on."""
    roots = list(dict.fromkeys(row.root_number for row in rows))
    further = len(roots) > size
    roots = (roots[1:] if asked.goes_up else roots[:-1]) if further else roots
    kept = set(roots)
    here = [row for row in rows if row.root_number in kept]
    if not roots:
        return Thread(here, asked, above=None, below=None)
    first, last = roots[0], roots[-1]
    beyond_top = first < last_root if asked.is_descending else first > 1
    beyond_bottom = last > 1 if asked.is_descending else last < last_root
    has_above = further if asked.goes_up else beyond_top and not asked.place.is_head
    has_below = beyond_bottom if asked.goes_up else further
    return Thread(
        here,
        asked,
        above=places.above(asked.sort, first) if has_above else None,
        below=places.below(asked.sort, last) if has_below else None,
    )
