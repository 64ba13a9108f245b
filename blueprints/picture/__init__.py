"""The picture: how many comments, decisions and reports there were, and how long people waited for a decision."""

from flask import Flask

from blueprints.picture import views


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
