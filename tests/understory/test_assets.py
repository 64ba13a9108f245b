"""What browsers get of static/: little of it, compressed, and never twice."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import brotli
import pytest

from tests.builders import Reader, add_article, add_comment, signed_in
from tests.reading import page
from understory import assets
from understory.assets import FOLDER, asset, made, script

SENT = ["understory.js", "understory.css", "more.js", "more.css", "desk.js", "desk.css", "favicon.svg"]

#: What somebody gets who reads an article and does nothing.
READ = ("understory.js", "understory.css", "favicon.svg")

#: Bytes; the second is for a page of twenty comments without what people wrote on it.
SCRIPT_AND_STYLE, EVERYTHING = 18_500, 25_000


@pytest.fixture
def address(site):
    """Addresses as the templates write them."""

    def of(name: str) -> str:
        with site.test_request_context():
            return asset(name)

    return of


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A copy of static/ of which nothing has been made yet."""
    for source in [*FOLDER.rglob("*.js"), *FOLDER.glob("*.css"), *FOLDER.glob("*.svg")]:
        copy = tmp_path / source.relative_to(FOLDER)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(source.read_bytes())
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    made.cache_clear()
    yield tmp_path
    made.cache_clear()


def test_script_and_style_are_small():
    assert sum(len(made(name).bodies["br"]) for name in READ[:2]) < SCRIPT_AND_STYLE


def test_a_page_of_twenty_comments_is_light(site):
    slug = add_article(site)
    for n in range(20):
        add_comment(site, slug, f"Thought {n}.", author=f"Reader {n}")
    response = Reader(site).get(f"/articles/{slug}")
    assert response.text.count('class="comment ') == 20
    sent = sum(len(made(name).bodies["br"]) for name in READ)
    assert len(brotli.compress(response.data, quality=5)) + sent < EVERYTHING


def asked_for(root):
    """Addresses that a browser asks for with what stands there, in order."""
    links = [link["href"] for link in root.all("link") if link["rel"] in ("icon", "stylesheet", "preload")]
    assert not any(root.has(tag) for tag in ("img", "iframe", "object", "video", "audio", "style"))
    assert all("defer" in script.attributes for script in root.all("script[src]"))
    return links + [script["src"] for script in root.all("script[src]")]


@pytest.mark.parametrize("path", ["/sign-in", "/articles/a-title/comments/new", "/nowhere"])
def test_a_page_asks_for_all_that_a_form_needs(site, reader, address, path):
    add_article(site)
    names = ["favicon.svg", "understory.css", "more.css", "understory.js", "more.js"]
    assert asked_for(page(reader.get(path))) == [address(name) for name in names]


def test_the_front_page_asks_for_no_more_than_it_uses(reader, address):
    names = ["favicon.svg", "understory.css", "understory.js"]
    assert asked_for(page(reader.get("/"))) == [address(name) for name in names]


def test_an_article_keeps_for_later_what_only_forms_need(site, reader, address):
    found = page(reader.get(f"/articles/{add_article(site)}"))
    later = found.one("template#more")
    assert asked_for(later) == [address("more.css"), address("more.js")]
    later.inside.clear()
    assert asked_for(found) == [address("favicon.svg"), address("understory.css"), address("understory.js")]


def test_moderators_get_it_at_once(site, address):
    found = page(signed_in(site).get(f"/articles/{add_article(site)}"))
    assert not found.has("template")
    assert {address("more.css"), address("more.js")} <= set(asked_for(found))


def test_only_moderators_get_the_style_of_the_desk(site, reader, address):
    moderator = signed_in(site)
    assert address("desk.css") in moderator.get("/").text
    assert address("desk.css") not in reader.get("/").text


@pytest.mark.parametrize("name", SENT)
def test_what_has_a_hash_in_its_address_is_kept_for_ever(reader, address, name):
    response = reader.get(address(name))
    assert re.fullmatch(rf"/static/{Path(name).stem}\.[0-9a-f]{{12}}\{Path(name).suffix}", address(name))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in response.headers
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    assert response.mimetype == kinds[Path(name).suffix]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br", "br"),
        ("BR;q=1.0", "br"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("br;q=0, *", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=0, gzip;q=0", None),
        ("identity, br;q=0.1", None),
        ("identity;q=0", None),
        ("deflate, zstd", None),
        ("", None),
        (";;q=br,=", None),
        (None, None),
    ],
)
def test_each_browser_gets_the_coding_that_it_takes(reader, address, accepted, coding):
    headers = {} if accepted is None else {"Accept_Encoding": accepted}
    response = reader.get(address("understory.js"), **headers)
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(response.data) == script().encode()
    assert response.content_length == len(response.data)


