"""Where the text of a request comes from."""

from __future__ import annotations

from flask import request

from blueprints.accounts.guard import moderator_here
from blueprints.comments.arriving import Origin

#: Of a browser's name for itself, as much as says anything.
BROWSER_LENGTH = 200


def here() -> Origin:
    """The address and the browser, and whether it is a moderator who writes."""
    browser = request.headers.get("User-Agent", "")[:BROWSER_LENGTH]
    return Origin(request.remote_addr or "", browser, is_trusted=moderator_here() is not None)
