"""The bridge: what a WSGI application is asked and answers is the same behind the front."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flask import Flask, Response, request

from tests.exchange import Answered, asking
from understory.bridge import Bridge
from understory.incoming import LARGEST_BODY


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


def ask(app: Flask, path: str = "/x", **more: Any) -> Answered:
    async def story() -> Answered:
        answered = Answered()
        bridge = Bridge(app.wsgi_app, 1, 1)
        await bridge.pass_on(asking(path, **more), answered)
        bridge.close()
        return answered

    return asyncio.run(story())


def test_a_question_arrives_whole(app):
    headers = [("x-a", "b"), ("cookie", "a=1"), ("cookie", "b=2")]
    answer = ask(app, path="/gr\u00fc\u00dfe/\u4f60", query_string="q=%C3%BC", lines=headers)
    assert answer.status == 201
    assert answer.body.decode() == "['GET', 'grüße/你', 'q=%C3%BC', '203.0.113.7', 'b'] 1 "
    assert [value for name, value in answer.headers if name == "set-cookie"] == ["one=1", "two=2"]


def test_a_body_arrives(app):
    answer = ask(app, body=b"a" * 15, method="POST", lines=[("content-type", "text/plain")])
    assert answer.body.endswith(b"a" * 15)


@pytest.mark.parametrize(
    ("body", "lines"), [(b"x", [("content-length", str(LARGEST_BODY + 1))]), (b"x" * (LARGEST_BODY + 1), [])]
)
def test_what_is_too_large_is_refused_by_the_application(app, body, lines):
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    assert ask(app, body=body, is_whole=False, method="POST", lines=lines).status == 413


def test_headers_said_twice_are_one_list(app):
    assert b"'1,2'" in ask(app, lines=[("x-a", "1"), ("x-a", "2")]).body


def test_a_name_with_an_underscore_is_not_taken_for_the_one_with_a_hyphen(app):
    assert "None] None" in ask(app, lines=[("x_a", "spoofed")]).body.decode()
    told = ask(app, lines=[("x-a", "said"), ("x_a", "spoofed"), ("X_A", "spoofed")]).body.decode()
    assert "'said'" in told
    assert "spoofed" not in told
