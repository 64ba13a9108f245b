"""`flask comments rerender`."""

from __future__ import annotations

from blueprints.comments.models import Comment
from tests.builders import add_article, add_comment, comment, within
from understory.db import db, transaction


def test_it_makes_the_html_anew_and_says_how_many_changed(site):
    slug = add_article(site)
    stale, _good = add_comment(site, slug, "*One*"), add_comment(site, slug, "Two")

    def spoil() -> None:
        with transaction():
            db.session.get_one(Comment, stale).html = "<p>old</p>"

    within(site, spoil)
    run = site.test_cli_runner()
    assert run.invoke(args=["comments", "rerender"]).output == "1 comment changed\n"
    assert comment(site, stale).html == "<p><em>One</em></p>"
    assert run.invoke(args=["comments", "rerender"]).output == "0 comments changed\n"
