"""Spam: the rules by which comments are held, bans, and what moderators' decisions teach of spam."""

from flask import Flask

from blueprints.spam import bans, cli, judging, soundness, views
from understory import checks


def register(app: Flask) -> None:
    judging.init_app(app)
    app.register_blueprint(views.bp)
    app.register_blueprint(bans.bp)
    app.cli.add_command(cli.group)
    checks.add(app, *soundness.checks())
