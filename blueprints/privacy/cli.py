"""`flask privacy`: the sweep, for those who want it now or from their own timetable."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from blueprints.privacy import rounds

group = AppGroup("privacy", help="Look after what is kept about people.")


@group.command("sweep")
def sweep() -> None:
    """Remove what was kept for its time: traces of addresses, events of accounts, sessions, invitations."""
    swept = rounds.sweep()
    click.echo(
        f"Removed: traces of {swept.addresses} addresses, {swept.events} events of accounts, "
        f"{swept.sessions} sessions, {swept.invites} invitations, {swept.forms} unsent forms"
    )
