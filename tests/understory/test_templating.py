"""What every template can use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from understory.templating import HUES, day, hue, initials, moment


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("grace", "G"),
        ("B.B. King", "BK"),
        ('O\'Neil "Q"', "OQ"),
        ("محمد علي", "مع"),
        ("李小龙", "李"),
        ("<script>", "<"),
        ("😀", "😀"),
        ("(the) (gardener)", "TG"),
        ("***", "?"),
        ("ß", "SS"),
    ],
)
def test_initials_stand_for_a_name(name, letters):
    assert initials(name) == letters


@given(st.text())
def test_every_name_has_initials_and_a_colour(name):
    assert initials(name)
    assert 0 <= hue(name) < HUES


def test_a_name_has_one_colour_in_any_case_of_letters():
    assert hue("Ada") == hue("ADA")


def test_moments_are_written_in_full():
    assert day(datetime(2025, 4, 7, 9, 5, tzinfo=UTC)) == "7 April 2025"
    assert moment(datetime(2025, 4, 17, 9, 5, tzinfo=UTC)) == "17 April 2025, 09:05 UTC"


def test_a_template_that_names_what_is_not_there_fails(site):
    with pytest.raises(UndefinedError):
        site.jinja_env.from_string("{{ nobody }}").render()
