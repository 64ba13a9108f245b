"""`flask comments`: what an operator does with comments from the shell."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from blueprints.comments import operations

group = AppGroup("comments", help="Look after comments.")


@group.command("rerender")
def rerender() -> None:
    """Make the HTML of every comment anew from what was typed, after the renderer changed."""
    changed = operations.rerender()
    click.echo(f"{changed} comment{'' if changed == 1 else 's'} changed")
