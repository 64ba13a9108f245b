"""Reads articles from files: plain text, or Markdown with front matter. Pure; knows no database."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from blueprints.articles.models import AUTHOR_LENGTH, SLUG_LENGTH, SOURCE_LENGTH, SUMMARY_LENGTH, TITLE_LENGTH
from blueprints.articles.operations import Draft
from understory.forms import one_line, unix_lines
from understory.sanitize import article_html

#: Lines that a page puts under an article. In a copied page they follow the text; the site draws its own.
FURNITURE = {"post a comment", "previous post next post", "previous post", "next post"}

#: The largest file that is read, in bytes: room for SOURCE_LENGTH characters of any script.
LARGEST_FILE = 1_000_000

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_FIELDS = {"title": TITLE_LENGTH, "author": AUTHOR_LENGTH, "summary": SUMMARY_LENGTH, "slug": SLUG_LENGTH}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class _Words(YAMLHandler):
    """YAML in which every value is the words that were written: a title may be 1.10, or No."""

    def load(self, fm: str, **_given: object) -> Any:
        return super().load(fm, Loader=yaml.BaseLoader)


class Unreadable(Exception):
    """Why a file is not an article: `line` counts from 1, or is None when no line is to blame."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def read(path: Path) -> Draft:
    """The article in a file. Raises Unreadable."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"the file is larger than {LARGEST_FILE:,} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    return parse(_decoded(raw))


def parse(text: str) -> Draft:
    """The article in a text: Markdown when it starts with front matter ("---"), else plain."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    above = len(text) - len(text.lstrip("\n"))
    try:
        return _article(unix_lines(text))
    except Unreadable as error:
        raise Unreadable(error.reason, error.line and error.line + above) from None


def as_markdown(paragraph: str) -> str:
    """Markdown that shows a plain paragraph as it stands; unchanged where nothing in it is markup."""
    # Not alone: a lone "*" is shown as typed, among other paragraphs it is an empty list.
    if article_html(f"x\n\n{paragraph}") == f"<p>x</p>\n<p>{html.escape(paragraph, quote=False)}</p>":
        return paragraph
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", paragraph)


def _article(text: str) -> Draft:
    control = _CONTROL.search(text)
    if control:
        raise Unreadable(f"control character {control.group()!r}", text.count("\n", 0, control.start()) + 1)
    if not text.strip():
        raise Unreadable("the file is empty")
    return _markdown(text) if re.match(r"---[ \t]*\n", text) else _plain(text)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8 text", raw.count(b"\n", 0, error.start) + 1) from None


def _plain(text: str) -> Draft:
    lines = text.split("\n")
    while lines and (not lines[-1].strip() or one_line(lines[-1]).casefold() in FURNITURE):
        lines.pop()
    start = next((n for n, line in enumerate(lines) if line.strip()), None)
    if start is None:
        raise Unreadable("there is nothing in it but page furniture")
    title = _checked("title", one_line(lines[start]), start + 1)
    blocks = re.split(r"\n\s*\n", "\n".join(lines[start + 1 :]).strip())
    paragraphs = [as_markdown(one_line(block)) for block in blocks if block.strip()]
    if not paragraphs:
        raise Unreadable("there is a title but no text under it", start + 1)
    return Draft(title=title, source=_bounded("\n\n".join(paragraphs)), summary=_lead(one_line(blocks[0])))


def _markdown(text: str) -> Draft:
    lines = text.split("\n")
    if not any(line.rstrip() == "---" for line in lines[1:]):
        raise Unreadable('the front matter that starts here has no closing "---"', 1)
    try:
        matter, body = frontmatter.parse(text, handler=_Words())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        # The text that YAML counts begins with the last of the blank lines under the opening "---".
        blank = next(n for n, line in enumerate(lines[1:]) if line.strip())
        raise Unreadable(
            f"front matter: {getattr(error, 'problem', None) or 'not YAML'}", mark.line + 1 + blank if mark else 1
        ) from None
    except RecursionError:
        raise Unreadable("front matter: nested too deep", 1) from None
    return _from_matter(matter, body.strip(), lines)


def _from_matter(matter: dict[str, Any], body: str, lines: list[str]) -> Draft:
    def line_of(name: str) -> int:
        return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{name}:")), 1)

    values = {name: _word(matter.get(name), name, line_of(name)) for name in _FIELDS}
    if not values["title"]:
        raise Unreadable("front matter: there is no title", 1)
    if values["slug"] and not SLUG.fullmatch(values["slug"]):
        raise Unreadable("slug: only a-z, 0-9 and single hyphens between them", line_of("slug"))
    if not body:
        raise Unreadable("there is no text under the front matter", len(lines))
    return Draft(source=_bounded(body), published_at=_moment(matter.get("date"), line_of("date")), **values)


def _word(value: Any, name: str, line: int) -> str:
    if isinstance(value, dict | list):
        raise Unreadable(f"{name}: one line of text is expected", line)
    return _checked(name, one_line(value), line)


def _checked(name: str, value: str, line: int) -> str:
    if len(value) > _FIELDS[name]:
        raise Unreadable(f"{name}: longer than {_FIELDS[name]} characters", line)
    if _CONTROL.search(value):
        raise Unreadable(f"{name}: it holds a control character", line)
    return value


def _bounded(source: str) -> str:
    if len(source) > SOURCE_LENGTH:
        raise Unreadable(f"the text is longer than {SOURCE_LENGTH:,} characters")
    return source


def _moment(value: Any, line: int) -> datetime | None:
    """A date means its midnight, a time without a zone is UTC."""
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (AttributeError, OverflowError, ValueError):
        pass
    raise Unreadable("date: not a date such as 2026-11-23 or 2026-11-23T14:05:00Z", line)


def _lead(paragraph: str, length: int = 240) -> str:
    """The first sentences of a paragraph that fit, or its first words."""
    if len(paragraph) <= length:
        return paragraph
    sentences = paragraph[: length + 1].rpartition(". ")[0]
    if len(sentences) > length // 3:
        return sentences + "."
    words = paragraph[:length].rpartition(" ")[0]
    return (words if len(words) > length // 3 else paragraph[:length]) + "…"
