"""One look at a request: it sees what the parser sees, or leaves the request to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from understory.glimpse import glimpse
from understory.incoming import Ends, Incoming, Unreadable

PLAIN = b"GET /articles/a?before=7 HTTP/1.1\r\nHost: example.org\r\n\r\n"


def with_lines(*lines: bytes) -> bytes:
    return b"".join([b"GET /a HTTP/1.1\r\nHost: example.org\r\n", *(line + b"\r\n" for line in lines), b"\r\n"])


def test_what_a_browser_asks_is_seen():
    seen = glimpse(
        b"GET /articles/a?before=7&sort=best HTTP/1.1\r\nHost: example.org:8000\r\nConnection: Keep-Alive\r\n"
        b"User-Agent: A/1.0 (host: no; cookie: no)\r\nACCEPT-ENCODING: gzip, br \r\nCookie: theme=dark\r\n"
        b'If-None-Match: W/"ab", "cd"\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.com\r\n\r\n'
    )
    assert seen is not None
    assert (seen.path, seen.query, seen.host) == ("/articles/a", "before=7&sort=best", "example.org:8000")
    assert (seen.codings, seen.cookie, seen.known) == ("gzip, br", "theme=dark", 'W/"ab", "cd"')
    assert seen.forwarded == ("example.com", "https")


@pytest.mark.parametrize(
    "data",
    [
        PLAIN[:-1],
        PLAIN * 2,
        PLAIN + b"x",
        PLAIN.replace(b"GET", b"HEAD"),
        PLAIN.replace(b"1.1", b"1.0"),
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"/articles/a", b"/articles/%61"),
        PLAIN.replace(b"/articles/a", b"http://example.org/articles/a"),
        PLAIN.replace(b"Host: example.org\r\n", b"Accept: */*\r\n"),
        with_lines(b"Host: example.com"),
        with_lines(b"Connection: close"),
        with_lines(b"Content-Length: 5"),
        with_lines(b"Transfer-Encoding: chunked"),
        with_lines(b"Expect: 100-continue"),
        with_lines(b"Connection: upgrade", b"Upgrade: websocket"),
        with_lines(b"Cookie: a=1", b"Cookie: b=2"),
        with_lines(b"Name : value"),
        with_lines(b" folded"),
        with_lines(b"X-A: \x00"),
        with_lines(b"X-A: a\rb"),
    ],
)
def test_all_else_is_left_to_the_parser(data):
    assert glimpse(data) is None


@given(
    some.lists(
        some.sampled_from(
            [b"Host: a", b"hOST:b", b"Cookie:  c ", b"X: \xff", b"X:", b"Accept-Encoding:\tbr", b"a b: c", b"Host : d",
             b"Content-Length: 0", b"Content-Length: 3", b"\tmore", b":",
             b"If-None-Match: \"x\"", b"Expect: 100-continue"]
        ),
        max_size=5,
    ),
    some.sampled_from([b"/", b"/a", b"/a?b=1", b"//a", b"/a?b?c", b"/a#b", b"*", b"a", b"/\xc3\xbc"]),
    some.sampled_from([b"\r\n", b"\n", b"\r\n\r\n"]),
)  # fmt: skip
def test_it_never_sees_anything_else_than_the_parser(lines, target, end):
    data = b"GET " + target + b" HTTP/1.1\r\n" + b"".join(line + b"\r\n" for line in lines) + end
    seen = glimpse(data)
    if seen is None:
        return
    try:
        [(request, is_last)] = Incoming(Ends("", ("", 0))).feed(data)
    except Unreadable as refusal:
        pytest.fail(f"the parser refuses {data!r}: {refusal}")
    assert not is_last
    assert (request.path, request.query_string, request.body) == (seen.path, seen.query, b"")
    header = request.headers.get
    assert header("host") == seen.host
    assert (header("cookie") or "", header("accept-encoding") or "") == (seen.cookie, seen.codings)
    assert header("if-none-match") == seen.known
