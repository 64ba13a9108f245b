"""Moderation: the desk, what moderators do, and the log in which each act can be undone."""

from flask import Flask

from blueprints.moderation import acts, bulk, openly, reports, soundness, views
from blueprints.moderation.words import DEEDS
from understory import checks, settings


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(acts.bp)
    app.register_blueprint(bulk.bp)
    app.register_blueprint(reports.bp)
    app.register_blueprint(openly.bp)
    app.jinja_env.globals.update(deeds=DEEDS, has_public_log=settings.of(app).public_log)
    checks.add(app, *soundness.checks())
