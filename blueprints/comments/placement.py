"""What follows when a comment appears or goes: placeholders above it, counts, word to open pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import Session

from blueprints.articles import conversations
from blueprints.articles.models import What
from blueprints.comments.models import Comment, Edit, State
from understory import clock
from understory.db import built_once, run
from understory.errors import Refused

_comments = Comment.metadata.tables[Comment.__tablename__]


class Erased(Refused):
    """The comment is empty for good: no act and no undo brings it back."""

    def __init__(self) -> None:
        super().__init__("This comment was erased at its author's wish. Nothing of it is left to be brought back.")


def is_shown(state: str, shown_replies: int = 0) -> bool:
    """A comment takes its place while it is visible or a reply below it is."""
    return state == State.VISIBLE or shown_replies > 0


def grow(article_id: int, root_number: int, parent_id: int) -> None:
    """What follows above a new reply that is shown from the start.

    Whom it answers is visible, or could not be answered: nothing above it has to appear.
    """
    run(_one_more_reply(), to=parent_id)
    run(_grow_branch(), of_article=article_id, of_root=root_number, by=1)


def bring_into(session: Session, comment: Comment, state: State) -> None:
    """Set the state; placeholders above, the thread's counts and its open pages follow. Raises Erased."""
    if comment.erased_at is not None:
        raise Erased
    before, was_shown = comment.state, comment.shown
    comment.state = state
    also_changed = _show_as_needed(session, comment)
    count_change = int(state == State.VISIBLE) - int(before == State.VISIBLE)
    if count_change:
        what = What.GONE if count_change < 0 else What.CHANGED if was_shown else What.ARRIVED
        conversations.note_thread_change(comment.article_id, what, comment.id, count_change)
    elif comment.shown:
        # Its placeholder says why the words are gone.
        conversations.note_thread_change(comment.article_id, What.CHANGED, comment.id)
    for parent_id in also_changed:
        conversations.note_thread_change(comment.article_id, What.CHANGED, parent_id)


def put_text(session: Session, comment: Comment, source: str, html: str, edited_at: datetime | None) -> int:
    """Set what a comment says; what it said before is kept for moderators, under the number that this gives.

    Raises Erased.
    """
    earlier = Edit(
        comment_id=comment.id, source=comment.source, html=comment.html, at=clock.now(), made_at=comment.edited_at
    )
    if comment.erased_at is not None:
        raise Erased
    session.add(earlier)
    comment.source, comment.html, comment.edited_at = source, html, edited_at
    session.flush()
    if comment.state == State.VISIBLE:
        conversations.note_thread_change(comment.article_id, What.CHANGED, comment.id)
    return earlier.id


def _show_as_needed(session: Session, comment: Comment) -> list[int]:
    """Whether a comment is shown can decide it for those above; gives the parents that follow."""
    followed: list[int] = []
    moved = 0
    link: Comment | None = comment
    while link is not None:
        shown = is_shown(link.state, link.shown_replies)
        if shown == link.shown:
            break
        link.shown = shown
        moved += (1 if shown else -1) if link.depth else 0
        if link is not comment:
            followed.append(link.id)
        link = session.get(Comment, link.parent_id, with_for_update=True) if link.parent_id else None
        if link is not None:
            link.shown_replies += 1 if shown else -1
    if moved:
        run(_grow_branch(), of_article=comment.article_id, of_root=comment.root_number, by=moved)
    return followed


@built_once
def _one_more_reply() -> Update:
    comment = _comments.c
    return update(_comments).where(comment.id == bindparam("to")).values(shown_replies=comment.shown_replies + 1)


@built_once
def _grow_branch() -> Update:
    """The root is asked for by its path, which the index holds: by its depth, all its replies would be read."""
    comment = _comments.c
    return (
        update(_comments)
        .where(
            comment.article_id == bindparam("of_article"),
            comment.root_number == bindparam("of_root"),
            comment.path == "",
        )
        .values(branch_size=comment.branch_size + bindparam("by"))
    )
