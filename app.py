"""Understory: `create_app` wires the features together; `python app.py` serves the site."""

from __future__ import annotations

from flask import Flask

import blueprints.accounts
import blueprints.articles
import blueprints.comments
import blueprints.feeds
import blueprints.live
import blueprints.moderation
import blueprints.picture
import blueprints.privacy
import blueprints.spam
import blueprints.upkeep
import blueprints.votes
from understory import assets, db, errors, figures, limits, logs, paging, security, serve, settings, templating
from understory.front import Front
from understory.settings import Settings

#: The largest request that is taken, in bytes; the article editor asks for more on its own.
LARGEST_REQUEST = 64 * 1024


def create_app(given: Settings | None = None) -> Flask:
    """The whole site as a WSGI application. Raises SettingError."""
    chosen = given or settings.load()
    app = Flask(__name__, instance_path=str(chosen.instance))
    app.config.update(
        SECRET_KEY=chosen.secret_key,
        SQLALCHEMY_DATABASE_URI=chosen.database,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
    )
    settings.init_app(app, chosen)
    figures.init_app(app)
    logs.init_app(app)
    errors.init_app(app)
    security.init_app(app, chosen)
    templating.init_app(app, chosen)
    assets.init_app(app)
    paging.init_app(app)
    limits.init_app(app)
    db.init_app(app)
    with app.app_context():
        logs.watch(db.db.engine, chosen.slow_query_ms)
    for feature in (
        blueprints.accounts,
        blueprints.articles,
        blueprints.spam,
        blueprints.comments,
        blueprints.votes,
        blueprints.moderation,
        blueprints.live,
        blueprints.feeds,
        blueprints.privacy,
        blueprints.picture,
        blueprints.upkeep,
    ):
        feature.register(app)
    return app


def create_front() -> Front:
    """The site as the server's workers run it: event streams and all else."""
    chosen = settings.load()
    logs.configure(chosen)
    assets.make_all()
    return Front(create_app(chosen))


if __name__ == "__main__":
    serve.main(create_app, create_front)
