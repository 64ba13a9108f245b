"""The short way to a plain text's HTML leads where the long way does, and is taken for plain texts only."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.understory.nasty import PIECES
from understory import sanitize
from understory.plain import plain_html

ORDINARY = (
    'I have walked there, in every season; and it\'s "so" (nearly) 5% – or £3/day. Café… 👍🏽 привет سلام 漢字 e\u0301'
)

WORDS = ORDINARY.split()

#: Lines of words, and among them what could be more than words.
typed = st.lists(
    st.one_of(
        st.sampled_from([*WORDS, "\n", "\n\n", " \n", "  ", "1. ", "- ", "=", "http:", "WWW", ".", "://"]),
        st.sampled_from(PIECES),
        st.text(max_size=3),
    ),
    max_size=14,
).map(" ".join)

#: Lines of words and nothing else.
worded = st.lists(
    st.tuples(
        st.sampled_from([word for word in WORDS if word[0].isalpha()]),
        st.lists(st.sampled_from(WORDS), max_size=5),
        st.sampled_from(["\n", "\n\n", "\n\n\n"]),
    ).map(lambda line: " ".join([line[0], *line[1]]) + line[2]),
    min_size=1,
    max_size=6,
).map(lambda lines: "".join(lines).rstrip("\n"))


def the_long_way(source: str) -> str:
    return sanitize._render(sanitize._pipeline.comment, source)


@given(st.one_of(typed, worded))
@example("a\nb\n\n\nc")
@example('"Quoted" on\n(and on)')
@example("a+b=c\n=\n")
@example("He said: 1. no 2. yes")
@example("http\u017f://example.org")
def test_the_short_way_leads_where_the_long_one_does(source):
    assert plain_html(source) in (None, the_long_way(source))


@given(worded)
def test_words_alone_take_it(source):
    assert plain_html(source) == the_long_way(source)


@pytest.mark.parametrize("source", [ORDINARY, "A thought.", f"{ORDINARY}\n{ORDINARY}\n\n{ORDINARY}", "Да"])
def test_ordinary_texts_take_it(source):
    assert plain_html(source) == the_long_way(source)


MORE = ["", " ", "a ", " a", "a \nb", "1. a", "- a", "+ a", "> a", "a *b*", "a_b", "`a`", "a<b", "a & b", "a\\b", "[a]"]
MORE += [
    "# a",
    "see https://example.org",
    "WWW.example.org",
    "a\tb",
    "a\xa0b",
    "a\u200bb",
    "a\u2028b",
    "=a",
    "a\rb",
    "a\0",
]


@pytest.mark.parametrize("source", MORE)
def test_what_could_be_more_takes_the_long_way(source):
    assert plain_html(source) is None
