"""A comment, its place in its thread, and the states it can be in."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime
from understory.readers import KEY_LENGTH
from understory.traces import HASH_LENGTH, RANGE_LENGTH

AUTHOR_LENGTH = 64
EMAIL_LENGTH = 254
BODY_LENGTH = 10_000
SUBMISSION_LENGTH = 64

#: Characters that one step of a path takes: base 36, enough for 60 million comments in a thread.
STEP = 5

#: Steps of a path at most. A reply below this depth keeps its parent but is placed beside it, in order of
#: arrival, so that the index stays within what a PostgreSQL page can hold.
DEEPEST_PATH = 100

#: Compared byte by byte, whatever language the database sorts in.
Path = String(STEP * DEEPEST_PATH).with_variant(String(STEP * DEEPEST_PATH, collation="C"), "postgresql")


class State(enum.StrEnum):
    """Readers see VISIBLE only; the others leave nothing behind, or a placeholder where replies remain."""

    VISIBLE = "visible"
    PENDING = "pending"
    REPORTED = "reported"
    REJECTED = "rejected"
    SPAM = "spam"
    WITHDRAWN = "withdrawn"


class Comment(Model):
    """`source` is what was typed, `html` what readers get.

    `root_number` is the place of the comment's top-level ancestor in the thread, `path` its own place below
    that: steps of STEP characters, so that text order is thread order. Neither ever changes. `shown` is
    whether the comment takes a place on the page: it is visible, or `shown_replies` of its replies are.
    `branch_size` counts the comments shown below a root, at any depth. `up` and `down` count votes, and `best`
    is what they come to in the order by that name. `reader_key` is the reader who wrote it. `held_for` says in words,
    a reason a line, why the site held it, and `held_as` the state that this brought it into: while it is still in
    that state, no moderator has decided, and its author sees it wait. What is kept of the address goes after its
    time; an erased comment is WITHDRAWN for good, and holds nothing any more.
    """

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("article_id", "root_number", "path"),
        Index(
            "ix_comments_shown_roots",
            "article_id",
            "root_number",
            sqlite_where=text("depth = 0 AND shown = 1"),
            postgresql_where=text("depth = 0 AND shown"),
        ),
        Index(
            "ix_comments_best_roots",
            "article_id",
            "best",
            "root_number",
            sqlite_where=text("depth = 0 AND shown = 1"),
            postgresql_where=text("depth = 0 AND shown"),
        ),
        Index(
            "ix_comments_shown_branches",
            "article_id",
            "root_number",
            "path",
            sqlite_where=text("shown = 1"),
            postgresql_where=text("shown"),
        ),
        Index(
            "ix_comments_swept",
            "created_at",
            sqlite_where=text("address_hash IS NOT NULL"),
            postgresql_where=text("address_hash IS NOT NULL"),
        ),
        Index(
            "ix_comments_email",
            text("lower(email)"),
            sqlite_where=text("email IS NOT NULL"),
            postgresql_where=text("email IS NOT NULL"),
        ),
        # What a moderator looks at; a comment that is simply posted costs nothing here.
        Index(
            "ix_comments_queues",
            "state",
            "id",
            sqlite_where=text("state <> 'visible'"),
            postgresql_where=text("state <> 'visible'"),
        ),
        Index("ix_comments_of_reader", "reader_key", "state"),
        Index(
            "ix_comments_caught",
            "created_at",
            sqlite_where=text("held_as = 'spam'"),
            postgresql_where=text("held_as = 'spam'"),
        ),
        CheckConstraint("(parent_id IS NULL) = (depth = 0)", name="only_roots_have_no_parent"),
        # An id is an address: it is never given a second time, not even after its comment was erased.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    root_number: Mapped[int]
    path: Mapped[str] = mapped_column(Path)
    depth: Mapped[int]
    submission_id: Mapped[str] = mapped_column(String(SUBMISSION_LENGTH), unique=True)
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    shown: Mapped[bool] = mapped_column(Boolean)
    shown_replies: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    branch_size: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    up: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    down: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    best: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    reader_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    address_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    address_range: Mapped[str | None] = mapped_column(String(RANGE_LENGTH))
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    held_for: Mapped[str | None] = mapped_column(Text)
    held_as: Mapped[str | None] = mapped_column(String(16))


class Edit(Model):
    """What a comment said before it was changed; for moderators. `made_at` is when an edit had made that text."""

    __tablename__ = "comment_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Change:
    """What an act did: the state that the comment left and the one it is in."""

    comment_id: int
    article_id: int
    before: State
    after: State
