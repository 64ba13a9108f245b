"""Reads a comment as readers would see it: its words, its links, and what is striking about it. Pure.

It reads the HTML that the site itself made of the source, so that Markdown hides nothing: "**cas**ino" is one
word, a link in code is no link, and one that the site would not make a link of does not count as one. Each
pattern runs over the text once, without going back.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from urllib.parse import urlsplit

from blueprints.spam.phrases import BREAK, Phrases, folded, words_of
from blueprints.spam.prior import PHRASE, PHRASES, SIGNS

#: Longer words are no words of a language; what they say, their number says too.
LONGEST_WORD = 30

_HREF = re.compile(r'<a href="([^"]*)"')
_LINKED = re.compile(r"<a [^>]*>[^<]*</a>")
_CODE = re.compile(r"<code>[^<]*</code>")
_BLOCK = re.compile(r"<(?:/p|/li|/pre|/blockquote|br)>")
_TAG = re.compile(r"<[^>]*>")

_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω]")
_SMALL = re.compile(r"[a-zß-öø-ÿа-яα-ω]")
_RUN = re.compile(r"([^\W_]|[!?$])\1{5}")
_TYPED_CODE = re.compile(r"\[url[=\]]|<a\s+href|\[link[=\]]", re.IGNORECASE)
_HIDING = re.compile(r"[a-z][\xad\u200b-\u200d\u2060-\u2064\ufeff]+[a-z]", re.IGNORECASE)
_MIXED = re.compile(r"[a-zA-Z][\u0400-\u04ff]|[\u0400-\u04ff][a-zA-Z]")
_PHONE = re.compile(r"\+\d[\d ().-]{8,18}\d")
_MONEY = re.compile(r"[$€£]\s?\d")
_ADDRESS = re.compile(r"https?:|www\.|\.(?:com|net|org|info|biz|xyz|top|shop|online|site|ru|cn)\b", re.IGNORECASE)

_ANYWHERE = (
    (_RUN, "repeats", "the same letter over and over"),
    (_HIDING, "hidden letters", "letters that nobody sees within words"),
    (_MIXED, "mixed alphabets", "two alphabets in one word"),
)
#: How many of these can stand in a text of ASCII.
_IN_ASCII = 1

#: What stands in a text only where one of these characters does, which is quicker to see.
_MARKED = (
    ("[<", _TYPED_CODE, "typed code of links", "links typed as code for another site"),
    ("+", _PHONE, "phone number", "a telephone number"),
)

#: Of at least so many letters most are capitals, of at least so many words few are different.
_ENOUGH_LETTERS, _ENOUGH_WORDS = 20, 20

_known_phrases = Phrases(PHRASES)


@dataclass(frozen=True)
class Text:
    """A comment: who signs it, with what e-mail, and the site's HTML of what was typed."""

    author: str
    email: str | None
    html: str

    @cached_property
    def links(self) -> list[str]:
        """The addresses that it links to, in order."""
        return [html.unescape(found) for found in _HREF.findall(self.html)]

    @cached_property
    def visible(self) -> str:
        """What a reader sees of it, without where links lead."""
        return _without_tags(self.html)

    @cached_property
    def spoken(self) -> str:
        """The same without code, which may shout and repeat itself."""
        return _without_tags(_CODE.sub(" ", self.html)) if "<code>" in self.html else self.visible

    @cached_property
    def words(self) -> list[str]:
        """Its name, its text and its links as folded words, with breaks between them."""
        links = words_of(folded(" ".join(self.links))) if self.links else []
        return [*words_of(folded(self.author)), BREAK, *words_of(folded(self.visible)), BREAK, *links]

    @cached_property
    def signs(self) -> Signs:
        """Everything about it that is weighed."""
        return read(self)

    @property
    def mail_domain(self) -> str:
        """Of "ada@Example.org" example.org; "" without an e-mail."""
        return folded((self.email or "").rpartition("@")[2]).rstrip(".")


@dataclass(frozen=True)
class Signs:
    """What a text is weighed by: each token's id, with what a person is told of it, or with the word that it is."""

    told: dict[int, str] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)

    @property
    def ids(self) -> list[int]:
        return [*self.told, *self.words]

    @property
    def said(self) -> dict[int, str]:
        """How a person is told of each."""
        return self.told | {token: f"“{word}”" for token, word in self.words.items()}


@lru_cache(maxsize=32768)
def token(kind: str, text: str) -> int:
    """The number that stands for a word, a host, a sign. One cannot read the word from it again."""
    digest = hashlib.blake2b(f"{kind}:{text}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


_of_word = partial(token, "word")

#: How many times as often spam bears what a token stands for, as far as the house knows.
PRIOR = {token("sign", sign): times for sign, times in SIGNS.items()}
PRIOR |= {token("phrase", phrase): PHRASE for phrase in PHRASES}


def read(text: Text) -> Signs:
    """Everything about a text that is weighed."""
    told = {token(kind, key): words for kind, key, words in _found(text)}
    short = [word for word in set(text.words) if 1 < len(word) <= LONGEST_WORD]
    return Signs(told, dict(zip(map(_of_word, short), short, strict=True)))


def _found(text: Text) -> Iterator[tuple[str, str, str]]:
    """Kind and key of a token, and the words for it; single words aside."""
    for phrase in _known_phrases.in_words(text.words):
        yield "phrase", phrase, f"the phrase “{phrase.rstrip('*')}”"
    for sign, words in _striking(text):
        yield "sign", sign, words
    for host in {host for link in text.links if (host := _host(link))}:
        yield "host", host, f"links to {host}"
    if text.mail_domain:
        yield "mail", text.mail_domain, f"e-mail at {text.mail_domain}"
    yield "author", folded(text.author)[:LONGEST_WORD], f"the name “{text.author}”"


def _striking(text: Text) -> Iterator[tuple[str, str]]:
    yield from _of_links(text)
    spoken = text.spoken
    capitals = len(_CAPITAL.findall(spoken))
    if capitals >= _ENOUGH_LETTERS and capitals > 1.5 * len(_SMALL.findall(spoken)):
        yield "shouting", "shouted in capitals"
    if len(text.words) >= _ENOUGH_WORDS and len(set(text.words)) < 0.35 * len(text.words):
        yield "repeated words", "the same words over and over"
    if len(_MONEY.findall(spoken)) > 1:
        yield "sums of money", "sums of money"
    if _ADDRESS.search(text.author):
        yield "link in the name", "an address for a name"
    for pattern, sign, words in _ANYWHERE if not spoken.isascii() else _ANYWHERE[:_IN_ASCII]:
        if pattern.search(spoken):
            yield sign, words
    for marks, pattern, sign, words in _MARKED:
        if any(mark in spoken for mark in marks) and pattern.search(spoken):
            yield sign, words


def _of_links(text: Text) -> Iterator[tuple[str, str]]:
    number = len(text.links)
    if number:
        sign = ("one link", "two links")[number - 1] if number < 3 else "some links" if number < 7 else "many links"
        yield sign, f"{number} link{'s' if number > 1 else ''}"
        if number > 1 and len(words_of(_TAG.sub("", _LINKED.sub(" ", text.html)))) < 3:
            yield "only links", "nothing but links"


def _without_tags(of_html: str) -> str:
    return html.unescape(_TAG.sub("", _BLOCK.sub("\n", of_html)))


def _host(link: str) -> str:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")[:100]
