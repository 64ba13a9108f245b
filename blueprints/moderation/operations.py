"""What moderators do: change a comment's state and write down who, when and why, in one commit."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blueprints.comments import operations as comments
from blueprints.comments.models import State
from blueprints.comments.operations import Change
from blueprints.moderation.models import Act, LogEntry
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
    """The moderator who acts."""

    account_id: int
    name: str


def act(act: Act, comment_id: int, by: By, reason: str = "") -> Change:
    """Do one act and log it. Raises Missing.

    A comment that is in that state already is left alone and nothing is logged: a second press does no harm.
    """
    with transaction() as session:
        change = comments.set_state(comment_id, LEADS_TO[act])
        if change.before != change.after:
            _write_down(session, act, change, by, reason)
        return change


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
            return change
    except IntegrityError:
        raise Refused(OVERTAKEN) from None


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
