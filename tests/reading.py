"""Reads the site's pages as a browser would, so that a test can ask for what a person sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.wrappers import Response

_EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_STEP = re.compile(r"([#.]?)([\w-]+)|\[([\w-]+)(?:=([^\]]*))?\]")


@dataclass
class Element:
    """A tag with what stands in it: elements and text in their order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text below, as it stands in the source."""
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)

    @property
    def words(self) -> str:
        """All text below with single spaces."""
        return " ".join(self.text.split())

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def walk(self) -> Iterator[Element]:
        for part in self.inside:
            if isinstance(part, Element):
                yield part
                yield from part.walk()

    def all(self, selector: str) -> list[Element]:
        """Elements below that fit one step of a selector, such as `article.comment` or `a[rel=prev]`."""
        return [element for element in self.walk() if element.fits(selector)]

    def one(self, selector: str) -> Element:
        (element,) = self.all(selector)
        return element

    def has(self, selector: str) -> bool:
        return bool(self.all(selector))

    def fits(self, selector: str) -> bool:
        assert not _STEP.sub("", selector), f"more than one step: {selector}"
        for mark, word, name, value in _STEP.findall(selector):
            if mark == "#":
                fitting = self.attributes.get("id") == word
            elif mark == ".":
                fitting = word in self.attributes.get("class", "").split()
            elif name:
                fitting = name in self.attributes and (not value or self[name] == value)
            else:
                fitting = self.tag == word
            if not fitting:
                return False
        return True

    def fields(self) -> dict[str, str]:
        """What a browser would send of this form if nobody touched it."""
        sent = {}
        for element in self.walk():
            kind = element.attributes.get("type")
            is_off = kind in ("checkbox", "radio") and "checked" not in element.attributes
            if element.tag == "input" and kind != "submit" and "name" in element.attributes and not is_off:
                sent[element["name"]] = element.attributes.get("value", "")
            elif element.tag == "textarea":
                # A browser drops the newline that follows the tag.
                sent[element["name"]] = element.text.removeprefix("\r\n").removeprefix("\n")
        return sent


def read(html: str) -> Element:
    """The page or fragment as one element. Raises AssertionError where tags do not pair."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    assert len(reading.open) == 1, f"not closed: {reading.open[-1].tag}"
    return reading.open[0]


def page(response: Response) -> Element:
    return read(response.get_data(as_text=True))


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in _EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            assert self.open[-1].tag == tag, f"</{tag}> closes {self.open[-1].tag}"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)
