"""What is shown of what people type: never more than the allowed tags, never less than their words."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.understory.nasty import PIECES, alarm
from understory.sanitize import article_html, comment_html, is_blank, safe_href

READERS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre"}
HOUSE = READERS | {"h2", "h3", "h4", "h5", "h6", "hr", "table", "thead", "tbody", "tr", "th", "td"}
EMPTY = {"br", "hr"}
READER_REL = "nofollow ugc noopener"

#: Whatever is typed: pieces that a parser could trip over, among any characters but NUL.
typed = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.characters(exclude_characters="\0"), max_size=6)), max_size=30
).map("".join)

#: Words that are no markup in any place.
plain = st.lists(st.text("abcxyzé😀مб", min_size=1, max_size=8), min_size=1, max_size=30).map(" ".join)


class Parts(HTMLParser):
    """What a parser that shares nothing with bleach finds in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.others += [f"<{tag}> stays open" for tag in self._open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.others.append(f"<{tag}/>")

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.others.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.others.append(f"comment {data}")

    def handle_decl(self, decl):
        self.others.append(f"declaration {decl}")

    def handle_pi(self, data):
        self.others.append(f"instruction {data}")

    def unknown_decl(self, data):
        self.others.append(f"declaration {data}")


def seen(text: str) -> bool:
    return not is_blank(text)


def is_sound_address(href: str) -> bool:
    """This test's own judgement: http or https to a named host without a user, or a mailbox."""
    if re.search(r"[\x00-\x20\x7f\"'<>`\\]", href):
        return False
    if re.match(r"mailto:[^@:/]+@[^@:/?]+(\?|$)", href, re.IGNORECASE):
        return True
    match = re.match(r"https?://([^/?#]+)([/?#]|$)", href, re.IGNORECASE)
    return bool(match) and "@" not in match[1] and re.fullmatch(r"[\w.-]+(:\d{1,5}|:)?", match[1]) is not None


def is_own_address(href: str) -> bool:
    return re.match(r"/(?![/\\])|#", href) is not None and not re.search(r"[\x00-\x20\x7f\"'<>`\\]", href)


def strictly(tags: set[str], rel: str) -> re.Pattern[str]:
    """The only forms in which a `<` may stand."""
    names = "|".join(sorted(tags - {"a"}))
    return re.compile(rf'</?(?:{names})>|<ol start="[0-9]+">|<a href="[^"<>]*" rel="{rel}">|</a>')


def assert_holds_only(html: str, tags: set[str], rel: str, judge) -> None:
    parts = Parts(html)
    assert parts.others == []
    assert {tag for tag, _ in parts.tags} <= tags
    for tag, attributes in parts.tags:
        allowed = {"a": {"href", "rel"}, "ol": {"start"}}.get(tag, set())
        assert set(attributes) <= allowed, (tag, attributes)
        if tag == "a":
            assert attributes["rel"] == rel
            assert judge(attributes["href"] or ""), attributes["href"]
    rest = strictly(tags, rel).sub("", html)
    assert "<" not in rest
    assert ">" not in rest
    assert "<hx-" not in html


def words_of(html: str) -> str:
    return " ".join(Parts(html).text.split())


def links_in(html: str) -> list[str | None]:
    return [attributes["href"] for tag, attributes in Parts(html).tags if tag == "a"]


@given(typed)
@example("http://example.org/?a=1&quot;onclick=alert(1)&NewLine;")
@example("[a](<http://example.org/\u2028> 'title')")
def test_a_comment_holds_only_what_is_allowed(source):
    assert_holds_only(comment_html(source), READERS, READER_REL, is_sound_address)


@given(typed)
def test_an_article_holds_only_what_is_allowed(source):
    assert_holds_only(
        article_html(source), HOUSE, "noopener", lambda href: is_sound_address(href) or is_own_address(href)
    )


@given(typed)
def test_rendering_again_gives_the_same(source):
    assert comment_html(source) == comment_html(source)
    assert article_html(source) == article_html(source)


@given(st.lists(typed, min_size=1, max_size=6))
def test_what_was_rendered_before_changes_nothing(sources):
    alone = [comment_html(source) for source in sources]
    assert [comment_html(source) for source in reversed(sources)] == alone[::-1]


def test_threads_do_not_disturb_each_other():
    sources = [f"*{n}* [x](http://example.org/{n}) <b> `{n}`" for n in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(comment_html, sources)) == [comment_html(source) for source in sources]


@given(plain)
def test_plain_words_are_shown_as_typed(source):
    assert comment_html(source) == f"<p>{source}</p>"
    assert article_html(source) == f"<p>{source}</p>"


@given(st.text("<>&;#x\"'/= abcltg0123456789", max_size=60))
def test_angles_ampersands_and_quotes_are_shown_as_typed(source):
    html = comment_html(f"so {source}")
    assert Parts(html).text == f"so {source}".rstrip()


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), max_size=80).filter(seen))
def test_code_is_shown_as_typed(source):
    fence = "`" * (max([2, *(len(run) for run in re.findall("`+", source))]) + 1)
    assert Parts(comment_html(f"{fence}\n{source}\n{fence}")).text.strip("\n") == source


