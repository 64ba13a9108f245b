"""The bridge: what a WSGI application is asked and answers is the same behind RSGI."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flask import Flask, Response, request

from tests.rsgi import Protocol, Scope
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


def ask(app: Flask, parts: list[bytes] = (), **scope: Any) -> Protocol:
    async def story() -> Protocol:
        protocol = Protocol(list(parts))
        bridge = Bridge(app.wsgi_app, 1, 1)
        await bridge.pass_on(Scope(**{"path": "/x", **scope}), protocol)
        bridge.close()
        return protocol

    return asyncio.run(story())


def test_a_question_arrives_whole(app):
    headers = [("x-a", "b"), ("cookie", "a=1"), ("cookie", "b=2")]
    answer = ask(app, path="/gr\u00fc\u00dfe/\u4f60", query_string="q=%C3%BC", lines=headers)
    assert answer.status == 201
    assert answer.body.decode() == "['GET', 'grüße/你', 'q=%C3%BC', '203.0.113.7', 'b'] 1 "
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["one=1", "two=2"]


def test_a_body_in_pieces_is_one_body(app):
    answer = ask(app, [b"a" * 10, b"", b"b" * 5], method="POST", lines=[("content-type", "text/plain")])
    assert answer.body.endswith(b"a" * 10 + b"b" * 5)


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ([b"x"], [("content-length", str(LARGEST_BODY + 1))]),
        ([b"x" * 400_000] * 4, []),
    ],
)
def test_what_is_too_large_is_refused_by_the_application(app, parts, lines):
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    assert ask(app, parts, method="POST", lines=lines).status == 413


def test_headers_said_twice_are_one_list(app):
    assert b"'1,2'" in ask(app, lines=[("x-a", "1"), ("x-a", "2")]).body


class Slow(Protocol):
    """A connection on which the rest of the body never comes."""

    async def __aiter__(self):
        yield b"body="
        await self.left.wait()


def test_a_body_that_does_not_come_is_waited_for_only_so_long(app, monkeypatch):
    monkeypatch.setattr("understory.bridge.BODY_SECONDS", 0.01)

    async def story() -> Protocol:
        protocol, bridge = Slow(), Bridge(app.wsgi_app, 1, 1)
        await bridge.pass_on(Scope(path="/x", method="POST"), protocol)
        bridge.close()
        return protocol

    late = asyncio.run(story())
    assert (late.status, late.header("connection")) == (408, "close")
    assert b"send it again" in late.body
