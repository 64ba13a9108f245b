"""A parsed Markdown document as the tokens that html5lib's filters and serializer take.

What markdown-it's own renderer would print, and an HTML parser read again, is handed over as it is: nobody who
reads the same text another way stands between. Text and attributes are escaped as in a page, which is how bleach
wants them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

#: Shaped as html5lib's tree walkers shape them: `type`, and `name` and `data` as the type asks for.
HtmlToken = dict[str, Any]


def html_tokens(blocks: Sequence[Token], breaks: bool) -> Iterator[HtmlToken]:
    """The document's tags and texts in order; with `breaks` a typed line ends where it was ended."""
    for at, token in enumerate(blocks):
        if token.type == "inline":
            yield from _inline(token.children or (), breaks)
        elif token.type in ("fence", "code_block"):
            yield from (_opened("pre"), _opened("code"), _text(token.content), _closed("code"), _closed("pre"))
            yield _LINE
        elif not token.hidden:
            if token.nesting != -1 and at and blocks[at - 1].hidden:
                yield _LINE
            yield _tag(token)
            if token.nesting != 1 or not _holds_words(token, blocks[at + 1]):
                yield _LINE


def _holds_words(opening: Token, following: Token) -> bool:
    """Whether an opened block goes on in the same line."""
    is_empty = following.nesting == -1 and following.tag == opening.tag
    return following.type == "inline" or following.hidden or is_empty


def _inline(tokens: Sequence[Token], breaks: bool) -> Iterator[HtmlToken]:
    links = 0
    for token in tokens:
        if token.type == "text":
            if token.content:
                yield _text(token.content)
        elif token.type == "code_inline":
            yield from (_opened("code"), _text(token.content), _closed("code"))
        elif token.type == "hardbreak" or (token.type == "softbreak" and breaks):
            yield from ({"type": "EmptyTag", "name": "br", "data": {}}, _LINE)
        elif token.type == "softbreak":
            yield _LINE
        elif token.tag != "a":
            yield _tag(token)
        else:
            # A link stands in no other link: the inner one is words.
            links -= token.nesting == -1
            if not links:
                yield _tag(token)
            links += token.nesting == 1


def _tag(token: Token) -> HtmlToken:
    if token.nesting == -1:
        return _closed(token.tag)
    attributes = {(None, escapeHtml(name)): escapeHtml(str(value)) for name, value in token.attrs.items()}
    return {"type": "StartTag" if token.nesting else "EmptyTag", "name": token.tag, "data": attributes}


def _opened(name: str) -> HtmlToken:
    return {"type": "StartTag", "name": name, "data": {}}


def _closed(name: str) -> HtmlToken:
    return {"type": "EndTag", "name": name, "data": {}}


def _text(words: str) -> HtmlToken:
    return {"type": "Characters", "data": escapeHtml(words)}


#: No filter writes into it: bleach looks at spaces and hands them on.
_LINE: HtmlToken = {"type": "SpaceCharacters", "data": "\n"}
