"""The record of what was erased and exported. It says that and when, and keeps of whom no more than a keyed hash."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime
from understory.sealing import HASH_LENGTH

REASON_LENGTH = 500


class Deed(enum.StrEnum):
    """What is done with a person's data."""

    ERASED = "erased"
    EXPORTED = "exported"


class PrivacyEntry(Model):
    """One deed and how much it was about. Without an account it was the person, from their own browser."""

    __tablename__ = "privacy_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    deed: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    account_name: Mapped[str] = mapped_column(String(64))
    subject_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), index=True)
    comments: Mapped[int]
    votes: Mapped[int]
    reports: Mapped[int]
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
