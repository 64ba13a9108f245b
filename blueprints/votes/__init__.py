"""Votes: one a reader and comment, changeable, retractable, never on one's own."""

from flask import Flask

from blueprints.votes import views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
