"""Rubbish on the wire: the real server refuses it, closes what it must, and serves the next reader."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from tests.served import serving

from .crowd import Poster

LINE = b"GET / HTTP/1.1\r\nHost: localhost\r\n"

RUBBISH = {
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
    "a line without end": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
    "a header without end": LINE + b"X: " + b"a" * 600_000 + b"\r\n\r\n",
    "very many headers": LINE + b"".join(b"X-%d: a\r\n" % n for n in range(5000)) + b"\r\n",
    "a name with NUL": LINE + b"X\x00Y: a\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": LINE + b"Host: other\r\n\r\n",
    "a host that is none": b"GET / HTTP/1.1\r\nHost: " + b"a" * 200 + b"\r\n\r\n",
    "a version that is none": b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "a length that is none": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a chunk that is none": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bytes in the path": b"GET /\xff\xfe/%ff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "out of the folder": b"GET /static/../../app.py HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("wire")) as served:
        yield served


@pytest.mark.parametrize("sent", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_on_the_wire_is_refused_and_the_next_reader_is_served(site, sent):
    with closing(socket.create_connection(("127.0.0.1", int(site.address.rpartition(":")[2])), timeout=30)) as line:
        said = b""
        line.settimeout(2)
        try:
            line.sendall(sent)
            while piece := line.recv(65536):
                said += piece
        except OSError:
            # Hung up on by a reset, or before all of it was sent; or nothing more comes.
            pass
    status = said.split(b" ")[1] if said.startswith(b"HTTP/") else b"closed"
    assert status[:1] in (b"4", b"c") or (status == b"200" and sent.startswith(LINE)), said[:200]
    assert b"Traceback" not in said
    assert b"create_app" not in said
    assert Poster(site).ask("GET", "/").status == 200
