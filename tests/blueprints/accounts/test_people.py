"""What admins do: invite, change roles, end sessions, and never without one of them left."""

from __future__ import annotations

import re

import pytest

from blueprints.accounts import operations, queries
from blueprints.accounts.models import Event, Role
from tests.builders import PASSWORD, Reader, add_account, at_once, signed_in, within
from tests.reading import page
from understory.paging import Place


@pytest.fixture
def admin(site):
    return signed_in(site, Role.ADMIN, "Ada")


def link_of(response) -> str:
    return re.sub("^https?://[^/]+", "", page(response).one("#invited")["value"])


def invite(admin, role: Role = Role.MODERATOR, meant_for: str = "Grace") -> str:
    """The path of a one-time link."""
    fields = {**admin.form("/admin/people/", "form[action=/admin/people/invite]"), "role": role, "meant_for": meant_for}
    return link_of(admin.follow(admin.post("/admin/people/invite", fields)))


def accept(reader, path: str, name: str = "Grace", password: str = PASSWORD):
    return reader.post(path, {**reader.form(path), "name": name, "password": password})


def account_of(site, name: str):
    return within(site, queries.named, name)


def press(admin, account_id: int, act: str, **fields: str):
    return admin.post(f"/admin/people/{account_id}/{act}", {"csrf_token": admin.token(), **fields})


def record(site) -> list[tuple[str, str, str]]:
    return [(event.what, event.account_name, event.by_name) for event in within(site, queries.events, Place()).rows]


@pytest.mark.parametrize(("role", "leads_to"), [(Role.MODERATOR, "/admin/"), (Role.READER, "/account")])
def test_an_invitation_makes_one_account_of_its_role(site, admin, reader, role, leads_to):
    path = invite(admin, role)
    response = accept(reader, path)
    assert (response.status_code, response.location) == (303, leads_to)
    assert account_of(site, "Grace").role == role
    assert "Welcome." in reader.follow(response).text
    assert reader.get(path).status_code == 410
    assert Reader(site).post(path, {}).status_code == 410


def test_the_link_is_shown_once_and_kept_as_a_hash(site, admin):
    path = invite(admin)
    assert not admin.page("/admin/people/").has("#invited")
    assert path.rpartition("/")[2] not in str(within(site, lambda: [vars(i) for i in queries.open_invites()]))
    assert "Grace" in admin.page("/admin/people/").one("main").text


def test_an_invitation_is_over_after_a_week(clock, site, reader):
    path = invite(signed_in(site, Role.ADMIN, "Ada"))
    clock.later(days=6)
    assert reader.get(path).status_code == 200
    clock.later(days=2)
    assert reader.get(path).status_code == 410


def test_a_withdrawn_invitation_opens_nothing(site, admin, reader):
    path = invite(admin)
    assert admin.post("/admin/people/invites/1/withdraw", {"csrf_token": admin.token()}).status_code == 303
    assert reader.get(path).status_code == 410
    assert admin.post("/admin/people/invites/1/withdraw", {"csrf_token": admin.token()}).status_code == 404


def test_a_taken_name_leaves_the_invitation_open(site, admin, reader):
    path = invite(admin)
    assert accept(reader, path, "ada").status_code == 409
    assert accept(reader, path, "Grace", "short").status_code == 422
    assert accept(reader, path).status_code == 303


def test_of_two_who_open_a_link_at_the_same_moment_one_gets_the_account(site, admin):
    path = invite(admin)
    readers = [Reader(site), Reader(site)]
    forms = [reader.form(path) for reader in readers]
    results = at_once(
        *[
            lambda n=n: readers[n].post(path, {**forms[n], "name": f"Grace {n}", "password": PASSWORD}).status_code
            for n in range(2)
        ]
    )
    assert sorted(results) in ([303, 404], [303, 410])


