"""What authors do to their own comments: change them, take them back."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy.orm import Session

from blueprints.comments.models import Change, Comment, State
from blueprints.comments.placement import bring_into, put_text
from understory import clock
from understory.db import transaction
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


def edit(comment_id: int, reader_key: str | None, body: str, minutes: int) -> None:
    """Change one's own text; what it said before is kept for moderators. Raises Missing, NotYours, TooLate."""
    html = comment_html(body)
    with transaction() as session:
        comment = _own(session, comment_id, reader_key, minutes)
        if comment.source == body:
            return
        put_text(session, comment, body, html, clock.now())


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


def _own(session: Session, comment_id: int, reader_key: str | None, minutes: int) -> Comment:
    comment = session.get(Comment, comment_id, with_for_update=True)
    if comment is None or comment.state not in (State.VISIBLE, State.PENDING):
        raise Missing("This comment is no longer here.")
    if reader_key is None or comment.reader_key != reader_key:
        raise NotYours
    if not seconds_left(comment.created_at, minutes):
        raise TooLate(minutes)
    return comment
