"""Bans and rules as acts of moderators: each is an entry of the log, in the same commit, and can be undone there."""

from __future__ import annotations

from collections.abc import Iterable

from blueprints.comments import queries as comments
from blueprints.moderation.journal import On, Why, write_down
from blueprints.moderation.models import Act, By, LogEntry
from blueprints.spam import judging
from blueprints.spam import operations as spam
from blueprints.spam import queries as bars
from blueprints.spam.banning import Kind
from blueprints.spam.operations import Grounds, Who
from blueprints.spam.rules import Rules
from understory.db import transaction

#: What the log says of a ban. It names no address and no author: it is kept when they are erased.
ABOUT = {
    Kind.AUTHOR: "one browser",
    Kind.EMAIL: "an e-mail address",
    Kind.ADDRESS: "a range of addresses",
    Kind.WORDS: "words",
}

_Moved = tuple[str, str]


def ban(grounds: Iterable[Grounds], by: By) -> list[int]:
    """Ban, from now on, all of it or nothing; gives the bans' ids."""
    given = list(grounds)
    with transaction():
        made = spam.ban(given, _who(by))
        for ban_id, one in zip(made, given, strict=True):
            cause = comments.one(one.comment_id) if one.comment_id else None
            on = On(one.comment_id, cause.article_id if cause else None, _about(ban_id, one.kind))
            write_down(Act.BAN, by, on, ("", str(ban_id)), Why(one.reason))
        return made


def lift(ban_id: int, by: By) -> None:
    """End a ban. Raises Missing, and Refused when somebody has lifted it already."""
    with transaction():
        spam.lift(ban_id, _who(by))
        write_down(Act.LIFT, by, On(about=_about(ban_id)), (str(ban_id), ""))


def save_rules(rules: Rules, by: By) -> None:
    """Put rules in force; the earlier ones are kept."""
    with transaction():
        before = _in_force()
        write_down(Act.RULES, by, On(), (before, str(spam.save_rules(rules, _who(by)))))


def restore_rules(rules_id: int, by: By) -> None:
    """Put earlier rules in force again. Raises Missing."""
    with transaction():
        before = _in_force()
        write_down(Act.RULES, by, On(), (before, str(spam.restore_rules(rules_id, _who(by)))))


def bring_back_ban(entry: LogEntry, by: By) -> _Moved:
    """Lift the ban that an entry made, or make the one anew that it lifted. Raises Refused when that was overtaken."""
    if entry.after:
        spam.lift(int(entry.after), _who(by))
    else:
        spam.renew(int(entry.before), _who(by))
    return entry.after, entry.before


def bring_back_rules(entry: LogEntry, by: By) -> _Moved | None:
    """Put the rules in force that an entry changed; None when somebody has saved others since."""
    if judging.rules_here() != _rules(entry.after):
        return None
    return entry.after, str(spam.save_rules(_rules(entry.before), _who(by)))


def _in_force() -> str:
    saved = bars.rules_saved()
    return str(saved[0].id) if saved else ""


def _rules(saved: str) -> Rules:
    """The rules that were saved under a number, which may have been nobody's."""
    return (bars.rules_of(int(saved)) if saved else None) or judging.first_rules()


def _about(ban_id: int, kind: Kind | None = None) -> str:
    if kind is None:
        found = bars.ban(ban_id)
        kind = Kind(found.kind) if found else None
    return f"{ABOUT[kind] if kind else ''} (ban {ban_id})".lstrip()


def _who(by: By) -> Who:
    return Who(by.account_id, by.name)
