"""What makes pages quick to render gives what Flask and Jinja give."""

from __future__ import annotations

import flask
import pytest
from jinja2 import DictLoader, Environment

from understory import compression
from understory.inlining import Inlining


def both(parts: dict[str, str], **context: object) -> set[str]:
    loaders = (DictLoader(parts), Inlining(DictLoader(parts)))
    return {Environment(loader=loader, autoescape=True).get_template("page").render(**context) for loader in loaders}


def test_an_inlined_partial_is_an_included_one():
    parts = {
        "page": '{% set a = 1 %}{% for n in "ab" %}{% with b = n %}{% include "one" %}{% endwith %}{% endfor %}{{ a }}',
        "one": '{% set a = 5 %}<i>{{ b }}{{ c }}{% include "two" %}</i>',
        "two": "{{ a }}",
    }
    assert both(parts, c="<") == {"<i>a&lt;5</i><i>b&lt;5</i>1"}


def test_partials_in_a_circle_are_an_error():
    with pytest.raises(RecursionError, match="includes itself"):
        Environment(loader=Inlining(DictLoader({"page": '{% include "page" %}'}))).get_template("page")


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("articles.index", {}),
        ("articles.index", {"before": "a-title"}),
        ("comments.place", {"comment_id": 7}),
        ("posting.new", {"slug": "a-title", "parent_id": 12}),
        ("posting.new", {"slug": "a-title", "parent_id": None}),
        ("posting.new", {"parent_id": 12, "slug": "a-title"}),
        ("accounts.sign_in", {"next": "/admin/?a=b&c=d e"}),
        ("articles.show", {"slug": "a-title", "_anchor": "conversation"}),
        ("articles.show", {"slug": "a-title", "_external": True}),
    ],
)
def test_an_address_is_flask_s_own(site, endpoint, values):
    with site.test_request_context():
        url_for = site.jinja_env.globals["url_for"]
        assert [url_for(endpoint, **values) for _ in range(3)] == [flask.url_for(endpoint, **values)] * 3


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("identity;q=1, br;q=0.1", "identity"),
        ("GZIP ; q=1.0", "gzip"),
        ("br;q=rubbish, gzip", "gzip"),
        (";;,,=", "identity"),
    ],
)
def test_a_browser_gets_the_coding_that_it_likes_best(header, coding):
    assert compression.accepted(header) == coding
