"""The sweep as this site's settings want it."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from blueprints.comments import search
from blueprints.privacy import operations, queries
from blueprints.privacy.operations import Swept
from understory import clock, settings


def sweep() -> Swept:
    """Remove what was kept for its time, and what the index of words kept of comments that were erased."""
    chosen, began = settings.current(), clock.now()
    swept = operations.sweep(chosen.address_days, chosen.sign_in_days)
    last: datetime | None = current_app.extensions.get(__name__)
    if queries.were_erased(since=last):
        search.let_go()
    current_app.extensions[__name__] = began
    return swept
