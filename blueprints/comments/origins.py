"""Where the text of a request comes from."""

from __future__ import annotations

from flask import request

from blueprints.accounts.guard import moderator_here
from blueprints.comments.arriving import Origin
from blueprints.moderation import queries as moderation

#: Of a browser's name for itself, as much as says anything.
BROWSER_LENGTH = 200


def here(reader_key: str | None) -> Origin:
    """The address and the browser, whether it is a moderator who writes, or somebody whose every comment waits."""
    browser = request.headers.get("User-Agent", "")[:BROWSER_LENGTH]
    return Origin(
        address=request.remote_addr or "",
        browser=browser,
        is_trusted=moderator_here() is not None,
        is_held=reader_key is not None and moderation.is_held(reader_key),
    )
