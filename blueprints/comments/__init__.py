"""Comments: what is said under an article, its order, and how it is posted."""

from flask import Flask

from blueprints.comments import cli, views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.cli.add_command(cli.group)
