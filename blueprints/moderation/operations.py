"""What moderators do: change something and write down who, when and why, in one commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from blueprints.articles import operations as articles
from blueprints.articles import pinning
from blueprints.articles.models import Article
from blueprints.comments import operations as comments
from blueprints.comments import rewriting
from blueprints.comments.models import Comment, State
from blueprints.moderation import teaching
from blueprints.moderation.journal import NO_REASON, On, Why, write_down
from blueprints.moderation.models import (
    THE_SITE,
    Act,
    By,
    Grounds,
    HeldAuthor,
    Report,
)
from understory import clock
from understory.db import transaction
from understory.errors import Missing, Refused


def _all_to(after: State, *before: State) -> Mapping[State, State]:
    return dict.fromkeys((*before, after), after)


#: The state machine: which act brings a comment from which state into which. What is not here cannot be done, but
#: undoing, which takes back a move of this table. A comment that is there already stays as it is.
MOVES: Mapping[Act, Mapping[State, State]] = {
    Act.APPROVE: _all_to(State.VISIBLE, State.PENDING, State.REPORTED, State.SPAM, State.REJECTED),
    Act.RESTORE: _all_to(State.VISIBLE, State.REPORTED, State.SPAM, State.REJECTED, State.WITHDRAWN),
    Act.REJECT: _all_to(State.REJECTED, State.VISIBLE, State.PENDING, State.REPORTED, State.SPAM),
    Act.DELETE: _all_to(State.REJECTED, State.VISIBLE, State.PENDING, State.REPORTED, State.SPAM),
    Act.SPAM: _all_to(State.SPAM, State.VISIBLE, State.PENDING, State.REPORTED, State.REJECTED),
    Act.HIDE: {State.VISIBLE: State.REPORTED},
    Act.WITHDRAW: _all_to(State.WITHDRAWN, State.VISIBLE, State.PENDING, State.SPAM, State.REJECTED),
}


class Overtaken(Refused):
    """Somebody else decided about the comment between the look and the act."""

    def __init__(self) -> None:
        super().__init__("Somebody else decided about this comment meanwhile. Look again before you go on.")


@dataclass(frozen=True)
class Done:
    """What became of a comment. `entry_id` is what the log says of it; None when there was nothing left to do."""

    comment_id: int
    article_id: int
    before: State
    after: State
    entry_id: int | None


def act(act: Act, comment_id: int, by: By, reason: str = "", seen: State | None = None) -> Done:
    """Decide about a comment. Raises Missing, Refused where the state machine has no such move, and Overtaken.

    A comment that is in that state already is left alone and nothing is logged: a second press does no harm. `seen` is
    the state that the moderator saw: when it has become another one, and not the one that is wanted, nothing is done.
    """
    with transaction() as session:
        done = decide(act, comment_id, by, Why(reason), seen)
        teaching.teach(session, act, [comment_id], is_new=done.entry_id is not None)
        return done


def decide(act: Act, comment_id: int, by: By, why: Why = NO_REASON, seen: State | None = None) -> Done:
    """As `act`, but an entry of the log may belong to a batch, and nothing is learned of spam yet."""
    with transaction() as session:
        before, article_id = _state_of(session, comment_id)
        after = MOVES[act].get(before)
        if after is None:
            raise Refused(f"This cannot be done to a comment that is {before}.")
        if seen not in (None, before) and before != after:
            raise Overtaken
        open_reports = _open_reports(session, comment_id)
        if before == after and not open_reports:
            return Done(comment_id, article_id, before, after, None)
        comments.set_state(comment_id, after)
        entry_id = write_down(act, by, On(comment_id, article_id), (before, after), why)
        settle_reports(session, comment_id, entry_id)
        return Done(comment_id, article_id, before, after, entry_id)


def report(comment_id: int, reader_key: str, grounds: Grounds, words: str, hide_at: int) -> bool:
    """Take a reader's report; `hide_at` open ones hide the comment until it is looked at, 0 never does.

    A second report by the same reader says the same again: False. Raises Missing.
    """
    with transaction() as session:
        state, article_id = _state_of(session, comment_id)
        if state != State.VISIBLE:
            raise Missing("This comment is no longer here.")
        told = select(Report.id).where(Report.comment_id == comment_id, Report.reader_key == reader_key)
        if session.scalar(told) is not None:
            return False
        session.add(Report(comment_id=comment_id, reader_key=reader_key, grounds=grounds, words=words, at=clock.now()))
        session.flush()
        if hide_at and _open_reports(session, comment_id) >= hide_at:
            hidden = MOVES[Act.HIDE][state]
            comments.set_state(comment_id, hidden)
            write_down(Act.HIDE, THE_SITE, On(comment_id, article_id), (state, hidden), Why(f"{hide_at} reports"))
        return True


def edit(comment_id: int, by: By, body: str, reason: str = "") -> int | None:
    """Change what a comment says. Gives the log's entry; None when it says that already. Raises Missing."""
    with transaction() as session:
        _, article_id = _state_of(session, comment_id)
        _, edit_id = rewriting.rewrite(comment_id, body, clock.now())
        if edit_id is None:
            return None
        return write_down(Act.EDIT, by, On(comment_id, article_id), (str(edit_id), ""), Why(reason))


