"""Forms that are read the short way are read as Werkzeug reads them, and whatever is odd is left to it."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.formparser import FormDataParser

from understory.fields import FieldsParser, plain_fields

EDGE = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


def sent(fields: list[tuple[str, bytes]], edge: str = EDGE) -> bytes:
    part = 'Content-Disposition: form-data; name="{}"\r\n\r\n'
    parts = [f"--{edge}\r\n{part.format(name)}".encode() + value + b"\r\n" for name, value in fields]
    return b"".join(parts) + f"--{edge}--\r\n".encode()


def read(parser: FormDataParser, body: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    _, fields, files = parser.parse(BytesIO(body), "multipart/form-data", len(body), {"boundary": EDGE})
    return list(fields.items(multi=True)), list(files)


values = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"", b"\r\n", b"--", b"\r\n--", f"--{EDGE}".encode(), f"\r\n--{EDGE}\r\n".encode(), b"\n\r\n\r\n"]
    ),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
)


@given(st.lists(st.tuples(st.sampled_from(["body", "author", "parent_id"]), values), min_size=1, max_size=6))
def test_fields_are_what_werkzeug_finds(fields):
    body = sent(fields)
    assert read(FieldsParser(), body) == read(FormDataParser(), body)


@given(
    st.lists(st.sampled_from([b"--", b"\r\n", b"\n", EDGE.encode(), b'Content-Disposition: form-data; name="a"', b"x"]))
)
def test_so_is_what_no_browser_sends(pieces):
    body = b"".join(pieces)
    assert read(FieldsParser(), body) == read(FormDataParser(), body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        sent([("body", b"x")])[:-4],
        sent([("body", b"x")]) + b"more",
        sent([("body", f"--{EDGE}".encode())]),
        sent([("body", b"x")]).replace(b'name="body"', b'name="body"; filename="a.txt"'),
        sent([("body", b"x")]).replace(b'name="body"', b'name="body"\r\nContent-Type: text/plain'),
        sent([("body", b"x")]).replace(b'name="body"', b"name*=utf-8''body"),
        sent([("f", b"x")] * 101),
    ],
)
def test_what_is_no_plain_form_is_left_to_werkzeug(body):
    assert plain_fields(body, EDGE) is None


def test_a_plain_one_is_not():
    assert plain_fields(sent([("body", b"a\r\nb"), ("author", "Zo\xeb".encode())]), EDGE) == [
        ("body", "a\r\nb"),
        ("author", "Zo\xeb"),
    ]
