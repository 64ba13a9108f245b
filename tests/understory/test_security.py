"""What guards every answer: headers, cookies, tokens, and who is believed about an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Reader, add_article, signed_in
from understory.assets import asset
from understory.security import HEADERS, local_path
from understory.values import Proxies

PROXY = "10.0.0.1"


@pytest.mark.parametrize("path", ["/", "/admin/", "/admin/?before=3", "/articles/a#comment-1", "/a//b", "/é"])
def test_a_path_of_this_site_is_a_place_to_go(path):
    assert local_path(path, "/otherwise") == path


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "admin",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "https://evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: a=b",
        "/" + "a" * 2000,
    ],
)
def test_any_other_is_not(target):
    assert local_path(target, "/otherwise") == "/otherwise"


@given(st.text(alphabet="/\\.:@ab?#%\t\n ", max_size=12))
def test_nobody_is_sent_to_another_host(target):
    path = local_path(target, "/otherwise")
    assert path.startswith("/")
    assert path[1:2] not in ("/", "\\")
    assert not any(c in path for c in "\\\t\n ")


@pytest.mark.parametrize(
    "path",
    ["/", "/articles/a-title", "/articles/a-title/comments/new", "/sign-in", "/nowhere", "/comments/1", "/admin/"],
)
def test_every_answer_carries_the_headers(site, reader, path):
    add_article(site)
    found = reader.get(path).headers
    for name, value in HEADERS.items():
        assert found[name] == value


@pytest.mark.parametrize("name", ["understory.js", "understory.css"])
def test_a_part_of_pages_carries_what_counts_for_it(site, reader, name):
    with site.test_request_context():
        address = asset(name)
    found = reader.get(address).headers
    assert {name for name in HEADERS if name in found} == {"X-Content-Type-Options"}


def test_a_picture_opened_by_itself_is_a_page_and_carries_them_all(site, reader):
    with site.test_request_context():
        address = asset("favicon.svg")
    found = reader.get(address).headers
    for name, value in HEADERS.items():
        assert found[name] == value


def test_the_policy_lets_nothing_in_from_outside_and_evaluates_nothing(reader):
    policy = reader.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert "data:" not in policy


def test_a_session_cookie_is_out_of_reach_for_scripts_and_other_sites(site, reader):
    add_article(site)
    cookie = reader.get("/articles/a-title/comments/form").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie


def test_over_https_it_is_secure(site):
    add_article(site)
    response = site.test_client().get("/articles/a-title/comments/form", base_url="https://example.org")
    assert "Secure" in response.headers["Set-Cookie"]


@pytest.mark.parametrize("trusted", [Proxies(hops=1), Proxies(networks=("10.0.0.0/8",))])
def test_a_trusted_proxy_is_believed(make_site, trusted):
    site = make_site(trusted_proxies=trusted, post_limit="1 per hour")
    add_article(site)
    for address in ("203.0.113.7", "203.0.113.8"):
        somebody = Reader(site, PROXY)
        sent = somebody.comment_form("a-title")
        response = somebody.post("/articles/a-title/comments", sent, X_Forwarded_For=address)
        assert response.status_code == 303


@pytest.mark.parametrize("trusted", [Proxies(), Proxies(networks=("192.0.2.1/32",))])
def test_nobody_else_is(make_site, trusted):
    site = make_site(trusted_proxies=trusted, post_limit="1 per hour")
    add_article(site)
    statuses = []
    for address in ("203.0.113.7", "203.0.113.8"):
        somebody = Reader(site, PROXY)
        sent = somebody.comment_form("a-title")
        statuses.append(somebody.post("/articles/a-title/comments", sent, X_Forwarded_For=address).status_code)
    assert statuses == [303, 429]


def test_what_a_reader_claims_before_the_proxy_does_not_count(make_site):
    site = make_site(trusted_proxies=Proxies(networks=("10.0.0.0/8",)), post_limit="1 per hour")
    add_article(site)
    statuses = []
    for claimed in ("192.0.2.1", "192.0.2.2"):
        somebody = Reader(site, PROXY)
        sent = somebody.comment_form("a-title")
        forwarded = f"{claimed}, 203.0.113.7"
        statuses.append(somebody.post("/articles/a-title/comments", sent, X_Forwarded_For=forwarded).status_code)
    assert statuses == [303, 429]


@pytest.mark.parametrize("rubbish", ["", ",", "rubbish", "203.0.113.7:8000", "[::1]:80", "é", "a" * 5000])
def test_rubbish_from_a_trusted_proxy_is_no_error(make_site, rubbish):
    site = make_site(trusted_proxies=Proxies(networks=("10.0.0.0/8",)))
    add_article(site)
    somebody = Reader(site, PROXY)
    sent = somebody.comment_form("a-title")
    headers = {"X_Forwarded_For": rubbish, "X_Forwarded_Proto": rubbish, "X_Forwarded_Host": rubbish}
    assert somebody.post("/articles/a-title/comments", sent, **headers).status_code == 303


def test_behind_a_proxy_with_https_the_cookie_is_secure(make_site):
    site = make_site(trusted_proxies=Proxies(networks=("10.0.0.0/8",)))
    add_article(site)
    forwarded = {"X_Forwarded_For": "203.0.113.7", "X_Forwarded_Proto": "https"}
    response = Reader(site, PROXY).get("/articles/a-title/comments/form", **forwarded)
    assert "Secure" in response.headers["Set-Cookie"]


def test_a_token_of_another_session_is_refused(site):
    add_article(site)
    mine, theirs = Reader(site), Reader(site)
    sent = {**mine.comment_form("a-title"), "csrf_token": theirs.comment_form("a-title")["csrf_token"]}
    assert mine.post("/articles/a-title/comments", sent).status_code == 403


def test_signing_out_needs_a_token_and_leaves_nothing_of_the_session(site):
    moderator = signed_in(site)
    token = moderator.token()
    assert moderator.post("/sign-out", {}).status_code == 403
    assert moderator.get("/admin/").status_code == 200
    assert moderator.post("/sign-out", {"csrf_token": token}).status_code == 303
    assert moderator.get("/admin/").status_code == 302
    assert moderator.post("/sign-out", {"csrf_token": token}).status_code == 403
