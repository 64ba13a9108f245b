"""What moderators do: change a comment's state and write down who, when and why, in one commit."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blueprints.comments import operations as comments
from blueprints.comments.models import Change, Comment, State
from blueprints.moderation import teaching
from blueprints.moderation.models import Act, Grounds, LogEntry, Report
from understory import clock
from understory.db import transaction
from understory.errors import Missing, Refused

#: The state that each act brings a comment into.
LEADS_TO = {
    Act.DELETE: State.REJECTED,
    Act.RESTORE: State.VISIBLE,
    Act.APPROVE: State.VISIBLE,
    Act.SPAM: State.SPAM,
}

#: Who may undo an act that has been overtaken: nobody; the entry says what happened since.
OVERTAKEN = "This cannot be undone any more: somebody has changed the comment since. Look at the newer entries."


@dataclass(frozen=True)
class By:
    """Who acts: a moderator, or the site itself."""

    account_id: int | None
    name: str


THE_SITE = By(None, "readers' reports")


def act(act: Act, comment_id: int, by: By, reason: str = "") -> Change:
    """Do one act and log it. Raises Missing.

    A comment that is in that state already is left alone and nothing is logged: a second press does no harm.
    """
    with transaction() as session:
        change = comments.set_state(comment_id, LEADS_TO[act])
        is_new = change.before != change.after
        if is_new:
            _write_down(session, act, change, by, reason)
        teaching.teach(session, act, [comment_id], is_new=is_new)
        _settle_reports(session, comment_id)
        return change


def report(comment_id: int, reader_key: str, grounds: Grounds, words: str, hide_at: int) -> bool:
    """Take a reader's report; `hide_at` open ones hide the comment until it is looked at, 0 never does.

    A second report by the same reader says the same again: False. Raises Missing.
    """
    with transaction() as session:
        comment = session.get(Comment, comment_id, with_for_update=True)
        if comment is None or comment.state != State.VISIBLE:
            raise Missing("This comment is no longer here.")
        told = select(Report.id).where(Report.comment_id == comment_id, Report.reader_key == reader_key)
        if session.scalar(told) is not None:
            return False
        session.add(Report(comment_id=comment_id, reader_key=reader_key, grounds=grounds, words=words, at=clock.now()))
        session.flush()
        still_open = select(func.count()).where(Report.comment_id == comment_id, Report.settled.is_(False))
        if hide_at and (session.scalar(still_open) or 0) >= hide_at:
            change = comments.set_state(comment_id, State.REPORTED)
            _write_down(session, Act.HIDE, change, THE_SITE, f"{hide_at} reports")
        return True


def undo(entry_id: int, by: By) -> Change:
    """Bring a comment back to the state that it had before an act. Raises Missing, and Refused when overtaken."""
    try:
        with transaction() as session:
            entry = session.get(LogEntry, entry_id)
            if entry is None:
                raise Missing("There is no such entry in the log.")
            change = comments.set_state(entry.comment_id, State(entry.before))
            if change.before != entry.after:
                raise Refused(OVERTAKEN)
            _write_down(session, Act.UNDO, change, by, reason="", undoes_id=entry.id)
            if entry.act in teaching.TEACHES:
                teaching.take_back([entry.comment_id])
            return change
    except IntegrityError:
        raise Refused(OVERTAKEN) from None


def _settle_reports(session: Session, comment_id: int) -> None:
    session.execute(
        update(Report).where(Report.comment_id == comment_id, Report.settled.is_(False)).values(settled=True)
    )


def _write_down(session: Session, act: Act, change: Change, by: By, reason: str, undoes_id: int | None = None) -> None:
    session.add(
        LogEntry(
            at=clock.now(),
            account_id=by.account_id,
            account_name=by.name,
            act=act,
            comment_id=change.comment_id,
            article_id=change.article_id,
            before=change.before,
            after=change.after,
            reason=reason,
            undoes_id=undoes_id,
        )
    )
