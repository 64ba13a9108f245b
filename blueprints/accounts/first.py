"""How the first person gets in: a link that is printed at the start and good for one account."""

from __future__ import annotations

from flask import current_app

from blueprints.accounts import operations, queries


def offer(address: str) -> str | None:
    """A line with the link, as long as nobody can moderate this site."""
    if queries.has_moderator():
        return None
    with current_app.test_request_context():
        path = current_app.url_for("accounts.claim", token=operations.offer_claim())
    return f"Nobody moderates it yet. Open this once to make the first account: {address}{path}"
