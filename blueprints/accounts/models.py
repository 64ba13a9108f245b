"""People who sign in, and the one-time claims by which the first of them comes in."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime

NAME_LENGTH = 64


class Role(enum.StrEnum):
    """What an account may do: moderators and admins have the desk, readers do not."""

    READER = "reader"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Account(UserMixin, Model):
    """`folded_name` is the name as it is compared; `session_key` is in every session: a new one ends them all."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(NAME_LENGTH * 3), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    session_key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def is_moderator(self) -> bool:
        return self.role in (Role.MODERATOR, Role.ADMIN)

    def get_id(self) -> str:
        """What Flask-Login keeps in the session."""
        return f"{self.id}:{self.session_key}"


class Claim(Model):
    """A link that makes the first admin. Only the hash of its token is kept; `used_at` ends it."""

    __tablename__ = "claims"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
