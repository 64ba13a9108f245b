"""Moderation: the desk, what moderators do, and the log in which each act can be undone."""

from flask import Flask

from blueprints.moderation import acts, bulk, reports, views
from blueprints.moderation.words import DEEDS


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(acts.bp)
    app.register_blueprint(bulk.bp)
    app.register_blueprint(reports.bp)
    app.jinja_env.globals.update(deeds=DEEDS)
