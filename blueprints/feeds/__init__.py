"""Feeds and discovery: Atom, the site map, robots.txt, and what search engines read in a page."""

from flask import Flask

from blueprints.feeds import views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
