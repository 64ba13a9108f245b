"""Judges a comment where it is posted: bans, rules, and what was learned, in one query and from memory.

Rules and bans are held by each process. Their version comes with the query that every judgement makes, so a
change by another process counts from the next comment on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Flask, current_app

from blueprints.spam import akismet, queries, rules
from blueprints.spam.banning import Bans, Sender
from blueprints.spam.queries import Known
from blueprints.spam.rules import Case, Outcome, Rules, Verdict
from blueprints.spam.signs import Signs, Text
from blueprints.spam.weighing import weigh
from understory import clock, settings
from understory.errors import Refused


class IsBanned(Refused):
    """A moderator has banned who posts, or what is said."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("This comment cannot be taken at the moment. Your text is kept here, so that you can copy it.")


@dataclass(frozen=True)
class Sent:
    """A comment as it arrives. What rules seldom need is asked for when one does: see rules.Case."""

    text: Text
    sender: Sender
    article_at: Callable[[], datetime]
    approved: Callable[[int], int]


@dataclass
class _Held:
    """Rules and bans of one version."""

    version: int = -1
    rules: Rules = Rules()
    bans: Bans = Bans()


def init_app(app: Flask) -> None:
    app.extensions[__name__] = _Held()


def judge(sent: Sent) -> Verdict:
    """Where a comment goes, and why. Raises IsBanned."""
    read = sent.text.signs
    known = queries.known(read.ids)
    held, now = _held(known.version), clock.now()
    if held.bans.on(sent.sender, sent.text, now):
        raise IsBanned
    verdict = rules.judge(held.rules, Case(sent.text, now, sent.article_at, sent.approved))
    verdict = by_learning(held.rules, verdict, read, known)
    if verdict.outcome in (Outcome.VISIBLE, Outcome.PENDING):
        verdict = akismet.asked(verdict, sent.text, sent.sender)
    return verdict


def by_learning(in_force: Rules, verdict: Verdict, read: Signs, known: Known) -> Verdict:
    """The verdict with what was learned."""
    if not in_force.learned:
        return verdict
    return rules.by_learning(in_force, verdict, weigh(read.ids, known.seen, known.read), read)


def rules_here() -> Rules:
    """The rules in force; before anybody saves any, UNDERSTORY_PREMODERATE is the first of them."""
    return queries.rules_in_force() or first_rules()


def first_rules() -> Rules:
    """The rules before anybody saves any."""
    return Rules(premoderate=settings.current().premoderate)


def _held(version: int) -> _Held:
    held: _Held = current_app.extensions[__name__]
    if held.version != version:
        held = _Held(version, rules_here(), Bans(queries.bans_in_force()))
        current_app.extensions[__name__] = held
    return held
