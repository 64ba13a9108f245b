"""What readers see of articles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from blueprints.articles import operations
from blueprints.comments.models import State
from tests.builders import HTMX, Reader, add_article, add_comment, signed_in, within
from tests.reading import page

DAY = datetime(2025, 4, 17, 9, 30, tzinfo=UTC)
NASTY = '</title><script>alert(1)</script>" onload=alert(1) <hx-partial> {{ 7 * 7 }} & &amp;'


def counts_on(reader, slug: str) -> tuple[str, str]:
    card = next(card for card in reader.page("/").all(".card") if card.has(f"a[href=/articles/{slug}]"))
    return card.one(".byline").all("a")[0].words, reader.page(f"/articles/{slug}").one("#comment-count").words


def test_an_article_shows_what_it_is_and_the_ways_on(site, reader):
    add_article(site, "Older", published_at=DAY - timedelta(days=1))
    slug = add_article(site, "A title", "Some *text*.", author="Ada", published_at=DAY)
    add_article(site, "Newer", published_at=DAY + timedelta(days=1))
    shown = reader.page(f"/articles/{slug}")
    assert shown.one("h1").text == "A title"
    assert shown.one(".story").one("time").text == "17 April 2025"
    assert shown.one(".author").words == "By Ada"
    assert shown.one(".prose").one("em").text == "text"
    assert shown.one("#post-a-comment")["href"] == f"/articles/{slug}/comments/new"
    assert shown.one("a[rel=prev]").words == "Previous Post Older"
    assert shown.one("a[rel=prev]")["href"] == "/articles/older"
    assert shown.one("a[rel=next]").words == "Next Post Newer"
    assert shown.one("meta[property=og:title]")["content"] == "A title"


def test_the_first_and_the_last_article_have_one_way_on(site, reader):
    add_article(site, "Older", published_at=DAY - timedelta(days=1))
    add_article(site, "Newer", published_at=DAY)
    assert not reader.page("/articles/older").has("a[rel=prev]")
    assert not reader.page("/articles/newer").has("a[rel=next]")


def test_the_front_page_lists_articles_newest_first_and_goes_on_by_slug(site, reader):
    for n in range(21):
        add_article(site, f"Article {n}", published_at=DAY + timedelta(days=n), summary=f"About {n}")
    first = reader.page("/")
    assert [card.one("h2").text for card in first.all(".card")] == [f"Article {n}" for n in range(20, 0, -1)]
    assert first.all(".standfirst")[0].text == "About 20"
    assert first.one("#older")["href"] == "/?before=article-1"
    last = reader.page("/?before=article-1")
    assert [card.one("h2").text for card in last.all(".card")] == ["Article 0"]
    assert not last.has("#older")


def test_an_empty_site_says_so(reader):
    assert "Nothing is published yet" in reader.page("/").one("main").text


@pytest.mark.parametrize("before", ["", "none", "A", "-1", "../x", "%00", "a" * 500, "é"])
def test_a_place_that_never_was_on_the_front_page_is_a_bad_address(site, reader, before):
    add_article(site)
    assert reader.get(f"/?before={before}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/articles/{}",
        "/articles/{}?sort=oldest",
        "/articles/{}/comments",
        "/articles/{}/comments/new",
        "/articles/{}/comments/form",
        "/articles/{}/comments/received",
        "/comments/1",
    ],
)
def test_an_unpublished_article_is_nowhere(site, reader, path):
    slug = add_article(site)
    assert add_comment(site, slug) == 1
    assert reader.get(path.format(slug)).status_code in (200, 302)
    within(site, operations.set_published, slug, False)
    assert reader.get(path.format(slug)).status_code == 404
    assert "A title" not in reader.get("/").text


def test_the_count_follows_the_conversation(site, reader):
    slug = add_article(site)
    assert counts_on(reader, slug) == ("Be the first to comment", "0 comments")
    add_comment(site, slug)
    assert counts_on(reader, slug) == ("1 comment", "1 comment")
    add_comment(site, slug)
    add_comment(site, slug, state=State.PENDING)
    assert counts_on(reader, slug) == ("2 comments", "2 comments")


def test_whatever_an_article_is_called_its_page_holds_nothing_foreign(site, reader):
    add_article(site, "Plain", published_at=DAY)
    plain = [reader.page("/"), reader.page("/articles/plain")]
    add_article(site, NASTY, NASTY, author=NASTY, summary=NASTY, slug="nasty", published_at=DAY - timedelta(days=1))
    nasty = [reader.page("/"), reader.page("/articles/nasty")]
    for before, after in zip(plain, nasty, strict=True):
        assert [e.attributes for e in after.all("script")] == [e.attributes for e in before.all("script")]
        assert not after.has("hx-partial")
        assert not any(name.startswith("on") for element in after.walk() for name in element.attributes)
    assert nasty[1].one("h1").text == NASTY
    assert nasty[1].one("title").words.startswith("</title><script>")
    assert nasty[1].one("meta[name=description]")["content"] == NASTY
    assert "49" not in nasty[1].one("h1").text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/articles/a-title",
        "/articles/a-title?sort=oldest",
        "/articles/a-title/comments",
        "/articles/a-title?before=1",
    ],
)
class TestAPageForEverybody:
    """Pages that any cache may keep."""

    @pytest.fixture(autouse=True)
    def _article(self, site):
        add_comment(site, add_article(site))

    def test_sets_no_cookie_and_may_be_kept(self, reader, path):
        response = reader.get(path)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.cache_control.public
        assert response.cache_control.must_revalidate
        assert reader.cookies() == {}

    def test_is_the_same_for_two_readers_and_for_one_with_a_session(self, site, reader, path):
        somebody = Reader(site, "203.0.113.99")
        somebody.get("/articles/a-title/comments/form")
        somebody.sign_in("nobody", "no password")
        assert somebody.cookies() != {}
        answers = [reader.get(path), Reader(site).get(path), somebody.get(path)]
        assert len({answer.data for answer in answers}) == 1
        assert len({answer.headers["ETag"] for answer in answers}) == 1
        assert all("Set-Cookie" not in answer.headers for answer in answers)
        assert all("Cookie" not in answer.headers.get("Vary", "") for answer in answers)

    def test_is_the_same_for_htmx(self, reader, path):
        assert reader.get(path).data == reader.browser.get(path, headers=HTMX).data

    def test_is_asked_for_again_by_its_etag(self, site, reader, path):
        etag = reader.get(path).headers["ETag"]
        again = reader.get(path, If_None_Match=etag)
        assert (again.status_code, again.data) == (304, b"")
        assert again.cache_control.public
        assert "Set-Cookie" not in again.headers
        assert reader.get(path, If_None_Match='"another"').status_code == 200

    def test_can_be_asked_for_by_head(self, reader, path):
        got, head = reader.get(path), reader.browser.head(path)
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["ETag"] == got.headers["ETag"]
        assert head.content_length == got.content_length

    def test_is_kept_by_no_cache_for_a_moderator(self, site, path):
        response = signed_in(site).get(path)
        assert response.cache_control.private
        assert response.cache_control.no_store
        assert "ETag" not in response.headers


def test_a_new_comment_changes_the_etag(site, reader):
    slug = add_article(site)
    etag = reader.get(f"/articles/{slug}").headers["ETag"]
    add_comment(site, slug)
    assert reader.get(f"/articles/{slug}", If_None_Match=etag).status_code == 200


def test_a_moderator_finds_the_way_to_edit_it(site, reader):
    slug = add_article(site)
    assert signed_in(site).page(f"/articles/{slug}").has(f"a[href=/admin/articles/{slug}/edit]")
    assert not reader.page(f"/articles/{slug}").has(f"a[href=/admin/articles/{slug}/edit]")


def test_the_public_address_stands_in_links_that_leave_the_site(make_site):
    site = make_site(base_url="https://example.org")
    slug = add_article(site)
    head = page(Reader(site).get(f"/articles/{slug}?sort=oldest"))
    assert head.one("link[rel=canonical]")["href"] == f"https://example.org/articles/{slug}?sort=oldest"
    assert head.one("meta[property=og:url]")["content"] == f"https://example.org/articles/{slug}"
    assert page(Reader(site).get("/")).one("link[rel=canonical]")["href"] == "https://example.org/"
