"""What moderators change in comments beside their state: the words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from blueprints.comments import placement
from blueprints.comments.models import Comment, Edit, State
from understory.db import transaction
from understory.errors import Missing
from understory.sanitize import comment_html


def rewrite(comment_id: int, source: str, edited_at: datetime) -> tuple[State, int | None]:
    """Have a comment say something else; gives its state and the number under which the earlier words are kept.

    None when it says that already. Raises Missing.
    """
    html = comment_html(source)
    with transaction() as session:
        comment = session.get(Comment, comment_id, with_for_update=True)
        if comment is None:
            raise Missing("There is no such comment.")
        if comment.source == source:
            return State(comment.state), None
        return State(comment.state), placement.put_text(session, comment, source, html, edited_at)


def bring_back(edit_id: int) -> int | None:
    """Have a comment say what it said before an edit; gives the number of what it said until now.

    None when it no longer says what that edit made it say.
    """
    with transaction() as session:
        earlier = session.get_one(Edit, edit_id)
        comment = session.get_one(Comment, earlier.comment_id, with_for_update=True)
        later = select(Edit.source).where(Edit.comment_id == comment.id, Edit.id > edit_id).order_by(Edit.id).limit(1)
        made = session.scalar(later)
        if made is not None and made != comment.source:
            return None
        return placement.put_text(session, comment, earlier.source, earlier.html, earlier.made_at)
