"""Who acts on rules and bans."""

from __future__ import annotations

from flask import abort

from blueprints.accounts.guard import moderator_here
from blueprints.spam.operations import Who


def moderator() -> Who:
    """The moderator who is signed in."""
    account = moderator_here() or abort(403)
    return Who(account.id, account.name)
