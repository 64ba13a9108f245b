"""Feeds and discovery: Atom, the site map, robots.txt, and what search engines read in a page."""

from flask import Flask

from blueprints.feeds import views
from understory import hot


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    hot.keep(app, r"(?:/articles/[a-z0-9-]{1,100})?/feed\.atom|/sitemap\.xml|/robots\.txt")
