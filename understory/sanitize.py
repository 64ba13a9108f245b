"""Turns what people type into HTML that is safe to store and show.

Markdown is parsed by markdown-it, which takes raw HTML for words; bleach judges every tag, attribute and address of
it, links what was typed as an address, and writes the HTML; nothing edits the result afterwards. This is the only
file that knows bleach: its 6.4.0 is the last release, so the file is pure and small and trusts neither library.
Every address is judged by `safe_href`, once when Markdown asks whether a link is a link and once more at the end.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from threading import local
from typing import Any
from urllib.parse import urlsplit

from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import BleachSanitizerFilter, Cleaner
from markdown_it import MarkdownIt

from understory.marked import HtmlToken, html_tokens
from understory.plain import plain_html

#: Every tag that a stored comment may hold.
COMMENT_TAGS = frozenset({"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre"})

#: Written by the house, so headings (below the page's own h1), rules and tables may stand too.
ARTICLE_TAGS = COMMENT_TAGS | {"h2", "h3", "h4", "h5", "h6", "hr", "table", "thead", "tbody", "tr", "th", "td"}

#: Attributes that may stand, by tag. `start` keeps "1986. What a year" from being shown as "1.".
ATTRIBUTES = {"a": ["href", "rel"], "ol": ["start"]}

#: nofollow and ugc tell search engines that a reader wrote the link; noopener guards the page it leaves.
READER_REL = "nofollow ugc noopener"
HOUSE_REL = "noopener"

#: Deeper quotes and lists are shown as typed: the parser would drop what lies below its limit.
DEEPEST_NESTING = 40

#: Markdown that a reader's text does not get. Without `reference` and `entity` no typed word disappears.
_NOT_FOR_READERS = ["heading", "lheading", "hr", "image", "html_block", "html_inline", "reference", "entity"]
_NOT_FOR_HOUSE = ["image", "html_block", "html_inline"]

#: Only what was typed as an address is linked: "setup.py" and "example.com" stay words.
_TYPED_ADDRESS = re.compile(
    r"(?<![\w@.:/])(?:https?://|www\.)[^\s<>\"'`\\{}|^\[\]]{0,2000}[^\s<>\"'`\\{}|^\[\].,;:!?*~]", re.IGNORECASE
)
_COULD_BE_ADDRESS = re.compile(r"://|[wW]{3}\.")
_ENDS_SENTENCE = frozenset(".,;:!?*~")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{0,59}}\.?|\[[0-9a-f:.]{{2,45}}\]", re.IGNORECASE)
_MAILBOX = re.compile(r"[\w.!#$%&*+/=?^{|}~-]{1,64}@[\w.-]{1,255}")
_NEVER_IN_HREF = re.compile(r"[\x00-\x20\x7f\"'<>`\\]")
_HOUSE_PATH = re.compile(r"/(?!/)|#")
#: Spaces, what Unicode calls default ignorable (joiners, marks of direction, fillers, selectors), and blank Braille.
_VISIBLE = re.compile(
    r"[^\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_TAG = re.compile(r"<[^>]*>")
#: Words right behind a tag, which most texts begin with: nobody has to look for more.
_WORDS_AT_ONCE = re.compile(r">[A-Za-z0-9]")


def comment_html(source: str) -> str:
    """The HTML of a reader's Markdown: `COMMENT_TAGS` only, every link with `READER_REL`."""
    html = plain_html(source)
    return _render(_pipeline.comment, source) if html is None else html


def article_html(source: str) -> str:
    """The HTML of an article's Markdown: `ARTICLE_TAGS` only; links may point into the site too."""
    return _render(_pipeline.article, source)


def safe_href(address: str) -> bool:
    """True for an absolute http, https or mailto address with a plausible host and no control or quote in it."""
    if len(address) > 2000 or _NEVER_IN_HREF.search(address):
        return False
    try:
        parts = urlsplit(address)
        port_is_sound = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return bool(_MAILBOX.fullmatch(parts.path)) and not parts.netloc
    if parts.scheme not in ("http", "https") or not port_is_sound or parts.username is not None:
        return False
    return bool(_HOST.fullmatch(parts.netloc.rpartition(":")[0] if parts.port else parts.netloc.rstrip(":")))


def house_href(address: str) -> bool:
    """As `safe_href`, and paths and anchors of this site too."""
    if _HOUSE_PATH.match(address):
        return len(address) <= 2000 and not _NEVER_IN_HREF.search(address)
    return safe_href(address)


def is_blank(text: str) -> bool:
    """True when nothing of the text would be seen: only spaces, joiners and marks of direction."""
    return _VISIBLE.search(text) is None


