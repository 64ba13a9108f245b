"""Voting. Only this module writes the votes; what they come to is the comment's own."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import select

from blueprints.articles import queries as articles
from blueprints.comments import operations as comments
from blueprints.comments.models import Comment, State
from blueprints.votes.models import Vote
from understory import clock
from understory.db import transaction
from understory.engines import Turn
from understory.errors import Missing, Refused


class OwnComment(Refused):
    """A vote on what one wrote oneself."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("This is your own comment: the votes are for others to give.")


def press(comment_id: int, reader_key: str, value: int) -> int:
    """Vote 1 or -1; the same press a second time takes the vote back. Gives the vote now in force, 0 for none.

    Raises Missing for a comment that readers cannot see, and OwnComment.
    """
    with transaction(Turn.SHARED) as session:
        articles.take_turn(session.scalar(select(Comment.article_id).where(Comment.id == comment_id)))
        comment = session.get(Comment, comment_id, with_for_update=True)
        if comment is None or comment.state != State.VISIBLE:
            raise Missing("This comment is no longer here.")
        if comment.reader_key == reader_key:
            raise OwnComment
        vote = session.get(Vote, (comment_id, reader_key))
        before = vote.value if vote else 0
        after = 0 if before == value else value
        if vote is None:
            session.add(Vote(comment_id=comment_id, reader_key=reader_key, value=after, at=clock.now()))
        elif after:
            vote.value, vote.at = after, clock.now()
        else:
            session.delete(vote)
        comments.count_votes(comment_id, up=(after == 1) - (before == 1), down=(after == -1) - (before == -1))
        return after


def forget(reader_key: str) -> int:
    """Take back every vote of a reader, as if it had never been given; gives how many there were."""
    with transaction() as session:
        votes = session.scalars(select(Vote).where(Vote.reader_key == reader_key)).all()
        for vote in votes:
            session.delete(vote)
            comments.count_votes(vote.comment_id, up=-(vote.value == 1), down=-(vote.value == -1))
        return len(votes)
