"""Takes back what the log tells of: one entry, or a whole batch. An undo is an entry too, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from blueprints.articles import operations as articles
from blueprints.articles import pinning
from blueprints.articles.models import Article
from blueprints.comments import operations as comments
from blueprints.comments import rewriting
from blueprints.comments.models import Comment, State
from blueprints.comments.placement import Erased
from blueprints.moderation import barring, teaching
from blueprints.moderation.journal import On, Why, write_down
from blueprints.moderation.models import Act, By, LogEntry, Report
from blueprints.moderation.operations import set_held, settle_reports
from understory.db import transaction
from understory.errors import Missing, Refused

#: Who may undo an act that has been overtaken: nobody; the entry says what happened since.
OVERTAKEN = "This cannot be undone any more: somebody has changed the comment since. Look at the newer entries."

#: Entries of a batch that are undone in one commit: others who write wait for no more than that.
AT_A_TIME = 200


@dataclass(frozen=True)
class Undone:
    """What an undo came to: its own entry, how many things it brought back, how many were changed since and stay."""

    entry: LogEntry
    entry_id: int
    brought_back: int = 1
    overtaken: int = 0

    @property
    def after(self) -> str:
        """What the thing is now that one entry was about."""
        return self.entry.before


def undo(entry_id: int, by: By) -> Undone:
    """Take back what an entry did. Raises Missing, and Refused when that was overtaken."""
    try:
        with transaction() as session:
            entry = session.get(LogEntry, entry_id)
            if entry is None:
                raise Missing("There is no such entry in the log.")
            if not entry.stands_for_many:
                return Undone(entry, _take_back(session, entry, by))
        return _undo_batch(entry, by)
    except IntegrityError:
        raise Refused(OVERTAKEN) from None


def _undo_batch(batch: LogEntry, by: By) -> Undone:
    head: int | None = None
    seen = brought_back = overtaken = 0
    while entries := _still_done(batch.id, below=seen):
        with transaction() as session:
            for entry_id in entries:
                seen = entry_id
                if head is None:
                    head = write_down(Act.UNDO, by, On(about=batch.about), ("", ""), Why(undoes_id=batch.id))
                try:
                    _take_back(session, session.get_one(LogEntry, entry_id), by, head)
                    brought_back += 1
                except Refused:
                    overtaken += 1
    if head is None:
        raise Refused(OVERTAKEN)
    return Undone(batch, head, brought_back, overtaken)


def _still_done(batch_id: int, below: int) -> list[int]:
    """The latest entries of a batch that nobody has undone, below one that was seen."""
    undo = aliased(LogEntry)
    query = select(LogEntry.id).outerjoin(undo, undo.undoes_id == LogEntry.id)
    query = query.where(LogEntry.batch_id == batch_id, undo.id.is_(None))
    if below:
        query = query.where(LogEntry.id < below)
    with transaction() as session:
        return list(session.scalars(query.order_by(LogEntry.id.desc()).limit(AT_A_TIME)))


def _take_back(session: Session, entry: LogEntry, by: By, batch_id: int | None = None) -> int:
    """Bring back what was before one entry; nothing is changed when it is Refused."""
    done, times = _first(session, entry)
    bring_back = _BRING_BACK.get(done.act)
    if bring_back is None:
        raise Refused("This cannot be undone.")
    moved = bring_back(session, entry, by)
    on = On(entry.comment_id, entry.article_id, entry.about)
    undo_id = write_down(Act.UNDO, by, on, moved, Why(batch_id=batch_id, undoes_id=entry.id))
    if entry.comment_id is not None:
        if done.act in teaching.TEACHES:
            _learn(session, Act(done.act), entry.comment_id, is_undo=times % 2 == 0)
        reopened = update(Report).where(Report.settled_by == entry.id)
        session.execute(reopened.values(settled=False, settled_by=None))
        if times % 2 and done.act in _SETTLE:
            # An undone undo is the decision once more.
            settle_reports(session, entry.comment_id, undo_id)
    return undo_id


def _learn(session: Session, act: Act, comment_id: int, *, is_undo: bool) -> None:
    """What was learned of spam from an act is taken back with it, and learned again when that undo is undone."""
    if is_undo:
        teaching.take_back([comment_id])
    else:
        teaching.teach(session, act, [comment_id])


def _first(session: Session, entry: LogEntry) -> tuple[LogEntry, int]:
    """The act at the bottom of undos of undos, and how many of them there are."""
    times = 0
    while entry.undoes_id is not None:
        entry = session.get_one(LogEntry, entry.undoes_id)
        times += 1
    return entry, times


def _state(session: Session, entry: LogEntry, _by: By) -> tuple[str, str]:
    comment = session.get_one(Comment, entry.comment_id, with_for_update=True)
    if comment.erased_at is not None:
        raise Erased
    if comment.state != entry.after:
        raise Refused(OVERTAKEN)
    comments.set_state(comment.id, State(entry.before))
    return entry.after, entry.before


def _words(_session: Session, entry: LogEntry, _by: By) -> tuple[str, str]:
    kept = rewriting.bring_back(int(entry.before))
    if kept is None:
        raise Refused(OVERTAKEN)
    return str(kept), ""


def _pinned(_session: Session, entry: LogEntry, _by: By) -> tuple[str, str]:
    article_id = entry.article_id or 0
    if str(pinning.pinned(article_id) or "") != entry.after:
        raise Refused(OVERTAKEN)
    pinning.pin(article_id, int(entry.before) if entry.before else None)
    return entry.after, entry.before


def _held(session: Session, entry: LogEntry, _by: By) -> tuple[str, str]:
    key = session.get_one(Comment, entry.comment_id).reader_key
    if key is None or not set_held(session, key, held=entry.before == "held"):
        raise Refused(OVERTAKEN)
    return entry.after, entry.before


def _open(session: Session, entry: LogEntry, _by: By) -> tuple[str, str]:
    article = session.get_one(Article, entry.article_id)
    if article.closed != (entry.after == "closed"):
        raise Refused(OVERTAKEN)
    articles.set_closed(article.slug, entry.before == "closed")
    return entry.after, entry.before


def _published(session: Session, entry: LogEntry, _by: By) -> tuple[str, str]:
    article = session.get_one(Article, entry.article_id)
    if article.published != (entry.after == "published"):
        raise Refused(OVERTAKEN)
    articles.set_published(article.slug, entry.before == "published")
    return entry.after, entry.before


def _barred(_session: Session, entry: LogEntry, by: By) -> tuple[str, str]:
    return barring.bring_back_ban(entry, by)


def _ruled(_session: Session, entry: LogEntry, by: By) -> tuple[str, str]:
    moved = barring.bring_back_rules(entry, by)
    if moved is None:
        raise Refused(OVERTAKEN)
    return moved


_SETTLE = {Act.APPROVE, Act.RESTORE, Act.REJECT, Act.DELETE, Act.SPAM, Act.WITHDRAW}

_BRING_BACK: dict[str, Callable[[Session, LogEntry, By], tuple[str, str]]] = {
    **dict.fromkeys((*_SETTLE, Act.HIDE, Act.CATCH), _state),
    Act.EDIT: _words,
    **dict.fromkeys((Act.PIN, Act.UNPIN), _pinned),
    **dict.fromkeys((Act.HOLD, Act.TRUST), _held),
    **dict.fromkeys((Act.CLOSE, Act.OPEN), _open),
    **dict.fromkeys((Act.BAN, Act.LIFT), _barred),
    Act.RULES: _ruled,
    **dict.fromkeys((Act.PUBLISH, Act.UNPUBLISH), _published),
}