def test_each_coding_has_its_own_etag_and_is_not_sent_again(reader, address):
    tags = set()
    for coding in ("br", "gzip", "identity"):
        tag = reader.get(address("understory.css"), Accept_Encoding=coding).headers["ETag"]
        again = reader.get(address("understory.css"), Accept_Encoding=coding, If_None_Match=tag)
        assert (again.status_code, again.data) == (304, b"")
        assert (again.headers["ETag"], again.headers["Vary"]) == (tag, "Accept-Encoding")
        assert "immutable" in again.headers["Cache-Control"]
        tags.add(tag)
    assert len(tags) == 3


def test_the_head_of_a_file_says_what_the_file_does(reader, address):
    head = reader.browser.head(address("understory.css"), headers={"Accept-Encoding": "br"})
    assert head.data == b""
    assert head.content_length == len(made("understory.css").bodies["br"])


def test_an_address_changes_with_what_is_sent_and_only_then(site, address, sources):
    before = address("understory.js"), address("understory.css")
    made.cache_clear()
    assert (address("understory.js"), address("understory.css")) == before
    made.cache_clear()
    module = sources / "js" / "times.js"
    module.write_text(f"{module.read_text()}\nconst more = 1;\n")
    assert address("understory.js") != before[0]
    assert address("understory.css") == before[1]


def test_a_page_from_before_an_update_gets_what_there_is_now(reader, address):
    response = reader.get("/static/understory.0123456789ab.css")
    assert response.data == reader.get(address("understory.css")).data
    assert response.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["js/times.js", "understory.css", "vendor/htmx-4.0.1.min.js", "favicon.svg"])
def test_every_source_has_an_address_of_its_own(reader, path):
    with reader.get(f"/static/{path}") as response:
        assert response.data == (FOLDER / path).read_bytes()
        assert response.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["understory.js", "none.0123456789ab.js", "js/times.0123456789ab.js", "../app.py"])
def test_there_is_nothing_else(reader, path):
    assert reader.get(f"/static/{path}").status_code == 404


def test_every_module_is_in_a_script():
    named = {*assets.MODULES, *assets.MORE, *assets.DESK, "passkeys"}
    assert {source.stem for source in (FOLDER / "js").glob("*.js")} == named
    assert script().count('"use strict";') >= len(assets.MODULES)


def test_the_library_comes_as_it_was_pinned():
    assert script().startswith((FOLDER / assets.LIBRARY).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "dense"),
    [
        ("a { color: red; /* so */ }\n\nb :hover > i ~ u{}", "a{color:red;}b :hover>i~u{}"),
        ('p::before { content: " > a:  b " }', 'p::before{content:" > a:  b "}'),
        (
            "@media (width > 40rem) { a, b { margin: calc(1px + 2px) } }",
            "@media (width>40rem){a,b{margin:calc(1px + 2px)}}",
        ),
    ],
)
def test_a_style_sheet_loses_only_space_that_means_nothing(sources, source, dense):
    (sources / "desk.css").write_text(source)
    assert made("desk.css").bodies["identity"].decode() == dense


def test_nothing_that_people_read_is_lost_with_the_comments_in_the_source():
    made_of = dict.fromkeys(assets.DESK, "desk.js") | dict.fromkeys(assets.MORE, "more.js")
    made_of["passkeys"] = "passkeys.js"
    for source in (FOLDER / "js").glob("*.js"):
        sent = made(made_of.get(source.stem, "understory.js")).bodies["identity"].decode()
        for text in re.findall(r'"[^"\n]*"|`[^`]*`', re.sub(r"^\s*//.*$", "", source.read_text(), flags=re.M)):
            assert text in sent, source.name
    for name in ("understory.css", "more.css", "desk.css"):
        for text in re.findall(r'content: ("[^"]*")', (FOLDER / name).read_text(encoding="utf-8")):
            assert text.encode() in made(name).bodies["identity"]
