"""What moderators can do, and the log of it. Rows of the log are added, never changed: an undo is a row of its own."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime
from understory.readers import KEY_LENGTH

REASON_LENGTH = 500
ABOUT_LENGTH = 200


class Act(enum.StrEnum):
    """What the log tells of."""

    APPROVE = "approve"
    RESTORE = "restore"
    REJECT = "reject"
    DELETE = "delete"
    SPAM = "spam"
    HIDE = "hide"
    WITHDRAW = "withdraw"
    CATCH = "catch"
    EDIT = "edit"
    PIN = "pin"
    UNPIN = "unpin"
    HOLD = "hold"
    TRUST = "trust"
    CLOSE = "close"
    OPEN = "open"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    BAN = "ban"
    LIFT = "lift"
    RULES = "rules"
    UNDO = "undo"


#: What the public log does not tell: it is about a person, or about what nobody can read any more.
NOT_PUBLIC = (Act.HOLD, Act.TRUST, Act.BAN, Act.LIFT, Act.RULES, Act.UNPUBLISH)

#: What is done to the state of a comment.
DECISIONS = (Act.APPROVE, Act.RESTORE, Act.REJECT, Act.DELETE, Act.SPAM)


class Grounds(enum.StrEnum):
    """Why a reader reports a comment."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off topic"
    OTHER = "other"


@dataclass(frozen=True)
class By:
    """Who acts: a moderator, or without an account the site itself or an author."""

    account_id: int | None
    name: str


#: Names that the log has for those who have no account.
THE_SITE = By(None, "readers' reports")
THE_AUTHOR = By(None, "the author")
THE_RULES = By(None, "the rules")


class Report(Model):
    """A reader's report of a comment; `settled` once somebody decided, `settled_by` is the entry that says so."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("comment_id", "reader_key"),
        Index("ix_reports_open", "comment_id", sqlite_where=text("settled = 0"), postgresql_where=text("NOT settled")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"))
    reader_key: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    grounds: Mapped[str] = mapped_column(String(16))
    words: Mapped[str] = mapped_column(String(REASON_LENGTH))
    settled: Mapped[bool] = mapped_column(default=False, server_default=false())
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("moderation_log.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class HeldAuthor(Model):
    """An author whose comments always wait for a moderator."""

    __tablename__ = "held_authors"

    reader_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class LogEntry(Model):
    """Who did what, when and why: to a comment, its author, an article.

    `before` and `after` are states; of an edit, the number of the text that was replaced; of a pin, the comments.
    An entry of a batch names in `batch_id` the one that stands for all of it, and that one says in `about` what
    was chosen. `undoes_id` is the entry that an undo reversed.
    """

    __tablename__ = "moderation_log"
    __table_args__ = (Index("ix_moderation_log_picture", "at", "after", "act", "before", "comment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    account_name: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(16))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    before: Mapped[str] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_log.id"), unique=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_log.id"), index=True)
    about: Mapped[str] = mapped_column(String(ABOUT_LENGTH), default="", server_default="")

    @property
    def stands_for_many(self) -> bool:
        """Whether this is the entry of a whole batch."""
        about_nothing = self.comment_id is None and self.article_id is None and not self.before and not self.after
        return about_nothing and self.act in (*DECISIONS, Act.UNDO)
