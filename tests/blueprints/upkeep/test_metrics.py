"""What the operator is told of the site, and who may ask."""

from __future__ import annotations

import re

import pytest

from blueprints.comments.models import State
from tests.builders import Reader, add_article, add_comment
from understory.values import Proxies

HERE = "127.0.0.1"
TOKEN = "a token of some length"


def metrics(site, address: str = HERE, **headers: str):
    return Reader(site, address).get("/metrics", **headers)


def figure(site, name: str) -> float:
    """The value of one line, named as it stands there."""
    text = metrics(site).text
    (line,) = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.rpartition(" ")[2])


def test_posts_are_counted_by_what_became_of_them(make_site):
    site = make_site(post_limit="2 per minute")
    slug, ada = add_article(site), Reader(site)
    fields = ada.comment_form(slug)
    ada.post(f"/articles/{slug}/comments", fields)
    ada.post(f"/articles/{slug}/comments", fields)
    ada.comment(slug, "")
    ada.comment(slug, "Another one")
    ada.comment(slug, "One too many")
    for outcome in ("visible", "sent again", "invalid", "too many"):
        expected = 2 if outcome == "visible" else 1
        assert figure(site, f'understory_posts_total{{outcome="{outcome}"}}') == expected


def test_requests_are_counted_by_what_the_site_calls_them_and_nothing_that_was_sent(site):
    slug, ada = add_article(site, "Secret plans"), Reader(site)
    ada.get(f"/articles/{slug}?before=777777")
    ada.get("/nothing/like/this-one")
    ada.browser.open("/", method="BREW")
    text = metrics(site).text
    label = 'method="GET",route="/articles/<slug:slug>",status="200"'
    assert f"understory_request_seconds_count{{{label}}} 1.0" in text
    assert 'route="none",status="404"' in text
    assert 'method="other"' in text
    assert not re.search("secret-plans|777777|this-one|BREW|203.0.113", text)


def test_queues_are_counted_as_they_are_now(site):
    slug = add_article(site)
    for state in (State.PENDING, State.PENDING, State.SPAM, State.VISIBLE):
        add_comment(site, slug, f"A {state}", state)
    assert figure(site, 'understory_queue{queue="pending"}') == 2
    assert figure(site, 'understory_queue{queue="spam"}') == 1
    assert figure(site, 'understory_queue{queue="reported"}') == 0


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_without_a_token_only_this_machine_may_ask_and_not_through_a_proxy(site, name):
    assert metrics(site).status_code == 200
    assert metrics(site, "::1").status_code == 200
    assert metrics(site, "203.0.113.7").status_code == 404
    assert metrics(site, **{name: "203.0.113.7"}).status_code == 404


@pytest.mark.parametrize("chosen", [{"base_url": "https://talk.example.org"}, {"trusted_proxies": Proxies(hops=1)}])
def test_where_somebody_stands_in_front_it_takes_a_token(make_site, chosen):
    assert metrics(make_site(**chosen)).status_code == 404


def test_with_a_token_whoever_bears_it_may_ask(make_site):
    site = make_site(metrics_token=TOKEN)
    assert metrics(site).status_code == 404
    assert metrics(site, Authorization="Bearer another one").status_code == 404
    response = metrics(site, "203.0.113.7", Authorization=f"Bearer {TOKEN}")
    assert response.status_code == 200
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
