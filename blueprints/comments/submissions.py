"""What becomes of a comment that somebody sent: posted in one commit, found to be posted already, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Insert, Select, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from blueprints.articles import conversations
from blueprints.comments import arriving, paths, placement
from blueprints.comments.arriving import Arrival, Origin
from blueprints.comments.models import Comment, State
from blueprints.spam.signs import Text
from understory import clock, limits, settings
from understory.db import AnyRow, built_once, plain_transaction, read, run
from understory.engines import Turn
from understory.errors import Refused
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

    @property
    def outcome(self) -> str:
        """How it is counted."""
        return self.state if self.is_new else "sent again"


def post(submission: Submission, state: State = State.VISIBLE) -> Posted:
    """Post a comment into a state, whatever the rules say, or find the one that this submission posted before.

    Raises AlreadySent, TakenDown, NotAnswerable, and Missing when the article is not open to readers.
    """
    return already_posted(submission) or _take(submission, Arrival(comment_html(submission.body), state))


def receive(submission: Submission, origin: Origin, text: Text | None = None) -> Posted:
    """Post a comment as a reader's, where bans, rules and what was learned of spam send it.

    `text` is the submission's, where it was read before. A retry is answered whatever the limits say: it adds
    nothing. Raises TooMany, IsBanned, and as `post`.
    """
    if earlier := already_posted(submission):
        return earlier
    chosen = settings.current()
    limits.take(chosen.post_limit, "post", limits.household(origin.address))
    limits.take(chosen.thread_limit, "post in", str(submission.article_id))
    text = text or Text(submission.author, submission.email, comment_html(submission.body))
    return _take(submission, arriving.judged(text, submission.reader_key, submission.article_id, origin))


def _take(submission: Submission, arrival: Arrival) -> Posted:
    try:
        with plain_transaction(Turn.SHARED):
            return _insert(submission, arrival)
    except IntegrityError:
        # The same submission was taken at the same moment: the database let one of them through.
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


def _insert(submission: Submission, arrival: Arrival) -> Posted:
    # Whoever takes a comment away is alone: what is answerable now stays so until this is committed.
    parent = _parent(submission)
    is_shown = placement.is_shown(arrival.state)
    numbers = conversations.number_comment(submission.article_id, is_root=parent is None, is_shown=is_shown)
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
        shown=is_shown,
        reader_key=submission.reader_key,
        created_at=clock.now(),
        **submission.trace.columns,
        held_for=arrival.held_for,
        held_as=arrival.held_as,
    ).scalar_one()
    if is_shown:
        if submission.parent_id is not None:
            placement.grow(submission.article_id, root_number, submission.parent_id)
        conversations.note_arrival(submission.article_id, numbers.version, comment_id)
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
