"""What a comment is judged by: what readers would see of it, however it was typed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.spam import signs
from blueprints.spam.phrases import Phrases, folded, words_of
from blueprints.spam.signs import Text
from understory.sanitize import comment_html


def text(source: str, author: str = "Ada", email: str | None = None) -> Text:
    return Text(author, email, comment_html(source))


def said(source: str, **more) -> set[str]:
    return set(signs.read(text(source, **more)).said.values())


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("none at all, example.com is no link", 0),
        ("https://a.example and [b](https://b.example) and <https://c.example>", 3),
        ("`https://a.example`\n\n```\nhttps://b.example\n```", 0),
        ("[x](javascript:alert(1)) \\[y\\](https://no)", 1),
        ('<a href="https://a.example">', 1),
    ],
)
def test_a_link_is_what_readers_can_follow(source, number):
    assert len(text(source).links) == number


def test_markdown_does_not_hide_a_word():
    for source in (
        "buy **cas**ino chips",
        "buy ca*s*ino chips",
        "buy `casino` chips",
        "buy cas\\ino chips".replace("\\", ""),
    ):
        assert Phrases(["casino"]).in_words(text(source).words) == ["casino"], source


def test_letters_that_look_alike_or_are_not_seen_do_not_hide_a_word():
    for source in ("ｃａｓｉｎｏ", "𝐜𝐚𝐬𝐢𝐧𝐨", "cas\u200bino", "CASINO", "c\xadasino"):
        assert Phrases(["casino"]).in_words(text(source).words) == ["casino"], source


def test_a_word_stands_in_a_name_or_an_address_too():
    assert Phrases(["casino"]).in_words(text("[look](https://best-casino.example/x)").words)
    assert Phrases(["casino"]).in_words(text("Hello", author="Casino Joe").words)


def test_a_phrase_does_not_reach_from_a_name_into_a_text():
    assert Phrases(["casino hello"]).in_words(text("Hello", author="Casino").words) == []


def test_phrases_are_whole_words_unless_a_star_says_otherwise():
    words = words_of(folded("Casinos and a free, spinning thing; don’t"))
    assert Phrases(["casino"]).in_words(words) == []
    assert Phrases(["casino*", "free spin*", "don't"]).in_words(words) == ["casino*", "free spin*", "don't"]
    assert Phrases(["spin*", "*"]).in_words(words) == ["spin*"]


@pytest.mark.parametrize(
    ("source", "sign"),
    [
        (" ".join(f"https://a.example/{n}" for n in range(7)), "7 links"),
        ("WHY DOES NOBODY EVER LISTEN TO ME", "shouted in capitals"),
        ("This is sooooooo good", "the same letter over and over"),
        ("buy now " * 12, "the same words over and over"),
        ("[url=https://a.example]a[/url]", "links typed as code for another site"),
        ("Call +44 20 7946 0958 now", "a telephone number"),
        ("From $100 to $9000 a week", "sums of money"),
        ("pаypal", "two alphabets in one word"),
        ("via\u200bgra", "letters that nobody sees within words"),
        ("The best online casino there is", "the phrase “online casino”"),
    ],
)
def test_what_is_striking_is_told_in_words(source, sign):
    assert sign in said(source)


def test_code_does_not_shout():
    assert "shouted in capitals" not in said("Try `SELECT NAME FROM PEOPLE WHERE AGE` first, it is what I do")


def test_where_links_lead_and_what_mail_there_is_are_tokens():
    found = said("[x](https://www.Shop.example/a)", email="a@Mail.Example")
    assert {"links to shop.example", "e-mail at mail.example"} <= found


def test_a_token_stands_for_one_thing_and_fits_the_database():
    assert signs.token("word", "a") != signs.token("host", "a")
    assert all(-(2**63) <= signs.token("word", str(n)) < 2**63 for n in range(100))


HOSTILE = ["<", "[", "a", "a\u200b", "+1 ", "+1234567890", "http://", "[a](http://x.y)", "\ufdfa", "$1", "online ",
           "`a` ", "aA", "[url=", "+1-----------------", "\u0430a", "!", "<a href="]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_is_read_in_no_time(piece):
    """Twenty milliseconds at most were seen; a pattern that goes back over its text would take minutes."""
    long = Text("Ada", None, comment_html((piece * 10_000)[:10_000]))
    begun = time.process_time()
    signs.read(long)
    assert time.process_time() - begun < 1


@given(st.text(max_size=300), st.text(max_size=40), st.none() | st.text(max_size=40))
def test_anything_can_be_read(source, author, email):
    assert signs.read(Text(author, email, comment_html(source))).said
