"""Comments: what is said under an article, its order, and how it is posted."""

from flask import Flask

from blueprints.comments import authors, cli, posting, views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(posting.bp)
    app.register_blueprint(authors.bp)
    app.cli.add_command(cli.group)
