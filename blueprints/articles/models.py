"""An article, and the counters of the conversation under it."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime

SLUG_LENGTH = 100
TITLE_LENGTH = 200
AUTHOR_LENGTH = 100
SUMMARY_LENGTH = 500
SOURCE_LENGTH = 200_000


class Article(Model):
    """`source` is the Markdown as written, `html` what readers get.

    `version` rises with every change that a reader can see in the article or its thread. `roots` and
    `numbered` are the last numbers given to a top-level comment and to any comment: they never fall.
    `comment_count` is how many comments a reader can see now. `pinned_id` is the comment that stands above them.
    """

    __tablename__ = "articles"
    __table_args__ = (Index(None, "published", "published_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    summary: Mapped[str] = mapped_column(String(SUMMARY_LENGTH))
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    published: Mapped[bool] = mapped_column(default=True)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    roots: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    numbered: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    comment_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    closed: Mapped[bool] = mapped_column(default=False, server_default=false())
    pinned_id: Mapped[int | None]


class What(enum.StrEnum):
    """What a reader sees differently after a change of a thread."""

    ARRIVED = "arrived"
    CHANGED = "changed"
    GONE = "gone"
    THREAD = "thread"


class ThreadChange(Model):
    """One visible change of a thread: the article's `version` that it made, and the comment it is about.

    Open pages are told from these rows, so one that was away for a while can be told what it missed.
    """

    __tablename__ = "thread_changes"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(16))
    comment_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
