"""`flask moderators`: accounts from the shell, also for when nobody can get in any more."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from blueprints.accounts import factors, operations, queries, sessions
from blueprints.accounts.forms import LONGEST_PASSWORD, SHORTEST_PASSWORD
from blueprints.accounts.models import NAME_LENGTH, Account, Role
from understory.errors import Refused
from understory.sanitize import is_blank
from understory.shell import OneLine

#: Whom the record names for what is done here.
SHELL = "the shell"

group = AppGroup("moderators", help="Add people who moderate, and help them back in.")

_password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


@group.command("add")
@click.argument("name", type=OneLine(NAME_LENGTH))
@click.option("--admin", is_flag=True, help="An admin, who can invite others and change roles.")
@_password_stdin
def add(name: str, admin: bool, password_stdin: bool) -> None:
    """Give NAME an account with the desk."""
    if is_blank(name):
        raise click.BadParameter(f"1 to {NAME_LENGTH} printable characters", param_hint="NAME")
    try:
        operations.add(name, _new_password(password_stdin), Role.ADMIN if admin else Role.MODERATOR)
    except operations.NameTaken as refusal:
        raise click.ClickException(refusal.message) from None
    click.echo(f"{name} can sign in at /sign-in")


@group.command("role")
@click.argument("name", type=OneLine(NAME_LENGTH))
@click.argument("role", type=click.Choice([role.value for role in Role]))
def role(name: str, role: str) -> None:
    """Give NAME another role."""
    account = _account(name)
    try:
        operations.set_role(account.id, Role(role), SHELL)
    except Refused as refusal:
        raise click.ClickException(refusal.message) from None
    click.echo(f"{account.name} is {role}")


@group.command("password")
@click.argument("name", type=OneLine(NAME_LENGTH))
@_password_stdin
def password(name: str, password_stdin: bool) -> None:
    """Give NAME another password, for one who forgot it; every session ends."""
    account = _account(name)
    operations.set_password(account.id, _new_password(password_stdin), by=SHELL)
    click.echo(f"{account.name} can sign in with it at /sign-in")


@group.command("unlock")
@click.argument("name", type=OneLine(NAME_LENGTH))
def unlock(name: str) -> None:
    """Turn NAME's second factor off, for one who lost it; every session ends."""
    account = _account(name)
    factors.turn_off(account.id, SHELL)
    sessions.end(account.id, SHELL)
    click.echo(f"{account.name} signs in with the password alone")


def _account(name: str) -> Account:
    account = queries.named(name)
    if account is None:
        raise click.ClickException(f"There is no account named {name}.")
    return account


def _new_password(from_stdin: bool) -> str:
    password = _first_line() if from_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise click.ClickException(f"The password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return str(password)


def _first_line() -> str:
    try:
        line = sys.stdin.readline().rstrip("\r\n")
        line.encode()
    except UnicodeError:
        raise click.ClickException("The password is not text in UTF-8.") from None
    return line
