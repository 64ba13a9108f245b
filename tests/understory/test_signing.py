"""Signatures are the library's own, whoever makes and whoever checks them."""

from __future__ import annotations

import itsdangerous
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understory import signing

PAIRS = [(itsdangerous.Signer, signing.Signer), (itsdangerous.TimestampSigner, signing.TimestampSigner)]


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("derivation", ["django-concat", "concat", "hmac", "none"])
@given(value=st.binary(max_size=80), key=st.binary(min_size=1, max_size=80), salt=st.binary(min_size=1, max_size=20))
def test_either_takes_what_the_other_signed(pair, derivation, value, key, salt):
    theirs, ours = (kind(key, salt=salt, key_derivation=derivation) for kind in pair)
    assert ours.unsign(theirs.sign(value)) == theirs.unsign(ours.sign(value)) == value


@pytest.mark.parametrize("pair", PAIRS)
def test_a_former_key_still_holds_and_the_newest_signs(pair):
    theirs, ours = (kind(["former", "newest"]) for kind in pair)
    assert ours.unsign(pair[0]("former").sign("x")) == b"x"
    assert pair[0]("newest").unsign(ours.sign("x")) == b"x"
    assert theirs.unsign(ours.sign("x")) == b"x"


@pytest.mark.parametrize("kind", [signing.Signer, signing.TimestampSigner])
def test_what_was_changed_or_signed_elsewhere_is_refused(kind):
    signed = kind("key", salt="one").sign("value")
    for other in (signed[:-1] + b"!", b"w" + signed, signed.rsplit(b".", 1)[0], b""):
        with pytest.raises(itsdangerous.BadSignature):
            kind("key", salt="one").unsign(other)
    for stranger in (kind("other key", salt="one"), kind("key", salt="two")):
        with pytest.raises(itsdangerous.BadSignature):
            stranger.unsign(signed)
