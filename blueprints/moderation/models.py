"""The log of moderators' acts. Rows are added, never changed: an undo is a row of its own."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime
from understory.readers import KEY_LENGTH

REASON_LENGTH = 500


class Act(enum.StrEnum):
    """What a moderator can do to a comment."""

    DELETE = "delete"
    RESTORE = "restore"
    APPROVE = "approve"
    SPAM = "spam"
    UNDO = "undo"
    HIDE = "hide"


class Grounds(enum.StrEnum):
    """Why a reader reports a comment."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off topic"
    OTHER = "other"


class Report(Model):
    """A reader's report of a comment; `settled` once a moderator decided about the comment."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("comment_id", "reader_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    reader_key: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    grounds: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(String(REASON_LENGTH))
    settled: Mapped[bool] = mapped_column(default=False, server_default=false())
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class LogEntry(Model):
    """Who did what to which comment, when and why. `undoes_id` is the entry that an undo reversed.

    Without an account it was the site itself, on readers' reports.
    """

    __tablename__ = "moderation_log"
    __table_args__ = (Index("ix_moderation_log_picture", "at", "after", "act", "before", "comment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    account_name: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(16))
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    before: Mapped[str] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_log.id"), unique=True)
