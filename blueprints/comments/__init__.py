"""Comments: what is said under an article, its order, and how it is posted."""

from flask import Flask

from blueprints.comments import authors, cards, cli, forms, pages, posting, soundness, views
from understory import checks, hot


def register(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(posting.bp)
    app.register_blueprint(authors.bp)
    cards.init_app(app)
    app.jinja_env.globals["fresh_form"] = forms.fresh_form
    app.cli.add_command(cli.group)
    made = pages.pages_of(app)
    hot.keep(app, r"/articles/[a-z0-9-]{1,100}", make=made.article)
    hot.keep(app, r"/articles/[a-z0-9-]{1,100}/comments", make=made.fragment)
    checks.add(app, *soundness.checks())
