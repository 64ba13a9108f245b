"""Articles: what is published, in what order, and how it comes in from files and from the browser."""

from flask import Flask

from blueprints.articles import admin, cli, first, queries, views
from understory import hot, serve


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(admin.bp)
    app.cli.add_command(cli.group)
    serve.at_start(app, first.bring)
    hot.keep(app, r"/", queries.version_of_topic)
