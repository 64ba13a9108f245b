"""A form that is in order is read without being built, and nothing passes that the form itself would refuse."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask, g, session
from flask_wtf.csrf import generate_csrf
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField

from blueprints.comments.forms import CommentForm, EditForm
from tests.understory.nasty import PIECES
from understory.forms import Form
from understory.reading import sound

words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["", " ", "x" * 81, "x" * 10_001, "\x00", "\u200b", "a\r\nb", "  spaced  out "]),
    st.lists(st.sampled_from(PIECES), max_size=4).map("".join),
)
ids = st.sampled_from(["", "7", "123456789", "1234567890", "-1", "x", "\u0664", "abcdefgh", "a b c d e f", "A" * 64])
emails = st.sampled_from(["", "a@example.org", "a@b", "nobody", " a@example.org ", "a@example.org\x07"])
ticks = st.sampled_from(["y", "", "false", "on"])
sendings = st.fixed_dictionaries(
    {},
    optional={
        "body": st.lists(words, min_size=1, max_size=2),
        "author": st.lists(words, min_size=1, max_size=2),
        "email": st.lists(emails, min_size=1, max_size=2),
        "website": st.sampled_from([[""], ["x"]]),
        "remember": st.lists(ticks, min_size=1, max_size=2),
        "parent_id": st.lists(ids, min_size=1, max_size=2),
        "submission_id": st.lists(ids, min_size=1, max_size=2),
        "else": st.just(["x"]),
    },
)
good = {"body": ["Words"], "author": ["Ada"], "submission_id": ["abcdefgh"]}


@pytest.fixture(scope="module")
def app():
    app = Flask(__name__)
    app.secret_key = "a key for these tests"
    return app


def both_ways(app, fields, form_class=CommentForm, *, token="good"):
    """What `sound` gives, and what the form itself does: its values, or None where it finds fault."""
    with app.test_request_context():
        good_token, value = generate_csrf(), session["csrf_token"]
    tokens = {"good": [good_token], "another's": [good_token + "x"], "none": [], "second": ["", good_token]}[token]
    sent = MultiDict({**fields, "csrf_token": tokens} if tokens else fields)
    with app.test_request_context(method="POST", data=sent):
        session["csrf_token"] = value
        read = sound(form_class)
        form = form_class()
        built = {name: given for name, given in form.data.items() if name != "csrf_token"} if form.validate() else None
    if read and built and not "".join(fields.get("submission_id", [""])[:1]):
        # One that lacks is made up.
        assert read.pop("submission_id") != built.pop("submission_id")
    return read, built


@given(sendings, st.booleans())
@example({"email": ["a@example.org"]}, True)
@example({"email": [" "], "parent_id": ["7", "x"], "remember": ["false"]}, True)
@example({"remember": ["y"], "submission_id": [""]}, True)
def test_what_is_read_is_what_the_form_would_give(app, fields, is_filled):
    read, built = both_ways(app, {**good, **fields} if is_filled else fields)
    assert read == built


def test_a_form_in_order_is_read(app):
    read, built = both_ways(app, {**good, "remember": ["y"], "body": [" a\r\nb \n"], "author": ["Ada  L."]})
    assert read == built
    assert read == {
        "body": " a\nb",
        "author": "Ada L.",
        "email": "",
        "website": None,
        "remember": True,
        "parent_id": None,
        "submission_id": "abcdefgh",
    }


@pytest.mark.parametrize("token", ["another's", "none", "second"])
def test_without_its_token_it_is_for_the_form_to_refuse(app, token):
    assert both_ways(app, good, token=token) == (None, None)


def test_a_token_that_was_checked_before_is_not_asked_for_again(app):
    with app.test_request_context(method="POST", data=MultiDict(good)):
        g.csrf_valid = True
        assert sound(CommentForm) is not None


def test_what_is_no_form_or_holds_files_is_left_to_the_form(app):
    with app.test_request_context(method="POST", json={"body": "x"}):
        assert sound(EditForm) is None
    with app.test_request_context(method="POST", data={"body": (BytesIO(b"x"), "body.txt")}):
        assert sound(EditForm) is None


def test_a_field_that_cannot_be_read_this_way_is_said_at_once(app):
    class Aged(Form):
        age = IntegerField()

    class Named(Form):
        name = StringField(default="Nobody")

    with app.test_request_context(method="POST", data={"x": "y"}):
        g.csrf_valid = True
        for form_class in (Aged, Named):
            with pytest.raises(TypeError):
                sound(form_class)