def pin(comment_id: int, by: By, *, pinned: bool) -> int | None:
    """Have a comment stand above its conversation, or no longer. Raises Missing; None when it is so already."""
    with transaction() as session:
        state, article_id = _state_of(session, comment_id)
        if pinned and state != State.VISIBLE:
            raise Refused("Only a comment that readers can see can be pinned.")
        there = pinning.pinned(article_id)
        if (there == comment_id) == pinned:
            return None
        wanted = comment_id if pinned else None
        pinning.pin(article_id, wanted)
        act = Act.PIN if pinned else Act.UNPIN
        return write_down(act, by, On(comment_id, article_id), (str(there or ""), str(wanted or "")))


def hold(comment_id: int, by: By, *, held: bool) -> int | None:
    """Have whatever the author of a comment posts wait for a moderator, or no longer. Raises Missing and Refused."""
    with transaction() as session:
        _, article_id = _state_of(session, comment_id)
        key = session.get_one(Comment, comment_id).reader_key
        if key is None:
            raise Refused("Nothing is known of this author but the name: it cannot be told who they are next time.")
        if not set_held(session, key, held=held):
            return None
        moved = ("free", "held") if held else ("held", "free")
        return write_down(Act.HOLD if held else Act.TRUST, by, On(comment_id, article_id), moved)


def set_held(session: Session, reader_key: str, *, held: bool) -> bool:
    """Hold an author or no longer; False when it is so already."""
    author = session.get(HeldAuthor, reader_key)
    if (author is not None) == held:
        return False
    if author is None:
        session.add(HeldAuthor(reader_key=reader_key, at=clock.now()))
    else:
        session.delete(author)
    return True


def set_closed(slug: str, by: By, *, closed: bool) -> int | None:
    """Take no more comments under an article, or take them again. Raises Missing; None when it is so already."""
    with transaction() as session:
        article = _article(session, slug)
        if article.closed == closed:
            return None
        articles.set_closed(slug, closed)
        moved = ("open", "closed") if closed else ("closed", "open")
        return write_down(Act.CLOSE if closed else Act.OPEN, by, On(article_id=article.id), moved)


def set_published(slug: str, by: By, *, published: bool) -> int | None:
    """Show an article to readers or take it from them. Raises Missing; None when it is so already."""
    with transaction() as session:
        article = _article(session, slug)
        if article.published == published:
            return None
        articles.set_published(slug, published)
        moved = ("unpublished", "published") if published else ("published", "unpublished")
        return write_down(Act.PUBLISH if published else Act.UNPUBLISH, by, On(article_id=article.id), moved)


def settle_reports(session: Session, comment_id: int, entry_id: int) -> None:
    """Whatever was reported of a comment is decided by this entry."""
    still_open = Report.comment_id == comment_id, ~Report.settled
    session.execute(update(Report).where(*still_open).values(settled=True, settled_by=entry_id))


def _open_reports(session: Session, comment_id: int) -> int:
    return session.scalar(select(func.count()).where(Report.comment_id == comment_id, ~Report.settled)) or 0


def _state_of(session: Session, comment_id: int) -> tuple[State, int]:
    comment = session.get(Comment, comment_id, with_for_update=True)
    if comment is None:
        raise Missing("There is no such comment.")
    return State(comment.state), comment.article_id


def _article(session: Session, slug: str) -> Article:
    article = session.scalar(select(Article).where(Article.slug == slug))
    if article is None:
        raise Missing("There is no article at that address.")
    return article
