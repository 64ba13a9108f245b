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
from understory.stencils import in_full

_TAG = re.compile(r"<[^>]+>")

_PUBLISHER = '{"@type": "Organization", "name": "The editors"}'


def of_page(article: AnyRow, groups: Sequence[Group], site: str) -> str:
    """A DiscussionForumPosting with the comments of this page, replies below what they answer.

    JSON that can stand in a script element as it is.
    """
    author = _person(article.author) if article.author else _PUBLISHER
    comments = ", ".join([_branch(group, site) for group in groups if group.root.state == "visible"])
    json = (
        '{"@context": "https://schema.org", "@type": "DiscussionForumPosting", '
        f'"headline": {encode_basestring(article.title)}, "url": "{site}/articles/{article.slug}", '
        f'"datePublished": "{article.published_at.isoformat()}", "dateModified": "{article.updated_at.isoformat()}", '
        f'"author": {author}, "text": {encode_basestring(article.summary or article.title)}, '
        f'"commentCount": {article.comment_count}, "comment": [{comments}]}}'
    )
    # Nothing in it can end the element, nor begin a comment in it.
    return json.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").replace("'", "\\u0027")


def _branch(group: Group, site: str) -> str:
    """The root with its replies inside; a reply whose own parent is not on the page stands below the root."""
    replies = [reply for reply in group.replies if reply.state == "visible"]
    if not replies:
        return _comment(group.root, site, "")
    shown = {reply.id for reply in replies}
    inside: dict[int, list[str]] = {}
    # From the end, so that what stands below a comment is whole before the comment is written.
    for reply in reversed(replies):
        above = reply.parent_id if reply.parent_id in shown else group.root.id
        inside.setdefault(above, []).insert(0, _comment(reply, site, _below(inside, reply.id)))
    return _comment(group.root, site, _below(inside, group.root.id))


def _below(inside: dict[int, list[str]], comment_id: int) -> str:
    return f', "comment": [{", ".join(inside[comment_id])}]' if comment_id in inside else ""


def _comment(row: AnyRow, site: str, below: str) -> str:
    text = row.html
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    return (
        f'{{"@type": "Comment", "url": "{site}/comments/{row.id}", "author": {_person(row.author)}, '
        f'"datePublished": "{in_full(row.created_at)}", "text": {encode_basestring(text.strip())}, '
        f'"upvoteCount": {row.up}, "downvoteCount": {row.down}{below}}}'
    )


@lru_cache(maxsize=1024)
def _person(name: str) -> str:
    return f'{{"@type": "Person", "name": {encode_basestring(name)}}}'
