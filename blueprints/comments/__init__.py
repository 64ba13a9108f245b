"""Comments: what is said under an article, its order, and how it is posted."""

from flask import Flask

from blueprints.comments import authors, cards, cli, pages, posting, quickly, soundness, views
from understory import checks, direct, hot


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(posting.bp)
    app.register_blueprint(authors.bp)
    cards.init_app(app)
    app.cli.add_command(cli.group)
    made = pages.pages_of(app)
    hot.keep(app, r"/articles/[a-z0-9-]{1,100}", make=made.article)
    hot.keep(app, r"/articles/[a-z0-9-]{1,100}/comments", make=made.fragment)
    direct.offer(app, r"/articles/[a-z0-9-]{1,100}/comments", "posting.create", quickly.Posting(app).plan)
    checks.add(app, *soundness.checks())
