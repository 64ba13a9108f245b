"""What a person sees when something cannot be done, with what they typed in it."""

from __future__ import annotations

import pytest

from tests.builders import HTMX, Reader, add_article, signed_in
from tests.reading import page
from understory.errors import KEPT_BYTES, Unavailable

TEXT = 'Long thought over: 1 < 2 & <b>"bold"</b>\n</textarea><script>alert(1)</script>'


def kept(response) -> list[str]:
    return [area.text.removeprefix("\n") for area in page(response).all("textarea")]


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/articles/none", 404), ("/?before=%3C", 400), ("/comments/0", 404)]
)
def test_an_error_is_a_page_with_a_way_on(reader, path, status):
    response = reader.get(path)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert page(response).one("h1").text
    assert page(response).has("a[href=/]")
    assert response.headers["Cache-Control"] == "no-store"


def test_for_htmx_it_is_a_fragment(reader):
    response = reader.browser.get("/nowhere", headers=HTMX)
    assert response.status_code == 404
    assert not page(response).has("html")
    assert page(response).one("[role=alert]").one("h2").text


def test_a_method_that_an_address_does_not_take_is_named(site, reader):
    add_article(site)
    response = reader.get("/sign-out")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/nowhere", "/", "/articles/none/comments", "/comments/1"])
def test_a_form_that_nobody_takes_gives_its_text_back(reader, path):
    sent = reader.form("/sign-in")
    response = reader.post(path, {**sent, "author": "Ada <i>", "body": TEXT, "password": "secret", "website": "x"})
    assert response.status_code in (404, 405)
    assert kept(response) == ["Ada <i>", TEXT]
    assert not page(response).has("script[src=x]")
    assert "secret" not in response.text


def test_a_form_beyond_the_usual_room_gives_its_text_back(reader):
    text = "Long thought over. " * 6_000
    response = reader.post("/nowhere", {"body": text})
    assert response.status_code == 404
    assert kept(response) == [text]


def test_a_form_without_a_token_gives_its_text_back(reader):
    response = reader.post("/nowhere", {"body": TEXT}, htmx=True)
    assert response.status_code in (403, 404)
    assert kept(response) == [TEXT]


def test_a_request_beyond_all_measure_is_refused_without_being_read(site, reader):
    add_article(site)
    response = reader.post("/articles/a-title/comments", {"body": "x" * KEPT_BYTES})
    assert response.status_code == 413
    assert response.headers["Connection"] == "close"
    assert kept(response) == []


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe", b"--x\r\n\r\n", b"%", b"a=%ff&body=\xff"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_a_body_that_is_no_form_is_no_error_of_ours(site, reader, junk, kind):
    add_article(site)
    for path in ("/articles/a-title/comments", "/sign-in", "/sign-out", "/nowhere"):
        response = reader.browser.post(path, data=junk, content_type=kind)
        assert 400 <= response.status_code < 500


def test_an_error_that_nobody_foresaw_is_a_page_that_keeps_the_text(make_site, monkeypatch, caplog):
    site = make_site()
    site.logger.handlers.clear()
    add_article(site)
    moderator = signed_in(site)
    sent = moderator.comment_form("a-title", TEXT)
    monkeypatch.setattr("blueprints.comments.submissions.comment_html", lambda source: 1 / 0)
    response = moderator.post("/articles/a-title/comments", sent)
    assert response.status_code == 500
    assert kept(response) == ["Ada", TEXT]
    assert "ZeroDivisionError" not in response.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/articles/%00",
        "/articles/A",
        "/articles/a_b",
        "/articles/" + "a" * 101,
        "/comments/x",
        "/%ff",
        "/..%2f",
    ],
)
def test_an_address_of_rubbish_is_not_found(reader, path):
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_number_that_no_row_can_have_is_not_found(reader, number):
    assert reader.get(f"/comments/{number}").status_code == 404


@pytest.fixture
def away(site, monkeypatch):
    """The site from the moment on at which its database is gone."""

    def go() -> None:
        def fail(*_given, **_named):
            raise Unavailable

        monkeypatch.setattr("blueprints.articles.queries.published", fail)

    return go


def test_what_the_database_could_not_take_is_one_press_from_being_sent_again(site, away):
    slug, ada = add_article(site), Reader(site)
    fields = ada.comment_form(slug, 'Two\nlines & "quotes"')
    away()
    refused = ada.post(f"/articles/{slug}/comments?sort=best", fields)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    again = page(refused).one("form[method=post]")
    assert again.attributes["action"] == f"/articles/{slug}/comments?sort=best"
    assert again.fields().items() >= fields.items()


def test_a_secret_is_never_given_back(site, away):
    refused = Reader(site).post("/articles/a/comments", {"body": "Text", "password": "hidden treasure"})
    assert "hidden treasure" not in refused.text
    away()
    refused = Reader(site).post("/articles/a/comments", {"body": "Text", "password": "hidden treasure"})
    assert refused.status_code == 503
    assert "hidden treasure" not in refused.text
