"""Moderation: the desk, what moderators do to comments, and the log in which each act can be undone."""

from flask import Flask

from blueprints.moderation import reports, views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(reports.bp)
