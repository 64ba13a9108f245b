"""What authors do to their own comments: change them, take them back."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy.orm import Session

from blueprints.comments.arriving import Arrival, Origin, judged
from blueprints.comments.models import Change, Comment, State
from blueprints.comments.placement import bring_into, put_text
from blueprints.spam.signs import Text
from understory import clock
from understory.db import db, transaction
from understory.errors import Missing, Refused
from understory.sanitize import comment_html


class NotYours(Refused):
    """Somebody else's comment, or the reader is not known again."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("Only the browser that posted this comment can change it.")


class TooLate(Refused):
    """The time to change one's comment is over."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self, minutes: int) -> None:
        super().__init__(
            f"A comment can be changed for {minutes} minutes, and they are over. You are welcome to post another one."
        )


class Answered(Refused):
    """A comment that somebody answered is part of a conversation."""

    def __init__(self) -> None:
        super().__init__("Somebody has answered this comment, so it stays. You are welcome to post another one.")


def judge(comment_id: int, reader_key: str | None, body: str, minutes: int, origin: Origin) -> Arrival:
    """What becomes of other words for one's own comment: they are judged as a new one's are.

    Raises Missing, NotYours, TooLate, IsBanned.
    """
    own = _own(db.session(), comment_id, reader_key, minutes)
    return judged(Text(own.author, own.email, comment_html(body)), reader_key, own.article_id, origin)


def edit(comment_id: int, reader_key: str | None, body: str, minutes: int, arrival: Arrival) -> Change | None:
    """Change one's own words into those that were judged; what it said before is kept for moderators.

    Gives what became of the comment when the new words are held. Raises Missing, NotYours, TooLate.
    """
    with transaction() as session:
        comment = _own(session, comment_id, reader_key, minutes)
        if comment.source == body:
            return None
        put_text(session, comment, body, arrival.html, clock.now())
        return _hold(session, comment, arrival) if arrival.held_for else None


def withdraw(comment_id: int, reader_key: str | None, minutes: int) -> Change:
    """Take one's own comment back. Raises Missing, NotYours, TooLate, and Answered once somebody replied."""
    with transaction() as session:
        comment = _own(session, comment_id, reader_key, minutes)
        if comment.shown_replies:
            raise Answered
        before = State(comment.state)
        bring_into(session, comment, State.WITHDRAWN)
        return Change(comment.id, comment.article_id, before, State.WITHDRAWN)


def seconds_left(created_at: datetime, minutes: int) -> int:
    """How long an author may still change a comment; 0 when the time is over."""
    return max(0, round((created_at + timedelta(minutes=minutes) - clock.now()).total_seconds()))


def _hold(session: Session, comment: Comment, arrival: Arrival) -> Change:
    """Out of sight for the reasons that the new text gives; what was held already stays with the stricter state."""
    before = State(comment.state)
    stricter = (State.VISIBLE, State.PENDING, State.SPAM, State.REJECTED)
    if stricter.index(arrival.state) > stricter.index(before):
        bring_into(session, comment, arrival.state)
    comment.held_for, comment.held_as = arrival.held_for, comment.state
    return Change(comment.id, comment.article_id, before, State(comment.state))


def _own(session: Session, comment_id: int, reader_key: str | None, minutes: int) -> Comment:
    comment = session.get(Comment, comment_id, with_for_update=True)
    if comment is None or comment.state not in (State.VISIBLE, State.PENDING, comment.held_as):
        raise Missing("This comment is no longer here.")
    if reader_key is None or comment.reader_key != reader_key:
        raise NotYours
    if not seconds_left(comment.created_at, minutes):
        raise TooLate(minutes)
    return comment
