"""The bridge: what a WSGI application is asked and answers is the same behind ASGI."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flask import Flask, Response, request

from understory.bridge import LARGEST_BODY, Bridge


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)

    @app.route("/<path:rest>", methods=["GET", "POST"])
    def echo(rest: str) -> Response:
        lines = [request.method, rest, request.query_string.decode(), request.remote_addr, request.headers.get("X-A")]
        answer = Response(f"{lines} {request.cookies.get('a')} {request.get_data(as_text=True)}", 201)
        answer.headers.add("Set-Cookie", "one=1")
        answer.headers.add("Set-Cookie", "two=2")
        return answer

    return app


def ask(app: Flask, parts: list[bytes] = (), **scope: Any) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    given = {
        "type": "http",
        "method": "GET",
        "path": "/x",
        "query_string": b"",
        "scheme": "http",
        "http_version": "1.1",
        "headers": [],
        "server": ("127.0.0.1", 80),
        "client": ("203.0.113.7", 1234),
        **scope,
    }
    waiting = list(parts) or [b""]
    sent: list[dict] = []

    async def receive() -> dict:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: dict) -> None:
        sent.append(message)

    bridge = Bridge(app.wsgi_app, 1)
    asyncio.run(bridge(given, receive, send))
    bridge.close()
    start, body = sent
    return start["status"], start["headers"], body["body"]


def test_a_question_arrives_whole(app):
    headers = [(b"x-a", b"b"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    status, answered, body = ask(app, path="/gr\u00fc\u00dfe/\u4f60", query_string=b"q=%C3%BC", headers=headers)
    assert status == 201
    assert body.decode() == "['GET', 'grüße/你', 'q=%C3%BC', '203.0.113.7', 'b'] 1 "
    assert [value for name, value in answered if name == b"set-cookie"] == [b"one=1", b"two=2"]


def test_a_body_in_pieces_is_one_body(app):
    _, _, body = ask(app, [b"a" * 10, b"", b"b" * 5], method="POST", headers=[(b"content-type", b"text/plain")])
    assert body.endswith(b"a" * 10 + b"b" * 5)


@pytest.mark.parametrize(
    ("parts", "headers"),
    [
        ([b"x"], [(b"content-length", str(LARGEST_BODY + 1).encode())]),
        ([b"x" * 400_000] * 4, []),
    ],
)
def test_what_is_too_large_is_refused_by_the_application(app, parts, headers):
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    assert ask(app, parts, method="POST", headers=headers)[0] == 413


def test_headers_said_twice_are_one_list(app):
    _, _, body = ask(app, headers=[(b"x-a", b"1"), (b"x-a", b"2")])
    assert b"'1,2'" in body
