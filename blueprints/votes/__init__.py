"""Votes: one a reader and comment, changeable, retractable, never on one's own."""

from flask import Flask

from blueprints.votes import soundness, views
from understory import checks


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    checks.add(app, *soundness.checks())
