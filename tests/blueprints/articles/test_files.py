"""Articles as files bring them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from blueprints.articles import first
from blueprints.articles.files import FURNITURE, LARGEST_FILE, SLUG, Unreadable, as_markdown, parse, read
from blueprints.articles.models import SOURCE_LENGTH
from tests.understory.nasty import PIECES
from understory.forms import one_line
from understory.sanitize import article_html

SEED = Path(__file__).resolve().parents[2] / "data" / "article.txt"

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PARTS = [
    *("---\n", "-----\n", "  ---\n", "...\n", "title: T\n", "title: ", "slug: ", "date: ", "author: ", "summary: |\n"),
    *(
        "2026-11-23",
        "2026-13-45",
        "!!bool ",
        "!!timestamp ",
        "!!binary ",
        "!!int ",
        "!!set ",
        "&a ",
        "*a",
        "<<: ",
        "? ",
    ),
    *("[", "]", "{", "}", "'", '"', ": ", "- ", "# ", "\\0", '"\\ud800"', "0x" + "f" * 5000, "Post a Comment\n"),
]
anything = st.lists(st.one_of(st.sampled_from(PARTS + PIECES), st.text(max_size=6)), max_size=20).map("".join)
line = (
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), min_size=1, max_size=12)
    .map("".join)
    .map(one_line)
)


def shown(html: str) -> str:
    """The text that a reader sees, one line a paragraph."""
    words: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_data = words.append  # type: ignore[method-assign]  # a parser for one use
    parser.feed(html)
    parser.close()
    return "".join(words)


def refusal(text: str) -> tuple[int | None, str]:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    return caught.value.line, caught.value.reason


def outcome(act, given):
    try:
        return act(given)
    except Unreadable as refusal:
        return refusal


def test_the_seed_comes_in_cleanly():
    draft = read(SEED)
    paragraphs = draft.source.split("\n\n")
    written = SEED.read_text(encoding="utf-8").split("\n")
    assert draft.title == "Russia Removes Taliban from Terrorist List, Opening New Chapter in Afghan Diplomacy"
    assert len(paragraphs) == 9
    assert paragraphs == [text for text in written[1:] if text.strip() and text.casefold() not in FURNITURE]
    assert article_html(draft.source).count("<p>") == 9
    assert "Post a Comment" not in draft.source
    assert "Previous Post" not in draft.source
    assert draft.summary.endswith("Central and South Asia.")
    assert (draft.slug, draft.author, draft.published_at) == ("", "", None)


def test_furniture_is_only_taken_from_the_end():
    draft = parse("Title\n\nPost a Comment\n\nText\n\nNext Post\n\n  Previous   Post \n")
    assert draft.source == "Post a Comment\n\nText"


def test_plain_lines_of_a_paragraph_are_one_line():
    assert parse("Title\n\none\n  two\n\n\n \nthree").source == "one two\n\nthree"


def test_text_under_the_title_needs_no_blank_line():
    assert parse("Title\ntext").source == "text"


@given(line.filter(lambda text: text and not CONTROL.search(text)))
@example("# 1. *a* _b_ [c](http://d.example) <e> `f` &amp; \\ | - + ~~~ ![g](h)")
@example("1986. What a year")
@example("[1]: http://example.org")
@example("*")
@example("---")
def test_a_plain_paragraph_is_shown_as_it_stands(text):
    assert shown(article_html(f"Before\n\n{as_markdown(text)}\n\nAfter")) == f"Before\n{text}\nAfter"


def test_a_plain_paragraph_without_markup_is_kept_as_written():
    text = "Nothing in it, not even “this” (so) it's kept."
    assert as_markdown(text) == text


@given(st.lists(st.text("abc*_<&[]()#!. ", min_size=1).filter(str.strip), min_size=2, max_size=5))
def test_a_plain_file_is_shown_as_it_stands(lines):
    draft = parse("\n\n".join(lines))
    assert draft.title == one_line(lines[0])
    assert [shown(part) for part in article_html(draft.source).split("\n")] == [one_line(text) for text in lines[1:]]


def test_front_matter_says_what_the_article_is():
    matter = "title: 'A title: not quite'\nslug: a-title\nauthor: Ada\nsummary: In short\n"
    draft = parse(f"---\n{matter}---\n\nText\n")
    assert (draft.title, draft.slug, draft.author, draft.summary) == (
        "A title: not quite",
        "a-title",
        "Ada",
        "In short",
    )


def test_front_matter_is_read_as_written():
    matter = "title: 1.10\nslug: 2025\nauthor: No\nsummary: >\n  two\n  lines\n"
    draft = parse(f"---\n{matter}---\n\n## Part\n\n---\n\nEnd\n")
    assert (draft.title, draft.slug, draft.author, draft.summary) == ("1.10", "2025", "No", "two lines")
    assert draft.source == "## Part\n\n---\n\nEnd"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T14:05:00Z", datetime(2026, 11, 23, 14, 5, tzinfo=UTC)),
        ("2026-11-23 14:05", datetime(2026, 11, 23, 14, 5, tzinfo=UTC)),
        ("2026-11-23T14:05:00+02:00", datetime(2026, 11, 23, 12, 5, tzinfo=UTC)),
        ("'2026-11-23'", datetime(2026, 11, 23, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_date_is_utc_unless_it_says_otherwise(date, moment):
    assert parse(f"---\ntitle: T\ndate: {date}\n---\ntext").published_at == moment


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "the file is empty"),
        (" \n\t\n", None, "the file is empty"),
        ("Title", 1, "there is a title but no text under it"),
        ("\n\nTitle\n\n", 3, "there is a title but no text under it"),
        ("Title\n\nPost a Comment\n", 1, "there is a title but no text under it"),
        ("Post a Comment\n", None, "there is nothing in it but page furniture"),
        ("Title\n\none\ntw\0o", 4, "control character '\\x00'"),
        ("\n\nTitle\r\n\r\n\x1b[1mone", 5, "control character '\\x1b'"),
        ("T" * 201 + "\n\ntext", 1, "title: longer than 200 characters"),
        ("---\ntitle: T\ntext", 1, 'the front matter that starts here has no closing "---"'),
        ("---\nauthor: Ada\n---\ntext", 1, "front matter: there is no title"),
        ("---\n- a\n---\ntext", 1, "front matter: there is no title"),
        ("---\ntitle: T\n---\n \n", 3, "there is no text under the front matter"),
        ("---\ntitle: T\nauthor: [a]\n---\ntext", 3, "author: one line of text is expected"),
        ("---\ntitle: T\n\nslug: A title\n---\ntext", 4, "slug: only a-z, 0-9 and single hyphens between them"),
        ("---\ntitle: T\nslug: a--b\n---\ntext", 3, "slug: only a-z, 0-9 and single hyphens between them"),
        ("---\ntitle: T\ndate: soon\n---\ntext", 3, "date: not a date such as 2026-11-23 or 2026-11-23T14:05:00Z"),
        (
            "---\ntitle: T\ndate: 2026-13-45\n---\ntext",
            3,
            "date: not a date such as 2026-11-23 or 2026-11-23T14:05:00Z",
        ),
        (
            "---\ntitle: T\ndate: 0001-01-01T00:00+14:00\n---\nx",
            3,
            "date: not a date such as 2026-11-23 or 2026-11-23T14:05:00Z",
        ),
        ('---\ntitle: "a\\0b"\n---\ntext', 2, "title: it holds a control character"),
        ("---\ntitle: T\nauthor: *nobody\n---\ntext", 3, "front matter: found undefined alias 'nobody'"),
        ("---\n\n\ntitle: T\nauthor: *nobody\n---\ntext", 5, "front matter: found undefined alias 'nobody'"),
        ("\n---\ntitle: T\nauthor: *nobody\n---\ntext", 4, "front matter: found undefined alias 'nobody'"),
        ("---\ntitle: " + "[" * 1000 + "]" * 1000 + "\n---\ntext", 1, "front matter: nested too deep"),
    ],
)
def test_what_is_no_article_is_told_with_its_line(text, line, reason):
    assert refusal(text) == (line, reason)


def test_a_text_beyond_measure_is_refused():
    assert refusal("Title\n\n" + "x" * (SOURCE_LENGTH + 1))[1] == "the text is longer than 200,000 characters"


def test_windows_files_and_byte_order_marks_change_nothing(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"\xef\xbb\xbfTitle\r\n\r\none\r\ntwo\r\n\r\nthree\r\n")
    assert read(file) == parse("Title\n\none\ntwo\n\nthree\n")


def test_a_file_that_is_no_text_is_told_with_its_line(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"Title\n\nna\xefve")
    with pytest.raises(Unreadable) as caught:
        read(file)
    assert (caught.value.line, caught.value.reason) == (3, "not UTF-8 text")


def test_a_file_beyond_measure_is_not_read(tmp_path):
    file = tmp_path / "a.txt"
    with file.open("wb") as big:
        big.truncate(LARGEST_FILE + 1)
    with pytest.raises(Unreadable, match="the file is larger than 1,000,000 bytes"):
        read(file)


def test_what_is_no_file_is_told(tmp_path):
    with pytest.raises(Unreadable, match="No such file or directory"):
        read(tmp_path / "none.txt")
    with pytest.raises(Unreadable, match="Is a directory"):
        read(tmp_path)


@given(anything)
@example("---\ntitle: !!bool x\n---\ntext")
@example("---\ntitle: !!timestamp x\n---\ntext")
def test_any_text_is_an_article_or_is_refused(text):
    draft = outcome(parse, text)
    if isinstance(draft, Unreadable):
        assert draft.reason
        assert "\n" not in draft.reason
        assert draft.line is None or 1 <= draft.line <= len(re.split("\r\n|\r|\n", text))
        return
    assert draft.title
    assert draft.source.strip()
    assert draft.slug == "" or SLUG.fullmatch(draft.slug)
    assert not CONTROL.search(draft.title + draft.author + draft.summary + draft.source)
    assert len(draft.summary) <= 500


@given(st.binary(max_size=60))
def test_any_bytes_are_an_article_or_are_refused(tmp_path_factory, raw):
    file = tmp_path_factory.getbasetemp() / "bytes"
    file.write_bytes(raw)
    draft = outcome(read, file)
    assert draft.reason if isinstance(draft, Unreadable) else draft.title


@pytest.mark.parametrize(
    "paragraph", ["李" * 500, "word " * 100, "A. " + "b" * 400, "One. " * 90, "https://a.example/" + "x" * 400]
)
def test_a_summary_is_the_beginning_of_the_text(paragraph):
    summary = parse(f"Title\n\n{paragraph}").summary
    assert 80 < len(summary) <= 241
    assert paragraph.startswith(summary.rstrip("…."))


def test_a_short_paragraph_is_its_own_summary():
    assert parse("Title\n\nIn short.\n\nAt length.").summary == "In short."


@pytest.mark.parametrize("path", sorted(first.FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_a_first_article_is_complete(path):
    draft = read(path)
    assert draft.slug
    assert draft.author
    assert draft.summary
    assert draft.published_at
