"""Upkeep: whether the site is well, its backup and its restoring, and the check of all that is stored."""

from flask import Flask

from blueprints.upkeep import cli, views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    for command in (cli.backup, cli.restore, cli.check, cli.tell):
        app.cli.add_command(command)