@given(st.lists(plain, min_size=1, max_size=8), typed)
def test_words_survive_whatever_stands_around_them(words, noise):
    shown = words_of(comment_html(f"{noise}\n\n{' '.join(words)}"))
    assert " ".join(words) in shown


@given(typed.filter(seen))
def test_what_can_be_seen_when_typed_can_be_seen_when_shown(source):
    assert not is_blank(Parts(comment_html(source)).text)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("1 < 2 && 3 > 2", "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2</p>"),
        ("`<b>bold</b> & &amp;`", "<p><code>&lt;b&gt;bold&lt;/b&gt; &amp; &amp;amp;</code></p>"),
        ("```html\n<b>\n  x\n```", "<pre><code>&lt;b&gt;\n  x\n</code></pre>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("1986. What a year", '<ol start="1986">\n<li>What a year</li>\n</ol>'),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> so\n> be it", "<blockquote>\n<p>so<br>\nbe it</p>\n</blockquote>"),
        ("*a* **b**", "<p><em>a</em> <strong>b</strong></p>"),
        ("&lt;b&gt; &copy; &#60;", "<p>&amp;lt;b&amp;gt; &amp;copy; &amp;#60;</p>"),
        ("# No heading", "<p># No heading</p>"),
        ("No rule\n\n---", "<p>No rule</p>\n<p>---</p>"),
        ("No heading\n---", "<p>No heading<br>\n---</p>"),
        ("<!-- seen -->", "<p>&lt;!-- seen --&gt;</p>"),
        ("<hx-partial hx-target='#thread'>", "<p>&lt;hx-partial hx-target='#thread'&gt;</p>"),
        ("مرحبا 😀 \u202eabc", "<p>مرحبا 😀 \u202eabc</p>"),
    ],
)
def test_a_comment_is_shown_as_meant(source, html):
    assert comment_html(source) == html


def test_a_reference_is_not_swallowed():
    assert words_of(comment_html("[1]: http://example.org\n\nAs [1] says.")) == "[1]: http://example.org As [1] says."


def test_an_image_leaves_its_text_and_its_link():
    html = comment_html("![a cat](http://example.org/cat.png)")
    assert words_of(html) == "!a cat"
    assert links_in(html) == ["http://example.org/cat.png"]


@pytest.mark.parametrize(
    "source",
    [
        "http://example.org/a_(b)?c=1&d=2#e",
        "<http://example.org/a_(b)?c=1&d=2#e>",
        "[x](http://example.org/a_(b)?c=1&d=2#e)",
        "*http://example.org/a_(b)?c=1&d=2#e*",
    ],
)
def test_an_address_is_a_link_however_it_is_written(source):
    assert links_in(comment_html(source)) == ["http://example.org/a_(b)?c=1&d=2#e"]


def test_an_address_that_holds_the_name_of_a_character_is_not_changed():
    assert links_in(comment_html("http://example.org/?a=1&copy;=2&lt=3")) == ["http://example.org/?a=1&copy;=2&lt=3"]


def test_a_bracket_round_an_address_is_not_part_of_it():
    assert links_in(comment_html("See (http://example.org/a), or not.")) == ["http://example.org/a"]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("(http://x.example/a_(b)?c)", "http://x.example/a_(b)?c"),
        ("(http://x.example/a_(b))", "http://x.example/a_(b)"),
        ("(see http://x.example/a_(b).)", "http://x.example/a_(b)"),
        ("((http://x.example/a)).", "http://x.example/a"),
        ("http://x.example/a_(b)", "http://x.example/a_(b)"),
        ("http://x.example/a_(b", "http://x.example/a_(b"),
        ("(www.x.example/(a)(b)!?)", "http://www.x.example/(a)(b)"),
        ("(http://x.example/a", "http://x.example/a"),
        ("http://x.example/((a))))", "http://x.example/((a))"),
    ],
)
def test_an_address_keeps_the_brackets_that_it_opens(typed, address):
    written = comment_html(typed)
    assert links_in(written) == [address]
    assert words_of(written) == typed


