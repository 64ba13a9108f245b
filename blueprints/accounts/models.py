"""People who sign in: their accounts, sessions and keys, the links by which they come in, and what happened."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta

from flask_login import UserMixin
from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from understory.db import Model, UTCDateTime
from understory.traces import HASH_LENGTH, RANGE_LENGTH

NAME_LENGTH = 64

#: Of a browser's name for itself no more is kept than a person needs to know it again.
BROWSER_LENGTH = 64

#: A session that nobody used for so long is over; the cookie lasts as long.
SESSION_LIFETIME = timedelta(days=30)

#: An invitation is opened within a week, or asked for again.
INVITE_LIFETIME = timedelta(days=7)


class Role(enum.StrEnum):
    """What an account may do: moderators have the desk, admins the people too, readers neither."""

    READER = "reader"
    MODERATOR = "moderator"
    ADMIN = "admin"


class Event(enum.StrEnum):
    """What happens to accounts and is written down."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    WRONG_PASSWORD = "wrong password"  # noqa: S105  # the name of an event
    WRONG_CODE = "wrong code"
    WRONG_PASSKEY = "wrong passkey"
    JOINED = "joined"
    PASSWORD_CHANGED = "password changed"  # noqa: S105  # the name of an event
    FACTOR_ON = "second factor turned on"
    FACTOR_OFF = "second factor turned off"
    CODES_MADE = "recovery codes made"
    CODE_USED = "recovery code used"
    PASSKEY_ADDED = "passkey added"
    PASSKEY_REMOVED = "passkey removed"
    SESSIONS_ENDED = "sessions ended"
    ROLE_CHANGED = "role changed"
    INVITED = "invitation made"
    INVITE_WITHDRAWN = "invitation withdrawn"


class Account(UserMixin, Model):
    """`folded_name` is the name as it is compared. `totp_secret` is sealed; `totp_step` is the last step used."""

    __tablename__ = "accounts"

    #: The session in which this account was found, while it is asked for through one.
    session_token = ""
    session_id = 0
    session_seen_at = datetime.min.replace(tzinfo=UTC)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    folded_name: Mapped[str] = mapped_column(String(NAME_LENGTH * 3), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_step: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def is_moderator(self) -> bool:
        return self.role in (Role.MODERATOR, Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    def get_id(self) -> str:
        """What Flask-Login keeps in the session."""
        return self.session_token


class Claim(Model):
    """A link that makes the first admin. Only the hash of its token is kept; `used_at` ends it."""

    __tablename__ = "claims"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Invite(Model):
    """A one-time link to an account of a role. It is removed when used or withdrawn; the record remembers it."""

    __tablename__ = "invites"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    meant_for: Mapped[str] = mapped_column(String(NAME_LENGTH))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class UnsentForm(Model):
    """What somebody sent whose session was over: `fields` is JSON, pairs of name and value."""

    __tablename__ = "unsent_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    session_hash: Mapped[str] = mapped_column(String(64), index=True)
    path: Mapped[str] = mapped_column(Text)
    fields: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class OpenSession(Model):
    """One browser that is signed in. Without its row, its cookie opens nothing."""

    __tablename__ = "open_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(BROWSER_LENGTH))
    address_range: Mapped[str | None] = mapped_column(String(RANGE_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecoveryCode(Model):
    """Opens the second step once, when the telephone is lost. Only its hash is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)


class Passkey(Model):
    """A public key whose private half a device keeps. `uses` is the device's own count, where it has one."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    uses: Mapped[int]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AccountEvent(Model):
    """What happened to whose account, and by whom. An attempt for a name that nobody has keeps no name."""

    __tablename__ = "account_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    what: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    account_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    by_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    more: Mapped[str] = mapped_column(String(200))
    address_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    address_range: Mapped[str | None] = mapped_column(String(RANGE_LENGTH))
