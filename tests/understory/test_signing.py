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


class Counted(itsdangerous.URLSafeTimedSerializer):
    """Knows how often it had to look."""

    looks = 0

    def loads(self, *given, **named):
        self.looks += 1
        return super().loads(*given, **named)


@pytest.mark.parametrize("kind", [signing.Remembering, signing.RememberingDated])
class TestRemembering:
    def test_what_was_read_is_known_again(self, kind):
        serializer = Counted("key")
        remembering, signed = kind(serializer), serializer.dumps({"a": 1})
        assert [remembering.read(signed) for _ in range(3)] == 3 * [remembering.read(signed)]
        assert serializer.looks == 1

    def test_what_does_not_hold_is_looked_at_each_time_and_kept_nowhere(self, kind):
        serializer = Counted("key")
        remembering, forged = kind(serializer), itsdangerous.URLSafeTimedSerializer("other").dumps("a" * 1000)
        for _ in range(3):
            with pytest.raises(itsdangerous.BadSignature):
                remembering.read(forged)
        assert serializer.looks == 3

    def test_no_more_is_kept_than_so_many(self, kind):
        serializer = Counted("key")
        remembering, first = kind(serializer), serializer.dumps("first")
        for text in (first, *(serializer.dumps(number) for number in range(signing.REMEMBERED)), first):
            remembering.read(text)
        assert serializer.looks == signing.REMEMBERED + 2


def test_how_old_it_is_is_told_each_time(clock, monkeypatch):
    monkeypatch.setattr("itsdangerous.timed.time.time", clock.seconds)
    serializer = itsdangerous.URLSafeTimedSerializer("key")
    remembering, signed = signing.RememberingDated(serializer), serializer.dumps("a")
    assert remembering.read(signed) == ("a", 0)
    clock.later(seconds=90.5)
    assert remembering.read(signed) == ("a", 90)
    clock.later(seconds=-100)
    assert remembering.read(signed) == ("a", -10)
