"""An article, and the counters of the conversation under it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, text
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
    `comment_count` is how many comments a reader can see now.
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
