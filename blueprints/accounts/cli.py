"""`flask moderators`: accounts from the shell."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from blueprints.accounts import operations
from blueprints.accounts.forms import LONGEST_PASSWORD, SHORTEST_PASSWORD
from blueprints.accounts.models import NAME_LENGTH, Role
from understory.forms import one_line
from understory.sanitize import is_blank

group = AppGroup("moderators", help="Add people who moderate.")


@group.command("add")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def add(name: str, password_stdin: bool) -> None:
    """Give NAME an account with the desk."""
    name = one_line(name)
    if is_blank(name) or len(name) > NAME_LENGTH or not name.isprintable():
        raise click.BadParameter(f"1 to {NAME_LENGTH} printable characters", param_hint="NAME")
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise click.ClickException(f"The password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    try:
        operations.add(name, password, Role.MODERATOR)
    except operations.NameTaken as refusal:
        raise click.ClickException(refusal.message) from None
    click.echo(f"{name} can sign in at /sign-in")
