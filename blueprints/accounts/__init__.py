"""Accounts: who may sign in, and the guard over the moderators' part of the site."""

from flask import Flask

from blueprints.accounts import cli, first, guard, views
from understory import front


def register(app: Flask) -> None:
    guard.init_app(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.group)
    front.at_start(app, first.offer)