@pytest.mark.parametrize("fields", [{"role": "owner"}, {"role": ""}, {"meant_for": "x" * 65}])
def test_an_invitation_that_makes_no_sense_comes_back_with_what_was_typed(admin, fields):
    sent = {**admin.form("/admin/people/", "form[action=/admin/people/invite]"), "role": "admin", **fields}
    response = admin.post("/admin/people/invite", sent)
    assert response.status_code == 422
    assert page(response).has(".error")
    assert not fields.get("meant_for") or fields["meant_for"] in response.text


def test_a_role_is_in_force_at_once(site, admin):
    grace = signed_in(site, Role.MODERATOR, "Grace")
    account_id = account_of(site, "Grace").id
    assert grace.get("/admin/").status_code == 200
    assert press(admin, account_id, "role", role="reader").status_code == 303
    assert grace.get("/admin/").status_code == 403
    assert press(admin, account_id, "role", role="admin").status_code == 303
    assert grace.get("/admin/people/").status_code == 200
    assert record(site)[0] == (Event.ROLE_CHANGED, "Grace", "Ada")


def test_the_last_admin_stays_one(site, admin):
    account_id = account_of(site, "Ada").id
    response = press(admin, account_id, "role", role="moderator")
    assert response.status_code == 409
    assert "This is the last admin." in page(response).one(".notice").text
    add_account(site, "Grace", Role.ADMIN)
    response = press(admin, account_id, "role", role="moderator")
    assert (response.status_code, response.location) == (303, "/account")
    assert admin.get("/admin/people/").status_code == 403


def test_two_admins_who_demote_each_other_at_once_leave_one(site):
    ids = [add_account(site, name, Role.ADMIN).id for name in ("Ada", "Grace")]
    results = at_once(*[lambda who=who: within(site, operations.set_role, who, Role.READER, "x") for who in ids])
    assert [type(result).__name__ for result in results].count("LastAdmin") == 1


def test_ending_sessions_is_at_once(site, admin):
    grace = signed_in(site, Role.MODERATOR, "Grace")
    response = press(admin, account_of(site, "Grace").id, "sessions/end")
    assert "1 session ended." in admin.follow(response).text
    assert grace.get("/admin/").status_code == 302
    assert grace.sign_in("Grace").status_code == 303


@pytest.mark.parametrize("path", ["/admin/people/", "/admin/people/1", "/admin/people/record"])
def test_people_are_for_admins(site, path):
    moderator = signed_in(site)
    assert moderator.get(path).status_code == 403
    assert not moderator.page("/admin/").has("a[href=/admin/people/]")


def test_moderators_cannot_make_themselves_admins(site):
    moderator = signed_in(site)
    account_id = account_of(site, "mod").id
    assert press(moderator, account_id, "role", role="admin").status_code == 403
    fields = {"csrf_token": moderator.token(), "role": "admin", "meant_for": ""}
    assert moderator.post("/admin/people/invite", fields).status_code == 403
    assert account_of(site, "mod").role == Role.MODERATOR


def test_sign_ins_are_written_down_with_no_address_and_no_unknown_name(site, caplog):
    add_account(site)
    reader = Reader(site)
    reader.sign_in("my secret password", "typed in the wrong field")
    reader.sign_in("mod", "wrong password")
    reader.sign_in()
    kept = within(site, queries.events, Place()).rows
    assert [(event.what, event.account_name) for event in kept[:3]] == [
        (Event.SIGNED_IN, "mod"),
        (Event.WRONG_PASSWORD, "mod"),
        (Event.WRONG_PASSWORD, ""),
    ]
    assert {event.address_range for event in kept[:3]} == {"203.0.113.0/24"}
    assert "203.0.113.7" not in str([vars(event) for event in kept])
    assert "wrong password: account unknown, from 203.0.113.0/24" in caplog.text


def test_the_record_is_paged(site, admin):
    for n in range(60):
        within(site, operations.set_role, account_of(site, "Ada").id, Role.ADMIN, "x")
        add_account(site, f"Reader {n}", Role.READER)
    first = admin.page("/admin/people/record")
    assert len(first.one("tbody").all("tr")) == queries.EVENTS_PER_PAGE
    older = admin.page(first.one("#older")["href"])
    assert 10 <= len(older.one("tbody").all("tr")) < queries.EVENTS_PER_PAGE
