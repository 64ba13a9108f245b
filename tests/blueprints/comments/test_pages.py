"""Pages that are made without Flask are what its views give, and both are what the templates give."""

from __future__ import annotations

import json
import re

import pytest
from flask import render_template

from blueprints.articles import operations as articles
from blueprints.articles import pinning, queries
from blueprints.comments import threads
from blueprints.comments.models import State
from blueprints.comments.pages import pages_of
from blueprints.comments.places import asked_in
from blueprints.feeds.linked_data import of_page
from tests.builders import add_article, add_comment, all_comments, article, within
from understory import shortcut
from understory.db import db
from understory.shortcut import Asking
from understory.snapshots import snapshot

HOST = "http://localhost"

NASTY = "</script><!-- %s %(author)s {0} & 'quoted' \"twice\""


@pytest.fixture
def slug(site) -> str:
    """Twenty-five roots: one edited, some answered, one more often than a page shows, one taken down."""
    for title in ("Before", "The one", "After"):
        add_article(site, title, summary="" if title == "After" else "In <short>.")
    roots = [add_comment(site, "the-one", f"Thought {n}, {NASTY}", author=NASTY[:60]) for n in range(25)]
    for n in range(8):
        add_comment(site, "the-one", f"Answer {n}.", parent_id=roots[20])
    answer = add_comment(site, "the-one", "An answer.", parent_id=roots[-1])
    add_comment(site, "the-one", "An answer to that.", parent_id=answer)
    add_comment(site, "the-one", "Gone.", parent_id=roots[-2], state=State.REJECTED)
    return "the-one"


QUERIES = ["", "sort=oldest", "sort=best", "before=20", "before=3", "after=2", "sort=oldest&after=3", "before=1", "=&x"]


def made(site, path: str, query: str = "") -> str | None:
    maker = pages_of(site).fragment if path.endswith("/comments") else pages_of(site).article
    with site.app_context():
        engine = db.engine
    with snapshot(engine):
        answer = maker(Asking(path, shortcut.first_values(query), HOST))
    return answer.body.decode() if answer else None


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/articles/the-one", "/articles/the-one/comments"])
def test_a_page_without_flask_is_the_page_with_it(site, slug, reader, path, query):
    said = reader.get(f"{path}?{query}")
    assert made(site, path, query) == said.text
    with site.app_context():
        engine = db.engine
    with snapshot(engine):
        alone = pages_of(site).article(Asking("/articles/the-one", {}, HOST))
    assert dict(alone.headers).keys() <= {name.lower() for name, _ in said.headers}
    if (path, query) == ("/articles/the-one", ""):
        assert dict(alone.headers)["etag"] == said.headers["ETag"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_page_from_stencils_is_what_the_templates_give(site, slug, query):
    def rendered() -> tuple[str, str]:
        article = queries.published(slug)
        thread = threads.page(article.id, asked_in(shortcut.first_values(query)), 20)
        linked_data = of_page(article, thread.groups, HOST).decode()
        page = render_template(
            "articles/show.html", article=article, thread=thread, linked_data=linked_data, pinned=None
        )
        return page, pages_of(site).whole(article, thread, HOST).decode()

    with site.test_request_context():
        page, filled = within(site, rendered)
    assert filled == page


def test_a_shape_that_was_cut_for_one_article_holds_nothing_of_it(site, slug, reader):
    other = add_article(site, "Another", "Its own text.", summary="Its own words.")
    for path in ("/articles/the-one", f"/articles/{other}", "/articles/after", "/articles/before"):
        assert made(site, path) == reader.get(path).text
    within(site, articles.set_closed, other, closed=True)
    assert made(site, f"/articles/{other}") == reader.get(f"/articles/{other}").text
    assert "the-one" not in made(site, f"/articles/{other}")


@pytest.mark.parametrize("path", ["/articles/nothing", "/articles/nothing/comments"])
def test_what_is_not_there_is_left_to_its_view(site, path):
    assert made(site, path) is None


def test_a_pinned_comment_is_left_to_the_view(site, slug, reader):
    pinned = all_comments(site)[0].id
    within(site, pinning.pin, article(site, slug).id, pinned)
    assert made(site, f"/articles/{slug}") is None
    assert 'id="pinned"' in reader.get(f"/articles/{slug}").text
    assert made(site, f"/articles/{slug}/comments") == reader.get(f"/articles/{slug}/comments").text


@pytest.mark.parametrize("query", ["before=x", "before=1&after=2", "sort=no", "root=1", "sort=best&before=1"])
def test_what_makes_no_sense_is_left_to_its_view(site, slug, query):
    assert made(site, "/articles/the-one", query) is None


def test_linked_data_is_json_that_cannot_end_its_element(site, slug, reader):
    page = reader.get("/articles/the-one").text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1]
    assert not set("<>&'") & set(block)
    said = json.loads(block)
    newest = said["comment"][0]
    assert newest["author"]["name"] == NASTY[:60]
    assert newest["comment"][0]["comment"][0]["text"] == "An answer to that."
    assert reader.get(newest["url"].removeprefix(HOST)).status_code == 302
