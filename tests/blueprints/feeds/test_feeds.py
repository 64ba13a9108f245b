"""Feeds, the site map and what search engines read."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import feedparser
import pytest

from blueprints.comments.models import State
from tests.builders import add_article, add_comment

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NASTY = 'A "title" <b>&amp; more</b> ]]> 😀'


@pytest.fixture
def slug(site) -> str:
    slug = add_article(site, NASTY, "Some *text* & <more>.")
    add_comment(site, slug, "Words & <words> **bold**", author="<Ada>")
    add_comment(site, slug, "Unseen", state=State.PENDING)
    return slug


@pytest.mark.parametrize("path", ["/feed.atom", "/articles/{slug}/feed.atom"])
def test_a_feed_is_what_the_protocol_asks_for(slug, reader, path):
    response = reader.get(path.format(slug=slug))
    assert response.mimetype == "application/atom+xml"
    assert response.cache_control.public
    assert reader.cookies() == {}
    feed = ElementTree.fromstring(response.data)
    for place in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert place.findtext(f"{ATOM}{name}")
    for entry in feed.findall(f"{ATOM}entry"):
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"http://localhost{path.format(slug=slug)}"
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == 1


def test_readers_of_feeds_see_what_was_typed(slug, reader):
    read = feedparser.parse(reader.get(f"/articles/{slug}/feed.atom").data)
    assert not read.bozo
    (entry,) = read.entries
    assert entry.author == "<Ada>"
    assert entry.link == "http://localhost/comments/1"
    assert "Words &amp; &lt;words&gt; <strong>bold</strong>" in entry.content[0].value


def test_an_empty_feed_is_a_feed(site, reader):
    assert not feedparser.parse(reader.get("/feed.atom").data).bozo
    slug = add_article(site)
    assert not feedparser.parse(reader.get(f"/articles/{slug}/feed.atom").data).bozo


def test_the_site_map_names_every_article(slug, reader):
    found = ElementTree.fromstring(reader.get("/sitemap.xml").data)
    assert [loc.text for loc in found.iter(f"{MAP}loc")] == ["http://localhost/", f"http://localhost/articles/{slug}"]
    assert "Sitemap: http://localhost/sitemap.xml" in reader.get("/robots.txt").text


def test_addresses_are_public_ones_when_the_site_has_one(make_site):
    site = make_site(base_url="https://news.example")
    slug = add_article(site)
    page = site.test_client().get(f"/articles/{slug}?before=2").text
    assert f'<link rel="canonical" href="https://news.example/articles/{slug}?before=2">' in page
    assert "https://news.example/" in site.test_client().get("/feed.atom").text


def test_search_engines_read_the_conversation_in_the_page(site, slug, reader):
    add_comment(site, slug, "</script><script>alert(1)</script>", parent_id=1)
    (script,) = reader.page(f"/articles/{slug}").all("script[type=application/ld+json]")
    data = json.loads(script.text)
    assert (data["@type"], data["headline"], data["commentCount"]) == ("DiscussionForumPosting", NASTY, 2)
    (said,) = data["comment"]
    assert (said["author"]["name"], said["text"]) == ("<Ada>", "Words & <words> bold")
    assert said["comment"][0]["text"] == "</script><script>alert(1)</script>"
