"""Passkeys (WebAuthn): a device proves that it keeps the private half of a key. The library judges the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from blueprints.accounts import queries, record
from blueprints.accounts.models import Account, Event, Passkey
from understory import clock
from understory.db import db, transaction
from understory.errors import Missing, Refused

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

#: A proof is longer than a token and far shorter than this.
LONGEST_PROOF = 20_000


class NotProven(Refused):
    """The proof does not fit the challenge, the site or the key."""

    def __init__(self) -> None:
        super().__init__("This passkey could not be used here. Please try once more.")


@dataclass(frozen=True)
class Place:
    """Where a passkey is good: the site's host, its origin, and its name for the browser's dialogue."""

    host: str
    origin: str
    name: str


def to_make(account: Account, place: Place, challenge: bytes) -> str:
    """What a browser needs to make a passkey, as JSON."""
    import webauthn  # noqa: PLC0415  # megabytes that most workers never need
    from webauthn.helpers import structs  # noqa: PLC0415  # as above

    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name=place.name,
        user_id=f"account {account.id}".encode(),
        user_name=account.name,
        challenge=challenge,
        exclude_credentials=_descriptors(account.id),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
    )
    return webauthn.options_to_json(options)


def to_prove(place: Place, challenge: bytes, account_id: int | None = None) -> str:
    """What a browser needs to prove one, as JSON: any passkey of this site, or one of an account."""
    import webauthn  # noqa: PLC0415  # as above
    from webauthn.helpers import structs  # noqa: PLC0415  # as above

    wanted = (
        structs.UserVerificationRequirement.REQUIRED
        if account_id is None
        else structs.UserVerificationRequirement.PREFERRED
    )
    options = webauthn.generate_authentication_options(
        rp_id=place.host,
        challenge=challenge,
        allow_credentials=None if account_id is None else _descriptors(account_id),
        user_verification=wanted,
    )
    return webauthn.options_to_json(options)


def add(account_id: int, name: str, proof: str, place: Place, challenge: bytes) -> None:
    """Keep a passkey that a browser made. Raises NotProven, Missing."""
    import webauthn  # noqa: PLC0415  # as above

    try:
        made = webauthn.verify_registration_response(
            credential=proof[:LONGEST_PROOF],
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, ValueError, RecursionError) as refusal:
        raise NotProven from refusal
    with transaction() as session:
        account = queries.existing(account_id)
        if session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
            raise NotProven
        session.add(
            Passkey(
                account_id=account_id,
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                uses=made.sign_count,
                name=name,
                created_at=clock.now(),
            )
        )
        record.note(Event.PASSKEY_ADDED, (account_id, account.name), more=name)


def prove(proof: str, place: Place, challenge: bytes, account_id: int | None = None) -> Account:
    """The account whose passkey this is. Raises NotProven.

    On its own, without `account_id`, a passkey has to know its owner as well: it stands for password and code.
    """
    import webauthn  # noqa: PLC0415  # as above

    try:
        sent = webauthn.helpers.parse_authentication_credential_json(proof[:LONGEST_PROOF])
        passkey = db.session.scalar(
            select(Passkey).where(Passkey.credential_id == webauthn.base64url_to_bytes(sent.id))
        )
        if passkey is None or account_id not in (None, passkey.account_id):
            raise NotProven
        proven = webauthn.verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.uses,
            require_user_verification=account_id is None,
        )
    except (webauthn.helpers.exceptions.WebAuthnException, ValueError, RecursionError) as refusal:
        raise NotProven from refusal
    passkey_id = passkey.id
    with transaction() as session:
        passkey = session.get_one(Passkey, passkey_id)
        passkey.uses, passkey.used_at = proven.new_sign_count, clock.now()
        return queries.existing(passkey.account_id)


def remove(account_id: int, passkey_id: int) -> None:
    """Forget one passkey of an account. Raises Missing."""
    with transaction() as session:
        query = delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id)
        name = session.scalar(query.returning(Passkey.name))
        if name is None:
            raise Missing("There is no such passkey.")
        record.note(Event.PASSKEY_REMOVED, (account_id, queries.existing(account_id).name), more=name)


def _descriptors(account_id: int) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers import structs  # noqa: PLC0415  # as above

    described = structs.PublicKeyCredentialDescriptor
    return [described(id=passkey.credential_id) for passkey in queries.passkeys_of(account_id)]
