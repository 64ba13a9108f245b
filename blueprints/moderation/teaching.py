"""Has the site learn of spam from what moderators decide, in the same commit."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from blueprints.comments.models import Comment
from blueprints.moderation.models import Act
from blueprints.spam import operations as spam
from blueprints.spam.models import Label
from blueprints.spam.signs import Text

#: What an act says of a comment. What is deleted may be rude or beside the point: that is neither.
TEACHES = {
    Act.APPROVE: Label.HAM,
    Act.RESTORE: Label.HAM,
    Act.SPAM: Label.SPAM,
    Act.REJECT: Label.NEITHER,
    Act.DELETE: Label.NEITHER,
}


def teach(session: Session, act: Act, comment_ids: Iterable[int], *, is_new: bool = True) -> None:
    """Learn from an act; `is_new` is False where it is not in the log, and so will not be undone."""
    comments = (session.get_one(Comment, comment_id) for comment_id in comment_ids)
    taught = ((comment.id, Text(comment.author, comment.email, comment.html)) for comment in comments)
    spam.learn(taught, TEACHES[act], is_new=is_new)


def take_back(comment_ids: Iterable[int]) -> None:
    """Learn that the last act on these comments was undone."""
    spam.unlearn(comment_ids)
