"""A reader's vote on a comment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime
from understory.readers import KEY_LENGTH


class Vote(Model):
    """`value` is 1 for a vote up, -1 for one down; a vote taken back leaves no row."""

    __tablename__ = "votes"
    __table_args__ = (CheckConstraint("value IN (1, -1)", name="up_or_down"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    reader_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True, index=True)
    value: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
