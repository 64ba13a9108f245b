"""What judges comments: the rules as they were saved, bans, and what moderators' decisions taught."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime

BAN_LENGTH = 500
REASON_LENGTH = 500

#: A token's number is the table's own row number in SQLite: found without an index beside it.
TokenId = BigInteger().with_variant(Integer(), "sqlite")


class Label(enum.StrEnum):
    """What a decision said of a comment, as one letter of `Lesson.labels`."""

    SPAM = "s"
    HAM = "h"
    NEITHER = "-"


class Standing(Model):
    """One row. `version` rises whenever rules or bans change; `spam` and `ham` count the comments learned from."""

    __tablename__ = "spam_standing"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(default=0)
    spam: Mapped[int] = mapped_column(default=0)
    ham: Mapped[int] = mapped_column(default=0)


class RulesSaved(Model):
    """The rules as somebody saved them. Rows are added, never changed; the newest is in force."""

    __tablename__ = "spam_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    rules: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    account_name: Mapped[str] = mapped_column(String(64))


class Ban(Model):
    """Who or what may not post, from `at` until `until` (None: for good) or until it was lifted.

    `known_as` is the name of an author who is known by a key alone.
    """

    __tablename__ = "bans"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(BAN_LENGTH))
    known_as: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class BanAct(enum.StrEnum):
    """What is done with a ban; each is the other's inverse."""

    BAN = "ban"
    LIFT = "lift"


class BanEntry(Model):
    """The log of bans. Rows are added, never changed. `comment_id` is the comment that gave cause."""

    __tablename__ = "ban_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    ban_id: Mapped[int] = mapped_column(ForeignKey("bans.id"), index=True)
    act: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    comment_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    account_name: Mapped[str] = mapped_column(String(64))


class Token(Model):
    """In how many comments that were spam and that were not a word, a host or a sign stood. See signs.token."""

    __tablename__ = "spam_tokens"

    id: Mapped[int] = mapped_column(TokenId, primary_key=True, autoincrement=False)
    spam: Mapped[int]
    ham: Mapped[int]


class Lesson(Model):
    """What decisions about a comment taught: a Label for each, the last of them counts.

    `tokens` are those counted for it, 8 bytes each: what was added can be taken away, whatever became of the text.
    """

    __tablename__ = "spam_lessons"

    comment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    labels: Mapped[str] = mapped_column(Text)
    tokens: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
