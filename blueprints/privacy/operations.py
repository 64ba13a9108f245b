"""What is done with a person's data: erased, handed out, and swept away when its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from blueprints.accounts import invites, record, sessions, unsent
from blueprints.comments import erasing, persons
from blueprints.comments.persons import Whose
from blueprints.moderation import forgetting
from blueprints.privacy import queries
from blueprints.privacy.models import Deed, PrivacyEntry
from blueprints.spam import operations as spam
from blueprints.votes import operations as votes
from understory import clock
from understory.db import transaction
from understory.errors import Missing

#: Whom the record names where somebody looked after their own data, from their own browser.
THEMSELVES = "the person"


@dataclass(frozen=True)
class Asker:
    """Who does it: an admin, or the person."""

    account_id: int | None = None
    name: str = THEMSELVES


@dataclass(frozen=True)
class Amount:
    """How much a deed was about."""

    comments: int
    votes: int
    reports: int


@dataclass(frozen=True)
class Swept:
    """What a sweep removed: traces of addresses, events of accounts, sessions, invitations and forms that are over."""

    addresses: int
    events: int
    sessions: int
    invites: int
    forms: int


def erase(whose: Whose, by: Asker, reason: str = "") -> Amount:
    """Empty a person's comments and forget their votes and reports, in one commit with its entry. Raises Missing."""
    with transaction():
        keys = persons.keys(whose)
        given = sum(votes.forget(key) for key in keys)
        ids = erasing.erase(whose)
        spam.forget(ids)
        amount = Amount(len(ids), given, forgetting.forget(keys, ids))
        if amount == Amount(0, 0, 0):
            raise Missing("There is nothing here of this person.")
        _write_down(Deed.ERASED, whose, by, amount, reason)
        return amount


def export(whose: Whose, by: Asker, reason: str = "") -> dict[str, Any]:
    """All that the site keeps of a person, and an entry that it was handed out."""
    with transaction():
        data = queries.everything(whose)
        amount = Amount(len(data["comments"]), len(data["votes"]), len(data["reports"]))
        _write_down(Deed.EXPORTED, whose, by, amount, reason)
        return data


def sweep(address_days: int, sign_in_days: int) -> Swept:
    """Remove what was kept for its time. Safe to run at any time and as often as one likes."""
    events = record.sweep(sign_in_days)
    return Swept(erasing.sweep(address_days), events, sessions.sweep(), invites.sweep(), unsent.sweep())


def _write_down(deed: Deed, whose: Whose, by: Asker, amount: Amount, reason: str) -> None:
    with transaction() as session:
        session.add(
            PrivacyEntry(
                at=clock.now(),
                deed=deed,
                account_id=by.account_id,
                account_name=by.name,
                subject_hash=queries.subject_hash(whose),
                comments=amount.comments,
                votes=amount.votes,
                reports=amount.reports,
                reason=reason,
            )
        )
