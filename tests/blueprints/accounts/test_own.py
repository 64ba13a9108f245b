"""One's own account: the password, the sessions, and who gets to it."""

from __future__ import annotations

import pytest

from blueprints.accounts import queries
from blueprints.accounts.models import Role
from tests.builders import PASSWORD, Reader, add_account, signed_in, within
from tests.reading import page

FRESH = "another fine password"


def change(somebody, password: str = PASSWORD, fresh: str = FRESH):
    fields = {**somebody.form("/account/password", "form[action=/account/password]"), "password": password}
    return somebody.post("/account/password", {**fields, "fresh": fresh})


def test_a_changed_password_signs_every_other_browser_out(site):
    here = signed_in(site)
    there = Reader(site)
    there.sign_in()
    response = change(here)
    assert (response.status_code, response.location) == (303, "/account")
    assert "Your password is changed." in here.follow(response).text
    assert there.get("/admin/").status_code == 302
    assert Reader(site).sign_in().status_code == 422
    assert Reader(site).sign_in(password=FRESH).status_code == 303


@pytest.mark.parametrize(
    ("password", "fresh", "field"),
    [("wrong", FRESH, "password"), (PASSWORD, "short", "fresh"), ("", FRESH, "password")],
)
def test_a_password_that_cannot_be_changed_so_says_why(site, password, fresh, field):
    here = signed_in(site)
    response = change(here, password, fresh)
    assert response.status_code == 422
    assert page(response).has(f"#{field}-error")
    assert FRESH not in response.text
    assert Reader(site).sign_in().status_code == 303


def test_guessing_the_password_in_an_open_browser_is_slowed_down(make_site):
    site = make_site(sign_in_limit="3 per minute")
    here = signed_in(site)
    assert [change(here, "wrong").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_sessions_are_listed_and_ended_one_by_one(site):
    here = signed_in(site)
    there = Reader(site, "2001:db8::7")
    there.browser.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
    there.sign_in()
    shown = here.page("/account").one("main")
    assert "Firefox on Linux" in shown.words
    assert "from 2001:db8::/48" in shown.words
    (form,) = [
        form for form in shown.all("form") if form["action"].endswith("/end") and "sessions/end" not in form["action"]
    ]
    assert here.post(form["action"], form.fields()).status_code == 303
    assert there.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200


def test_nobody_ends_another_person_s_session(site):
    grace = signed_in(site, Role.MODERATOR, "Grace")
    (session,) = within(site, lambda: queries.sessions_of(queries.named("Grace").id))
    mallory = signed_in(site, Role.MODERATOR, "Mallory")
    mallory.post(f"/account/sessions/{session.id}/end", {"csrf_token": mallory.token()})
    assert grace.get("/admin/").status_code == 200


def test_sign_out_everywhere_else_leaves_this_browser_alone(site):
    here = signed_in(site)
    there = Reader(site)
    there.sign_in()
    assert here.post("/account/sessions/end", {"csrf_token": here.token()}).status_code == 303
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 302)


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(site):
    here = signed_in(site)
    stolen = here.cookies()["understory"]
    here.post("/sign-out", {"csrf_token": here.token()})
    thief = Reader(site)
    thief.browser.set_cookie("understory", stolen)
    assert thief.get("/admin/").status_code == 302


def test_a_reader_has_an_account_too(site):
    somebody = signed_in(site, Role.READER, "Ada")
    shown = somebody.page("/account")
    assert "a reader" in shown.one("main").words
    assert shown.has("form[action=/sign-out]")


def test_guests_are_asked_to_sign_in_first(site, reader):
    add_account(site)
    response = reader.get("/account/password")
    assert response.location == "/sign-in?next=/account/password"
    assert reader.post("/account/password", {}).status_code == 302


def test_a_session_in_use_is_written_down_once_an_hour(clock, site):
    here = signed_in(site)
    began = clock.now
    clock.later(minutes=30)
    here.get("/admin/")
    assert within(site, lambda: queries.sessions_of(1)[0].seen_at) == began
    clock.later(minutes=31)
    here.get("/admin/")
    assert within(site, lambda: queries.sessions_of(1)[0].seen_at) == clock.now
