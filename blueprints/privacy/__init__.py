"""Privacy: what is kept about people and for how long, said on a page, exported, erased, and swept away in time."""

from flask import Flask

from blueprints.privacy import admin, cli, rounds, views
from understory import rounds as server


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.group)
    server.add(app, rounds.sweep)
