"""Accounts: who may sign in, and the guard over the moderators' part of the site."""

from flask import Flask

from blueprints.accounts import cli, first, guard, views
from understory import serve


def register(app: Flask) -> None:
    guard.init_app(app)
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.group)
    serve.at_start(app, first.offer)
