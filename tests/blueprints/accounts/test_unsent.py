"""What somebody sends whose session is over is kept, and goes where it was meant to with one press."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.accounts import sessions, unsent
from blueprints.accounts.models import Role, UnsentForm
from tests.builders import PASSWORD, Reader, add_article, add_comment, article, comment, path_of, signed_in, within
from tests.reading import page
from understory.db import db

TYPED = {"slug": "of-toads", "title": "Of <toads>", "source": 'Toads & "frogs"\n\nare not the same.', "tags": "x"}


@pytest.fixture
def ousted(site):
    """A moderator whose session has ended on the server, while the browser still has its cookie."""
    somebody = signed_in(site)
    within(site, sessions.end, 1, "admin")
    return somebody


def kept(site) -> int:
    return within(site, lambda: db.session.query(UnsentForm).count())


def sign_in_again(somebody, response):
    """Sign in where an answer leads, and see what comes then."""
    fields = {**page(somebody.follow(response)).one("form").fields(), "name": "mod", "password": PASSWORD}
    return somebody.follow(somebody.post("/sign-in", fields))


def test_an_article_survives_the_end_of_a_session(site, ousted):
    response = ousted.post("/admin/articles/new", {"csrf_token": "old", **TYPED})
    assert (response.status_code, path_of(response.location).split("?")[0]) == (302, "/sign-in")
    shown = page(sign_in_again(ousted, response))
    assert TYPED["source"] in [area.text.lstrip("\n") for area in shown.all("textarea")]
    form = shown.one("form[action=/admin/articles/new]")
    assert form.fields()["csrf_token"] not in ("", "old")
    assert ousted.post(form["action"], form.fields()).status_code == 303
    assert (article(site, "of-toads").title, article(site, "of-toads").source) == (TYPED["title"], TYPED["source"])


def test_a_reason_survives_it(site, ousted):
    one = add_comment(site, add_article(site))
    path = f"/admin/comments/{one}/delete"
    response = ousted.post(path, {"csrf_token": "old", "reason": "A long story"})
    form = page(sign_in_again(ousted, response)).one(f"form[action={path}]")
    assert ousted.post(path, form.fields()).status_code == 303
    assert comment(site, one).state == "rejected"


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/admin/rules/", {"banned_words": "casino\npills", "links_over": "3"}),
        ("/admin/rules/", {"first_timers": "2"}),
        ("/admin/bans/new", {"by_words": "y", "words": "casino"}),
        ("/admin/bans/new", {"by_address": "y", "address": "203.0.113.0/24"}),
        ("/admin/people/invite", {"meant_for": "Grace of the news desk"}),
        ("/admin/articles/new", {"title": "О жабах", "source": "ж" * 200_000}),
    ],
)
def test_whatever_was_typed_survives_it(site, ousted, path, typed):
    response = ousted.post(path, {"csrf_token": "old", **typed})
    form = page(sign_in_again(ousted, response)).one(f"form[action={path}]")
    assert form.fields().items() >= typed.items()


def test_nothing_is_kept_of_who_was_never_signed_in_nor_where_nothing_was_typed(site, ousted):
    guest = Reader(site)
    guest.get("/sign-in")
    assert guest.post("/admin/articles/new", TYPED).status_code == 302
    assert ousted.post("/admin/comments/1/delete", {"reason": " "}).location.endswith("/sign-in")
    assert kept(site) == 0


def test_secrets_are_not_kept(site, ousted):
    ousted.post("/admin/articles/new", {**TYPED, "csrf_token": "t", "password": "p", "code": "1"})
    row = within(site, lambda: db.session.query(UnsentForm.fields).scalar())
    assert all(f'"{name}"' not in row for name in unsent.SECRETS)


def test_only_moderators_open_it_for_a_day(make_site, clock):
    site = make_site()
    somebody = signed_in(site)
    within(site, sessions.end, 1, "admin")
    response = somebody.post("/admin/articles/new", TYPED)
    path = page(somebody.follow(response)).one("form").fields()["next"]
    assert signed_in(site, Role.READER, "reader").get(path).status_code == 403
    other = signed_in(site, name="other")
    assert other.get(path).status_code == 200
    assert other.get(f"{path}x").status_code == 404
    clock.later(seconds=unsent.LIFETIME / timedelta(seconds=1) + 1)
    assert other.get(path).status_code == 404
    assert (within(site, unsent.sweep), kept(site)) == (1, 0)


def test_of_one_session_no_more_than_some_are_kept(site, ousted):
    for _ in range(unsent.MOST + 3):
        ousted.post("/admin/articles/new", TYPED)
    assert kept(site) == unsent.MOST
