"""The sweep as this site's settings want it."""

from __future__ import annotations

from blueprints.privacy import operations
from blueprints.privacy.operations import Swept
from understory import settings


def sweep() -> Swept:
    """Remove what was kept for its time."""
    chosen = settings.current()
    return operations.sweep(chosen.address_days, chosen.sign_in_days)