@given(st.text("(a).!?/", max_size=30), st.sampled_from(["", "(", "(see ", "(("]))
def test_no_bracket_and_no_mark_around_an_address_is_lost(rest, before):
    typed = f"{before}http://x.example/{rest}"
    written = comment_html(typed)
    assert words_of(written) == typed
    for address in links_in(written):
        assert address.count(")") <= address.count("(") or not address.endswith(")")
        assert address[-1] not in ".!?"


def test_www_is_an_address_too():
    assert links_in(comment_html("See www.example.org, there.")) == ["http://www.example.org"]


def test_a_mailbox_in_angles_is_a_link():
    assert links_in(comment_html("<ada@example.org> and ada@example.org")) == ["mailto:ada@example.org"]


@pytest.mark.parametrize("markup", ["{}", "<{}>", "[x]({})", "[x](<{}>)", "![x]({})", "[x]({} 'title')"])
@pytest.mark.parametrize(
    "address",
    [
        "setup.py",
        "example.com",
        "example.com:8000",
        "//evil.example",
        "/\\evil.example",
        "http:evil.example",
        "http:///evil.example",
        "ftp://example.org/",
        "urn:isbn:0451450523",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript:123",
        "&#106;avascript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "http://user:pass@example.org/",
        "http://user@example.org/",
        "http://example.org:0/",
        "http://example.org:99999/",
        "http://exa mple.org/",
        "http://-evil-.example/",
        "mailto:",
        "mailto://evil.example/",
    ],
)
def test_what_is_no_address_for_readers_is_no_link(address, markup):
    for href in links_in(comment_html(markup.format(address))):
        assert is_sound_address(href or "")
        assert href in ("http://exa", "mailto:user@example.org")


def test_a_typed_title_is_not_let_through():
    html = comment_html('[x](http://example.org "a title")')
    assert "title" not in html


def test_a_link_of_an_article_may_stay_in_the_site():
    html = article_html("[a](/articles/a) [b](#b) [c](//evil.example) [d](b)")
    assert links_in(html) == ["/articles/a", "#b"]


def test_an_article_has_no_second_title():
    assert article_html("# Part\n\n## Chapter") == "<h2>Part</h2>\n<h2>Chapter</h2>"


def test_an_article_has_tables():
    assert words_of(article_html("| a | b |\n|---|---|\n| 1 | 2 |")) == "a b 1 2"
    assert words_of(comment_html("| a | b |\n|---|---|\n| 1 | 2 |")) == "| a | b | |---|---| | 1 | 2 |"


@pytest.mark.parametrize("step", ["> ", "- ", "1. ", "*", "[", "**_", "> - "])
def test_however_deep_it_is_nested_the_words_remain(step):
    for depth in (10, 39, 40, 41, 500):
        html = comment_html(step * depth + "the words")
        assert "the words" in words_of(html)
        assert_holds_only(html, READERS, READER_REL, is_sound_address)


@pytest.mark.parametrize("render", [comment_html, article_html])
@pytest.mark.parametrize("piece", [*PIECES, "a ", "[a](b) ", "*a_b ", "http://a!/ ", "\n> - ", "`` ` "])
def test_ten_thousand_characters_of_anything_are_rendered(piece, render):
    source = (piece * 10_000)[:10_000]
    with alarm(seconds=30):
        html = render(source)
    assert len(html) < 400_000


@pytest.mark.parametrize("name", ["a" * 40, "a" * 9000, "a." * 4000, "a-" * 4000, "é" * 40])
@pytest.mark.parametrize("end", ["!/", "~/", "/", "(/", ":x/"])
def test_a_long_name_of_a_host_does_not_stop_the_site(name, end):
    with alarm(seconds=30):
        assert "http" in comment_html(f"see http://{name}{end} there")
        safe_href(f"http://{name}{end}")


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u200b", "\u202e\u2066", "\ufeff\u00a0", "\u3164", "\u2800"])
def test_what_nobody_can_see_is_blank(blank):
    assert is_blank(blank)


@pytest.mark.parametrize("seen", ["a", ".", "😀", "\u200bب", "<>"])
def test_what_somebody_can_see_is_not(seen):
    assert not is_blank(seen)


@given(st.one_of(typed, st.from_regex(r"https?://[\w.:@\[\]/?#&;%-]{0,40}", fullmatch=True)))
def test_no_address_is_safe_that_a_second_judge_refuses(address):
    if safe_href(address):
        host = urlsplit(address).hostname
        assert is_sound_address(address) or (host is not None and ":" in host)
