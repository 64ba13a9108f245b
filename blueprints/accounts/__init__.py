"""Accounts: who may sign in and how, one's own account, the people, and the guard over the moderators' part."""

from flask import Flask

from blueprints.accounts import again, cli, first, guard, own, own_factors, people, second, views
from understory import serve


def register(app: Flask) -> None:
    guard.init_app(app)
    for room in (views, again, second, own, own_factors, people):
        app.register_blueprint(room.bp)
    app.cli.add_command(cli.group)
    serve.at_start(app, first.offer)
