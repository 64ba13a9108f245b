"""What search engines read in an article's page: the posting and its comments, as schema.org names them.

Written out here rather than by an encoder that walks through dictionaries: a page has some hundred values, and its
reader waits for them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring

from blueprints.comments.threads import Group
from understory.db import AnyRow

_TAG = re.compile(r"<[^>]+>")

_PUBLISHER = b'{"@type":"Organization","name":"The editors"}'

#: Nothing in it can end the element, nor begin a comment in it.
_ESCAPES = ((b"&", b"\\u0026"), (b"<", b"\\u003c"), (b">", b"\\u003e"), (b"'", b"\\u0027"))


def of_page(article: AnyRow, groups: Sequence[Group], site: str) -> bytes:
    """A DiscussionForumPosting with the comments of this page, replies below what they answer.

    JSON that can stand in a script element as it is.
    """
    author = _person(article.author) if article.author else _PUBLISHER
    here = site.encode()
    comments = b",".join([_branch(group, here) for group in groups if group.root.state == "visible"])
    json = (
        b'{"@context":"https://schema.org","@type":"DiscussionForumPosting",'
        b'"headline":%b,"url":"%b/articles/%b","datePublished":"%b","dateModified":"%b","author":%b,"text":%b,'
        b'"commentCount":%d,"comment":[%b]}'
    ) % (
        _quoted(article.title),
        here,
        article.slug.encode(),
        article.published_at.isoformat().encode(),
        article.updated_at.isoformat().encode(),
        author,
        _quoted(article.summary or article.title),
        article.comment_count,
        comments,
    )
    for special, escape in _ESCAPES:
        json = json.replace(special, escape)
    return json


def _branch(group: Group, site: bytes) -> bytes:
    """The root with its replies inside; a reply whose own parent is not on the page stands below the root."""
    replies = [reply for reply in group.replies if reply.state == "visible"]
    if not replies:
        return _comment(group.root, site, b"")
    shown = {reply.id for reply in replies}
    inside: dict[int, list[bytes]] = {}
    # From the end, so that what stands below a comment is whole before the comment is written.
    for reply in reversed(replies):
        above = reply.parent_id if reply.parent_id in shown else group.root.id
        inside.setdefault(above, []).insert(0, _comment(reply, site, _below(inside, reply.id)))
    return _comment(group.root, site, _below(inside, group.root.id))


def _below(inside: dict[int, list[bytes]], comment_id: int) -> bytes:
    return b',"comment":[%b]' % b",".join(inside[comment_id]) if comment_id in inside else b""


def _comment(row: AnyRow, site: bytes, below: bytes) -> bytes:
    text = _TAG.sub("", row.html)
    if "&" in text:
        text = html.unescape(text)
    return (
        b'{"@type":"Comment","url":"%b/comments/%d","author":%b,"datePublished":"%b","text":%b,'
        b'"upvoteCount":%d,"downvoteCount":%d%b}'
    ) % (
        site,
        row.id,
        _person(row.author),
        row.created_at.isoformat().encode(),
        _quoted(text.strip()),
        row.up,
        row.down,
        below,
    )


@lru_cache(maxsize=1024)
def _person(name: str) -> bytes:
    return b'{"@type":"Person","name":%b}' % _quoted(name)


def _quoted(text: str) -> bytes:
    return encode_basestring(text).encode()
