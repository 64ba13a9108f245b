"""Places in a list, as a query string says them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from understory.paging import FURTHEST, Place, place_in


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({}, Place()),
        ({"before": "7"}, Place(before=7)),
        ({"after": "0"}, Place(after=0)),
        ({"before": "007"}, Place(before=7)),
        ({"before": str(FURTHEST + 1)}, Place(before=FURTHEST)),
        ({"after": "9" * 40}, Place(after=FURTHEST)),
    ],
)
def test_a_place_is_a_number(query, place):
    assert place_in(query) == place


@pytest.mark.parametrize(
    "text", ["", " ", "-1", "+1", "1.0", "1e3", "0x1", "٣", "²", "seven", "1 ", "9" * 41, "\0", "1,000"]
)
def test_anything_else_is_no_place(text):
    with pytest.raises(BadRequest):
        place_in({"before": text})


def test_there_is_no_place_before_and_after():
    with pytest.raises(BadRequest):
        place_in({"before": "1", "after": "1"})


@given(st.text())
def test_whatever_is_asked_is_a_place_or_refused(text):
    try:
        place = place_in({"after": text})
    except BadRequest:
        return
    assert place.after is not None
    assert 0 <= place.after <= FURTHEST


def test_only_a_list_without_a_place_starts_at_its_head():
    assert Place().is_head
    assert not Place(after=0).is_head
