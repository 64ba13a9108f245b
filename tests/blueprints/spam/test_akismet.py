"""The outside check: off unless a key is set, asked once, and never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest

from blueprints.comments.models import State
from tests.builders import Reader, add_article, all_comments

from .moderators import put_in_force


class Service:
    """A service on this machine that speaks Akismet's protocol."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.says, self.tip, self.asked = "false", "", []


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as one:
        yield one


@contextmanager
def serving() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            service.asked.append((self.path, {name: values[0] for name, values in parse_qs(body).items()}))
            self.send_response(200)
            if service.tip:
                self.send_header("X-akismet-pro-tip", service.tip)
            self.end_headers()
            self.wfile.write(service.says.encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        service = Service(f"http://127.0.0.1:{server.server_port}/1.1")
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def asking(make_site, service):
    site = make_site(akismet_key="a-key", akismet_url=service.address, base_url="https://comments.example")
    return site, add_article(site)


def posted(site, slug, body="A thought."):
    assert Reader(site).comment(slug, body, email="ada@example.org").status_code == 303
    return all_comments(site)[-1]


def test_without_a_key_nobody_is_asked(make_site, service):
    site = make_site(akismet_url=service.address)
    assert posted(site, add_article(site)).state == State.VISIBLE
    assert service.asked == []


def test_it_is_asked_in_its_own_protocol(make_site, service):
    site, slug = asking(make_site, service)
    assert posted(site, slug).state == State.VISIBLE
    ((path, sent),) = service.asked
    assert path == "/1.1/comment-check"
    assert sent["api_key"] == "a-key"
    assert sent["blog"] == "https://comments.example"
    assert (sent["user_ip"], sent["comment_author"], sent["comment_author_email"]) == (
        "203.0.113.7",
        "Ada",
        "ada@example.org",
    )
    assert sent["comment_content"] == "<p>A thought.</p>"
    assert sent["user_agent"]


@pytest.mark.parametrize(("tip", "state"), [("", State.PENDING), ("discard", State.SPAM)])
def test_its_word_holds_a_comment(make_site, service, tip, state):
    site, slug = asking(make_site, service)
    service.says, service.tip = "true", tip
    held = posted(site, slug)
    assert (held.state, held.held_for) == (state, "Akismet calls it spam")


def test_what_is_rejected_already_is_not_sent_out(make_site, service):
    site, slug = asking(make_site, service)
    put_in_force(site, banned_words=["thought"])
    assert posted(site, slug).state == State.REJECTED
    assert service.asked == []


@pytest.mark.parametrize("says", ["invalid", "", "\xff" * 40])
def test_a_service_that_makes_no_sense_holds_nobody_up(make_site, service, says, caplog):
    site, slug = asking(make_site, service)
    service.says = says
    assert posted(site, slug).state == State.VISIBLE
    assert "is the key right?" in caplog.text


def test_a_service_that_is_gone_holds_nobody_up(make_site, caplog):
    with serving() as service:
        pass
    site, slug = asking(make_site, service)
    assert posted(site, slug).state == State.VISIBLE
    assert "cannot be asked" in caplog.text
    assert "a-key" not in caplog.text
