"""The record of what happened to accounts: rows are added, and after their time swept away, never changed."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete

from blueprints.accounts.models import AccountEvent, Event
from understory import clock
from understory.db import run, transaction
from understory.traces import Trace

_logger = logging.getLogger(__name__)

#: What an operator wants to find in the server's own log too.
_WORTH_A_WARNING = {Event.WRONG_PASSWORD, Event.WRONG_CODE, Event.WRONG_PASSKEY}


def note(
    what: Event, account: tuple[int | None, str], *, by: str = "", more: str = "", trace: Trace | None = None
) -> None:
    """Write down what happened to an account, given as its id and name; `by` whom, if not its owner."""
    trace = trace or Trace()
    if what in _WORTH_A_WARNING:
        _logger.warning("%s: account %s, from %s", what, account[0] or "unknown", trace.range or "an unknown address")
    with transaction() as session:
        session.add(
            AccountEvent(
                at=clock.now(),
                what=what,
                account_id=account[0],
                account_name=account[1],
                by_name=by,
                more=more,
                address_hash=trace.hash,
                address_range=trace.range,
            )
        )


def sweep(days: int) -> int:
    """Remove what is older than `days`; gives how many rows went."""
    with transaction():
        gone = run(delete(AccountEvent).where(AccountEvent.at < clock.now() - timedelta(days=days)))
        return gone.rowcount
