"""The second factor: six digits from a telephone (TOTP, RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import secrets
from hmac import compare_digest

import pyotp
from sqlalchemy import delete, insert, or_, update
from sqlalchemy.sql.dml import ReturningUpdate

from blueprints.accounts import queries, record
from blueprints.accounts.models import Account, Event, Passkey, RecoveryCode
from understory import clock
from understory.db import transaction
from understory.errors import Refused
from understory.sealing import seal, unseal

RECOVERY_CODES = 10

#: So few are left that their owner is told.
FEW_CODES = 4

#: Steps of half a minute that a telephone's clock may be off, either way.
STEPS_OFF = 1

#: No letter or digit that is taken for another one.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Refused):
    """The code is not the one that the telephone shows now, or it was used before."""

    def __init__(self) -> None:
        super().__init__("This is not the code of this moment. Wait for the next one and type it in.")


def new_secret() -> str:
    """A secret for a telephone to keep."""
    return pyotp.random_base32()


def address(secret: str, account_name: str, site_name: str) -> str:
    """The otpauth address that a telephone reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account_name, issuer_name=site_name)


def turn_on(account_id: int, secret: str, code: str) -> list[str]:
    """Ask for codes of this secret from now on; gives recovery codes. Raises WrongCode, Missing."""
    step = _step_of(secret, code)
    if step is None:
        raise WrongCode
    with transaction() as session:
        account = queries.existing(account_id)
        account.totp_secret, account.totp_step = seal(secret), step
        session.flush()
        record.note(Event.FACTOR_ON, (account_id, account.name))
        return make_codes(account_id)


def turn_off(account_id: int, by: str = "") -> None:
    """A password alone signs in again: the telephone, the recovery codes and all passkeys are forgotten."""
    with transaction() as session:
        account = queries.existing(account_id)
        account.totp_secret, account.totp_step = None, None
        session.flush()
        for table in (RecoveryCode, Passkey):
            session.execute(delete(table).where(table.account_id == account_id))
        record.note(Event.FACTOR_OFF, (account_id, account.name), by=by)


def make_codes(account_id: int) -> list[str]:
    """New recovery codes; the ones before them open nothing any more."""
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    with transaction() as session:
        account = queries.existing(account_id)
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        rows = [{"account_id": account_id, "code_hash": _code_hash(account_id, code)} for code in codes]
        session.execute(insert(RecoveryCode), rows)
        record.note(Event.CODES_MADE, (account_id, account.name))
    return codes


def opens(account_id: int, code: str) -> bool:
    """Whether this code opens the second step now. Each opens it once."""
    account = queries.one(account_id)
    secret = unseal(account.totp_secret) if account is not None and account.totp_secret else None
    step = _step_of(secret, code) if secret else None
    with transaction() as session:
        if step is not None:
            return session.scalar(_use_step(account_id, step)) is not None
        query = delete(RecoveryCode).where(RecoveryCode.code_hash == _code_hash(account_id, code))
        if session.scalar(query.returning(RecoveryCode.account_id)) is None:
            return False
        left = queries.codes_left(account_id)
        record.note(Event.CODE_USED, (account_id, queries.existing(account_id).name), more=f"{left} left")
        return True


def _use_step(account_id: int, step: int) -> ReturningUpdate[tuple[int]]:
    unused = or_(Account.totp_step.is_(None), Account.totp_step < step)
    return update(Account).where(Account.id == account_id, unused).values(totp_step=step).returning(Account.id)


def _step_of(secret: str, code: str) -> int | None:
    """The step of time that a code belongs to, if it is near."""
    totp, digits = pyotp.TOTP(secret), "".join(code.split())
    here = totp.timecode(clock.now())
    near = range(here - STEPS_OFF, here + STEPS_OFF + 1)
    return next((step for step in near if compare_digest(totp.generate_otp(step).encode(), digits.encode())), None)


def _new_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _code_hash(account_id: int, code: str) -> str:
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return queries.token_hash(f"{account_id}:{letters}")