def _render(tools: tuple[MarkdownIt, _Cleaner], source: str) -> str:
    markdown, cleaner = tools
    tokens = markdown.parse(source)
    if any(token.level >= DEEPEST_NESTING - 1 for token in tokens):
        return str(cleaner.clean(_as_typed(source)))
    cleaned = cleaner.written(html_tokens(tokens, markdown.options["breaks"])).strip("\n")
    if _shows_nothing(cleaned) and not is_blank(source):
        return str(cleaner.clean(_as_typed(source)))
    return cleaned


def _shows_nothing(cleaned: str) -> bool:
    return _WORDS_AT_ONCE.search(cleaned) is None and is_blank(html.unescape(_TAG.sub("", cleaned)))


def _as_typed(source: str) -> str:
    paragraphs = re.split(r"\n\s*\n", source.strip())
    return "\n".join("<p>" + html.escape(p, quote=False).replace("\n", "<br>\n") + "</p>" for p in paragraphs)


class _Links(LinkifyFilter):  # type: ignore[misc]  # bleach has no types
    """bleach's cleaner has taken entities apart by then; a second time would show a typed "&lt;" as "<"."""

    def extract_entities(self, token: Any) -> Iterator[Any]:
        yield token

    def handle_links(self, src_iter: Iterable[HtmlToken]) -> Iterator[HtmlToken]:
        """Most texts have nothing in them that could be one, which is quicker to see than to look for all of it."""
        for token in src_iter:
            if _COULD_BE_ADDRESS.search(token["data"]) is None:
                yield token
            else:
                yield from super().handle_links((token,))

    def strip_non_url_bits(self, fragment: str) -> tuple[str, str, str]:
        """The address, and what the sentence goes on with: a bracket belongs to the address that opens it."""
        unopened = fragment.count(")") - fragment.count("(")
        end = len(fragment)
        while fragment[end - 1] in _ENDS_SENTENCE or (unopened > 0 and fragment[end - 1] == ")"):
            unopened -= fragment[end - 1] == ")"
            end -= 1
        return fragment[:end], "", fragment[end:]


class _Cleaner(Cleaner):  # type: ignore[misc]  # bleach has no types
    """bleach's cleaner, which takes a document that was parsed already, too."""

    def written(self, document: Iterable[HtmlToken]) -> str:
        """The HTML of what bleach lets stand."""
        judged = BleachSanitizerFilter(
            document,
            allowed_tags=self.tags,
            attributes=self.attributes,
            allowed_protocols=self.protocols,
            strip_html_comments=False,
        )
        for further in self.filters:
            judged = further(source=judged)
        return str(self.serializer.render(judged))


class _Pipeline(local):
    """One set of parsers a thread: neither bleach's Cleaner nor html5lib below it may be shared."""

    def __init__(self) -> None:
        self.comment = (
            _markdown({"breaks": True}, _NOT_FOR_READERS, safe_href),
            _cleaner(COMMENT_TAGS, READER_REL, safe_href),
        )
        article = _markdown({"breaks": False}, _NOT_FOR_HOUSE, house_href).enable("table")
        article.core.ruler.push("one_title", _one_title)
        self.article = (article, _cleaner(ARTICLE_TAGS, HOUSE_REL, house_href))


def _markdown(options: dict[str, Any], without: list[str], allowed: Callable[[str], bool]) -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST_NESTING, **options}).disable(without)
    setattr(markdown, "validateLink", allowed)  # noqa: B010  # the library's own way, which its types forbid
    return markdown


def _cleaner(tags: frozenset[str], rel: str, allowed: Callable[[str], bool]) -> _Cleaner:
    def judge(attributes: dict[Any, str], is_new: bool) -> dict[Any, str] | None:
        written = attributes.get((None, "href"), "")
        # Markdown's own links are escaped already; an address found in the text is as it was typed.
        if not allowed(written if is_new else html.unescape(written)):
            return None
        attributes[(None, "href")] = html.escape(written) if is_new else written
        attributes[(None, "rel")] = rel
        return attributes

    links = partial(_Links, callbacks=[judge], skip_tags={"pre", "code"}, url_re=_TYPED_ADDRESS)
    return _Cleaner(
        tags=tags,
        attributes=ATTRIBUTES,
        protocols={"http", "https", "mailto"},
        strip=False,
        strip_comments=False,
        filters=[links],
    )


def _one_title(state: Any) -> None:
    """The page's title is its only h1: "# Part" in an article becomes an h2."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close") and token.tag == "h1":
            token.tag = "h2"


_pipeline = _Pipeline()
