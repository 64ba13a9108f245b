"""Decides about many comments at once. They are one entry of the log, with theirs below it, and one undo."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from blueprints.comments.models import State
from blueprints.moderation import teaching
from blueprints.moderation.journal import On, Why, write_down
from blueprints.moderation.models import ABOUT_LENGTH, Act, By
from blueprints.moderation.operations import decide
from understory.db import transaction
from understory.errors import Refused

#: Comments that are decided about in one commit: others who write wait for no more than that.
AT_A_TIME = 200

#: Comments that one press decides about. What is left is another press.
MOST = 10_000


@dataclass(frozen=True)
class Batch:
    """What a batch came to. `entry_id` stands for all of it; None when nothing was left to decide."""

    entry_id: int | None
    decided: Sequence[int]
    passed_over: int


def decide_many(
    act: Act, chosen: Sequence[tuple[int, State | None]], by: By, reason: str = "", about: str = ""
) -> Batch:
    """Decide about comments, each with the state that it was seen in.

    Those that others have decided about meanwhile, and those that the act cannot move, are passed over.
    """
    head: int | None = None
    decided: list[int] = []
    for start in range(0, len(chosen), AT_A_TIME):
        with suppress(_NothingToDo), transaction() as session:
            entry = head or write_down(act, by, On(about=about[:ABOUT_LENGTH]), ("", ""), Why(reason))
            part = chosen[start : start + AT_A_TIME]
            done = [one for one, seen in part if _is_decided(act, one, by, Why(reason, batch_id=entry), seen)]
            if not done:
                raise _NothingToDo
            head = entry
            teaching.teach(session, act, done)
            decided += done
    return Batch(head, decided, len(chosen) - len(decided))


class _NothingToDo(Exception):
    """Takes back the entry of a batch that came to nothing."""


def _is_decided(act: Act, comment_id: int, by: By, why: Why, seen: State | None) -> bool:
    try:
        return decide(act, comment_id, by, why, seen).entry_id is not None
    except Refused:
        return False
