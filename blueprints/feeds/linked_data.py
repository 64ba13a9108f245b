"""What search engines read in an article's page: the posting and its comments, as schema.org names them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from blueprints.comments.threads import Group, Thread
from understory.db import AnyRow
from understory.templating import absolute, address

_TAG = re.compile(r"<[^>]+>")


def of_page(article: AnyRow, thread: Thread) -> dict[str, Any]:
    """A DiscussionForumPosting with the comments of this page, replies below what they answer."""
    site = absolute("")
    return {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "headline": article.title,
        "url": site + address("articles.show", slug=article.slug),
        "datePublished": article.published_at.isoformat(),
        "dateModified": article.updated_at.isoformat(),
        "author": {"@type": "Person", "name": article.author} if article.author else _PUBLISHER,
        "text": article.summary or article.title,
        "commentCount": article.comment_count,
        "comment": [_branch(group, site) for group in thread.groups if group.root.state == "visible"],
    }


_PUBLISHER = {"@type": "Organization", "name": "The editors"}


def _branch(group: Group, site: str) -> dict[str, Any]:
    root = _comment(group.root, site)
    by_id = {group.root.id: root}
    for reply in _visible(group.replies):
        by_id[reply.id] = _comment(reply, site)
        by_id.get(reply.parent_id, root).setdefault("comment", []).append(by_id[reply.id])
    return root


def _visible(rows: Sequence[AnyRow]) -> list[AnyRow]:
    return [row for row in rows if row.state == "visible"]


def _comment(row: AnyRow, site: str) -> dict[str, Any]:
    return {
        "@type": "Comment",
        "url": site + address("comments.place", comment_id=row.id),
        "author": {"@type": "Person", "name": row.author},
        "datePublished": row.created_at.isoformat(),
        "text": html.unescape(_TAG.sub("", row.html)).strip(),
        "upvoteCount": row.up,
        "downvoteCount": row.down,
    }
