"""What is done to comments: each verb does the whole act in one commit. Only this module writes their table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from blueprints.articles import operations as articles
from blueprints.articles.models import What
from blueprints.comments import arriving, paths, placement, ranking
from blueprints.comments.arriving import Arrival, Origin
from blueprints.comments.models import Change, Comment, State
from understory import clock
from understory.db import AnyRow, built_once, db, plain_transaction, read, run, transaction
from understory.engines import Turn
from understory.errors import Missing, Refused
from understory.sanitize import comment_html
from understory.traces import NO_TRACE, Trace

_comments = Comment.metadata.tables[Comment.__tablename__]


class AlreadySent(Refused):
    """The submission was used for another text, which stands as comment `comment_id`."""

    def __init__(self, comment_id: int) -> None:
        super().__init__("This form has already posted another text. To post this one too, send it once more.")
        self.comment_id = comment_id


class TakenDown(Refused):
    """The submission was posted, and its comment is no longer on the site."""

    def __init__(self) -> None:
        super().__init__("This comment was posted and has been taken down since. It is not posted a second time.")


class NotAnswerable(Refused):
    """The comment to be answered is gone or was never here."""

    def __init__(self) -> None:
        super().__init__("The comment you are answering is no longer here. Sent once more, yours stands on its own.")


@dataclass(frozen=True)
class Submission:
    """What a reader sent, checked: `submission_id` is the one-use key that makes a retry harmless."""

    article_id: int
    submission_id: str
    author: str
    body: str
    email: str | None = None
    parent_id: int | None = None
    reader_key: str | None = None
    trace: Trace = NO_TRACE


@dataclass(frozen=True)
class Posted:
    """The comment that a submission stands for; `is_new` is False for a retry."""

    comment_id: int
    state: State
    is_new: bool


def post(submission: Submission, state: State = State.VISIBLE) -> Posted:
    """Post a comment into a state, whatever the rules say, or find the one that this submission posted before.

    Raises AlreadySent, TakenDown, NotAnswerable, and Missing when the article is not open to readers.
    """
    return _take(submission, Arrival(comment_html(submission.body), state))


def receive(submission: Submission, origin: Origin) -> Posted:
    """Post a comment where bans, rules and what was learned of spam send it. Raises IsBanned, and as `post`."""
    sent = submission.author, submission.email, comment_html(submission.body)
    return _take(submission, arriving.judged(sent, submission.reader_key, submission.article_id, origin))


def _take(submission: Submission, arrival: Arrival) -> Posted:
    try:
        with plain_transaction(Turn.SHARED):
            return already_posted(submission) or _insert(submission, arrival)
    except IntegrityError:
        # Two processes took the same submission at the same moment: the database let one of them through.
        earlier = already_posted(submission)
        if earlier is None:
            raise
        return earlier


def already_posted(submission: Submission) -> Posted | None:
    """The comment that an earlier try of this submission made.

    Raises AlreadySent when that was another text, and TakenDown when it is no longer on the site.
    """
    row = read(_submitted(), submission=submission.submission_id).first()
    if row is None:
        return None
    if (row.article_id, row.parent_id, row.source) != (submission.article_id, submission.parent_id, submission.body):
        raise AlreadySent(row.id)
    if row.state not in (State.VISIBLE, State.PENDING, row.held_as):
        raise TakenDown
    return Posted(row.id, State(row.state), is_new=False)


def set_state(comment_id: int, state: State) -> Change:
    """Bring a comment into a state; the thread's counts and placeholders follow. Raises Missing.

    Setting the state that it is in already changes nothing and is told by `before == after`.
    """
    with transaction() as session:
        comment = session.get(Comment, comment_id, with_for_update=True)
        if comment is None:
            raise Missing("There is no such comment.")
        before = State(comment.state)
        if before != state:
            placement.bring_into(session, comment, state)
        return Change(comment.id, comment.article_id, before, state)


def count_votes(comment_id: int, up: int, down: int) -> None:
    """Move a comment's votes by these amounts; its place in the order "best" follows."""
    comment = db.session.get(Comment, comment_id, with_for_update=True)
    if comment is None:
        raise Missing("There is no such comment.")
    comment.up += up
    comment.down += down
    comment.best = ranking.best(comment.up, comment.down)
    articles.note_thread_change(comment.article_id, What.CHANGED, comment.id)


def rerender(batch: int = 500) -> int:
    """Make every comment's html anew from its source; gives how many differed."""
    changed, last = 0, 0
    while rows := db.session.execute(
        select(Comment.id, Comment.article_id, Comment.source, Comment.html)
        .where(Comment.id > last)
        .order_by(Comment.id)
        .limit(batch)
    ).all():
        fresh = {row.id: html for row in rows if (html := comment_html(row.source)) != row.html}
        with transaction() as session:
            for comment_id, html in fresh.items():
                session.execute(update(Comment).where(Comment.id == comment_id).values(html=html))
            for article_id in {row.article_id for row in rows if row.id in fresh}:
                articles.note_thread_change(article_id, What.THREAD)
        changed, last = changed + len(fresh), rows[-1].id
    return changed


def _insert(submission: Submission, arrival: Arrival) -> Posted:
    numbers = articles.number_comment(submission.article_id, is_root=submission.parent_id is None)
    parent = _parent(submission)
    root_number: int = parent.root_number if parent else numbers.roots
    comment_id: int = run(
        _new(),
        article_id=submission.article_id,
        parent_id=submission.parent_id,
        root_number=root_number,
        path=paths.below(parent.path if parent else None, numbers.numbered),
        depth=parent.depth + 1 if parent else 0,
        submission_id=submission.submission_id,
        author=submission.author,
        email=submission.email,
        source=submission.body,
        html=arrival.html,
        state=arrival.state,
        shown=placement.is_shown(arrival.state),
        reader_key=submission.reader_key,
        created_at=clock.now(),
        **submission.trace.columns,
        held_for=arrival.held_for,
        held_as=arrival.held_as,
    ).scalar_one()
    if arrival.state == State.VISIBLE:
        placement.welcome(comment_id, submission.article_id, root_number, submission.parent_id)
    return Posted(comment_id, arrival.state, is_new=True)


def _parent(submission: Submission) -> AnyRow | None:
    if submission.parent_id is None:
        return None
    parent = read(_answered(), id=submission.parent_id, article=submission.article_id).first()
    if parent is None:
        raise NotAnswerable
    return parent


@built_once
def _submitted() -> Select[*tuple[Any, ...]]:
    comment = _comments.c
    return select(
        comment.id, comment.state, comment.held_as, comment.article_id, comment.parent_id, comment.source
    ).where(comment.submission_id == bindparam("submission"))


@built_once
def _answered() -> Select[*tuple[Any, ...]]:
    comment = _comments.c
    return select(comment.root_number, comment.path, comment.depth).where(
        comment.id == bindparam("id"), comment.article_id == bindparam("article"), comment.state == State.VISIBLE
    )


@built_once
def _new() -> Insert:
    return insert(_comments).returning(_comments.c.id)
