"""Walk c: somebody opens a place deep in a long thread, and it costs two queries."""

from __future__ import annotations

import pytest

from tests.builders import add_article, add_comment, path_of, queries_of, signed_in
from tests.reading import page


@pytest.fixture
def site(make_site):
    return make_site(comments_per_page=5)


@pytest.fixture
def slug(site) -> str:
    slug = add_article(site)
    for n in range(1, 41):
        add_comment(site, slug, f"Comment {n}")
    return slug


@pytest.mark.parametrize("place", ["", "?before=20", "?after=20", "?sort=oldest", "?sort=oldest&after=30"])
def test_a_place_costs_two_queries(site, slug, reader, place):
    with queries_of(site) as asked:
        shown = reader.page(f"/articles/{slug}{place}")
    assert len(shown.all("article.comment")) == 5
    assert len(asked) == 2


def test_its_fragment_costs_two_queries(site, slug, reader):
    with queries_of(site) as asked:
        assert reader.get(f"/articles/{slug}/comments?before=20").status_code == 200
    assert len(asked) == 2


def test_a_link_to_a_comment_leads_deep_into_the_thread_in_three(site, slug, reader):
    with queries_of(site) as asked:
        shown = page(reader.follow(reader.get("/comments/12")))
    assert shown.all("article.comment")[0]["id"] == "comment-12"
    assert len(asked) == 3


def test_a_session_that_is_not_signed_in_costs_nothing_more(site, slug, reader):
    reader.get(f"/articles/{slug}/comments/form")
    with queries_of(site) as asked:
        reader.get(f"/articles/{slug}")
    assert len(asked) == 2


def test_a_moderator_costs_one_query_more(site, slug):
    moderator = signed_in(site)
    with queries_of(site) as asked:
        moderator.get(f"/articles/{slug}")
    assert len(asked) == 3


def test_a_reader_walks_from_the_newest_comment_to_the_first_and_back(slug, reader):
    path, down = f"/articles/{slug}", []
    while path:
        shown = reader.page(path)
        down.append([comment["id"] for comment in shown.all("article.comment")])
        last, path = path, path_of(shown.one("#older")["href"]) if shown.has("#older") else ""
    assert [comment for place in down for comment in place] == [f"comment-{n}" for n in range(40, 0, -1)]
    up, path = [], last
    while path:
        shown = reader.page(path)
        up.append([comment["id"] for comment in shown.all("article.comment")])
        path = path_of(shown.one("#newer")["href"]) if shown.has("#newer") else ""
    assert up == down[::-1]
