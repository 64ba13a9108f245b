"""What holds for every address of the site, found in its URL map so that no new one is forgotten."""

from __future__ import annotations

import pytest
from werkzeug.routing import BuildError, Rule

from blueprints.accounts import operations as accounts
from blueprints.accounts.models import Role
from blueprints.moderation.models import Act
from tests.builders import Reader, add_article, add_comment, add_moderator, everything_in, moderate, signed_in, within

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]

#: Something that each kind of address leads to on the site of these tests.
KNOWN = {
    "slug": "a-title",
    "comment_id": 1,
    "entry_id": 1,
    "act": "restore",
    "token": "token",
    "filename": "favicon.svg",
}
KNOWN |= {"account_id": 1, "session_id": 1, "invite_id": 1, "passkey_id": 1}
KNOWN |= {"rules_id": 1, "ban_id": 1}

#: What a form of the site could hold, without its token.
FIELDS = {
    "author": "Ada",
    "body": "A thought.",
    "submission_id": "a-key-of-one-use",
    "title": "A title",
    "source": "Other text",
    "reason": "Rude",
    "name": "Grace",
    "password": "correct horse battery",
    "first_timers": "1",
    "by_words": "y",
    "words": "casino",
    "lasts": "a week",
}


#: What is answered before a token is asked for: links that are spent, steps that nobody is at, what is not there.
ANSWERS = {"accounts.claim": 410, "accounts.join": 410, "second.step": 303, "factors.remove_passkey": 404}
ANSWERS |= {"factors.telephone": 303}


@pytest.fixture
def inhabited(site):
    """A site on which every kind of address leads to something: comment 1 is deleted, entry 1 says so."""
    slug = add_article(site)
    first = add_comment(site, slug)
    add_comment(site, slug)
    moderate(site, Act.DELETE, first, add_moderator(site, "other"))
    return site


def path_of(site, rule: Rule) -> str:
    with site.test_request_context():
        try:
            # Moderators act on the deleted comment, readers on the one that they can see.
            known = KNOWN if rule.rule.startswith("/admin") else {**KNOWN, "comment_id": 2}
            _, path = rule.build({name: known[name] for name in rule.arguments}) or (None, None)
        except (BuildError, KeyError) as error:
            raise AssertionError(f"this test does not know where {rule} leads: {error}") from None
    assert path
    return path


def rules(site, method: str, prefix: str = "/") -> list[Rule]:
    return [
        rule for rule in site.url_map.iter_rules() if rule.rule.startswith(prefix) and method in (rule.methods or ())
    ]


def guarded(site) -> list[str]:
    known = [path_of(site, rule) for rule in site.url_map.iter_rules() if rule.rule.startswith("/admin")]
    assert len(known) > 10
    return [*known, "/admin", "/admin/nowhere", "/admin/comments/x/delete", "/admin//", "/admin/%2e%2e/"]


def test_no_guest_gets_under_admin_by_any_verb(inhabited):
    before = everything_in(inhabited)
    guest = Reader(inhabited)
    for path in guarded(inhabited):
        for method in METHODS:
            response = guest.browser.open(path, method=method, data=FIELDS if method == "POST" else None)
            assert response.status_code == 302, f"{method} {path}"
            assert response.location.split("?")[0] == "/sign-in", f"{method} {path}"
            assert response.data == b"" or b"/sign-in" in response.data
    assert everything_in(inhabited) == before


def test_no_reader_gets_under_admin_by_any_verb(inhabited):
    somebody = signed_in(inhabited, Role.READER, "reader")
    before = everything_in(inhabited)
    for path in guarded(inhabited):
        for method in METHODS:
            response = somebody.browser.open(path, method=method, data=FIELDS if method == "POST" else None)
            assert response.status_code == 403, f"{method} {path}"
    assert everything_in(inhabited) == before


def test_no_detour_leads_under_admin(inhabited):
    guest = Reader(inhabited)
    for path in (
        "//admin/",
        "/./admin/",
        "/Admin/",
        "/admin;/",
        "/ADMIN",
        "/%61dmin/",
        "/static/../admin/",
        "/articles/../admin/",
    ):
        response = guest.browser.get(environ_overrides={"PATH_INFO": path})
        assert response.status_code in (302, 308, 404), path
        assert 'id="queue"' not in response.text


def test_every_post_without_a_token_is_refused_and_changes_nothing(inhabited):
    moderator = signed_in(inhabited)
    before = everything_in(inhabited)
    posts = rules(inhabited, "POST")
    assert len(posts) > 10
    for rule in posts:
        path = path_of(inhabited, rule)
        for htmx in (False, True):
            for fields in (FIELDS, {**FIELDS, "csrf_token": ""}, {**FIELDS, "csrf_token": "rubbish"}):
                response = moderator.post(path, fields, htmx=htmx)
                assert response.status_code == ANSWERS.get(rule.endpoint, 403), path
    assert everything_in(inhabited) == before
    assert moderator.get("/admin/").status_code == 200


def test_a_claim_without_a_token_is_refused_and_changes_nothing(site):
    path = f"/claim/{within(site, accounts.offer_claim)}"
    before = everything_in(site)
    assert Reader(site).post(path, FIELDS).status_code == 403
    assert everything_in(site) == before


def test_a_token_in_the_address_does_not_count(inhabited):
    moderator = signed_in(inhabited)
    before = everything_in(inhabited)
    assert moderator.post(f"/admin/comments/1/restore?csrf_token={moderator.token()}", {}).status_code == 403
    assert everything_in(inhabited) == before


def test_no_get_changes_anything(inhabited):
    moderator = signed_in(inhabited)
    before = everything_in(inhabited)
    for rule in rules(inhabited, "GET"):
        for somebody in (Reader(inhabited), moderator):
            for method in ("GET", "HEAD", "OPTIONS"):
                with somebody.browser.open(path_of(inhabited, rule), method=method) as response:
                    assert response.status_code < 500
    assert everything_in(inhabited) == before


def test_no_answer_is_both_public_and_somebodys_own(inhabited):
    moderator = signed_in(inhabited)
    for rule in rules(inhabited, "GET"):
        for somebody in (Reader(inhabited), moderator):
            with somebody.get(path_of(inhabited, rule)) as response:
                own = "Set-Cookie" in response.headers or "Cookie" in response.headers.get("Vary", "")
                own = own or "csrf_token" in (response.text if response.mimetype == "text/html" else "")
                assert not (own and response.cache_control.public), rule
                assert not own or response.cache_control.no_store or response.status_code != 200, rule


def test_only_forms_begin_a_session(inhabited):
    begins = {"posting.new", "posting.form", "accounts.sign_in", "votes.token"}
    begins |= {"votes.show", "reports.report", "reports.form", "second.passkey"}
    for rule in rules(inhabited, "GET"):
        somebody = Reader(inhabited)
        with somebody.get(path_of(inhabited, rule)):
            assert (somebody.cookies() != {}) == (rule.endpoint in begins), rule
