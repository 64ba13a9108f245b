"""Who acts on rules and bans."""

from __future__ import annotations

from flask import abort

from blueprints.accounts.guard import moderator_here
from blueprints.moderation.models import By


def moderator() -> By:
    """The moderator who is signed in."""
    account = moderator_here() or abort(403)
    return By(account.id, account.name)
