"""Rubbish at every address of the site, as guest, reader, moderator and admin: an answer that makes sense, never a 500.

`make fuzz` sends much more of it.
"""

from __future__ import annotations

import io
import json
import os
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from blueprints.accounts.models import Role
from blueprints.moderation.models import Act
from tests.builders import Reader, add_article, add_comment, add_moderator, moderate, signed_in

EXAMPLES = int(os.environ.get("FUZZ", "400"))

#: What forms and queries of the site are made of.
# fmt: off
NAMES = [
    "author", "body", "email", "submission_id", "parent_id", "remember", "preview", "title", "slug", "source",
    "summary", "published_at", "publish", "reason", "name", "password", "fresh", "code", "credential", "grounds",
    "words", "value", "vote", "ids", "act", "seen", "next", "on", "queue", "q", "by", "article", "since", "until",
    "state", "who", "batch", "comment", "before", "after", "sort", "root", "log", "newest", "new", "banned_words",
    "suspect_words", "email_domains", "links_over", "first_timers", "old_after_days", "hold_at", "spam_at", "learned",
    "try", "by_author", "by_email", "by_address", "by_words", "address", "lasts", "of", "sure", "role", "meant_for",
    "note", "format", "span",
]
# fmt: on

#: What parsers trip over, in bytes as they may come over the wire.
PIECES = [
    *(
        b"",
        b"0",
        b"-1",
        b"1",
        b"2",
        b"999999999999999999999",
        b"1e9",
        b"0x1",
        b"1.5",
        b"NaN",
        b"\xd9\xa1",
        b" 1",
        b"1_0",
    ),
    *(b"\x00", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f\x8c\xb3", b"\xe2\x80\xae", b"%00", b"%", b"%zz"),
    *(b"<script>alert(1)</script>", b"' OR 1=1 --", b"{{ 7*7 }}", b"${7*7}", b"../../etc/passwd", b"..%2f..", b"\\"),
    *(b"//evil.example/", b"https://evil.example", b"javascript:alert(1)", b"/\\evil.example", b"\r\nSet-Cookie: a=b"),
    *(b"2026-13-45", b"2026-11-24", b"0001-01-01T00:00", b"9999-12-31T23:59:59+14:00", b"newest", b"best", b"pending"),
    *(
        b"1:visible",
        b"1:",
        b":",
        b"1:nothing",
        b"[]",
        b"{}",
        b"null",
        b'{"a":' * 50,
        b"a" * 600,
        b"a\n" * 3000,
        b"<" * 4000,
    ),
    *(b'"', b"'", b"&", b";", b"*", b"NEAR(", b"AND OR NOT", b"a*b", b'"a', b"^", b"-", b"col:x"),
]

HEADERS = [
    "Host",
    "Cookie",
    "Accept-Encoding",
    "If-None-Match",
    "If-Modified-Since",
    "Range",
    "If-Range",
    "User-Agent",
    "Referer",
    "Origin",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "Forwarded",
    "HX-Request",
    "HX-Target",
    "Last-Event-Id",
    "Accept",
    "Accept-Language",
    "Authorization",
    "X-Original-Url",
    "Sec-Fetch-Site",
]

TYPES = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/json",
    "",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "y" * 300,
    "text/plain",
]

#: Where the one who asks would be signed out, or become somebody else.
LEFT_ALONE = {"accounts.sign_out", "account.password", "account.end_sessions", "account.end_session"}

values = st.one_of(
    st.sampled_from(PIECES), st.binary(max_size=40), st.lists(st.sampled_from(PIECES), max_size=3).map(b"".join)
)
pairs = st.lists(st.tuples(st.sampled_from(NAMES) | st.text("abcé\x00[]", max_size=4), values), max_size=8)


@pytest.fixture
def people(site):
    """Cookies and form token of everybody who may come by, on a site where something is at every address."""
    slug = add_article(site)
    first = add_comment(site, slug)
    add_comment(site, slug, parent_id=first)
    moderate(site, Act.SPAM, add_comment(site, slug, reader_key="k" * 22), add_moderator(site, "other"))
    guest = Reader(site)
    guest.comment_form(slug)
    roles = (signed_in(site, role, role) for role in Role)
    return [(_cookies(one), one.form(path, "form")["csrf_token"]) for one, path in _with_a_form(guest, slug, roles)]


def _with_a_form(guest, slug, roles):
    yield guest, f"/articles/{slug}/comments/form"
    for one in roles:
        yield one, f"/articles/{slug}/comments/form"


def _cookies(reader) -> str:
    return "; ".join(f"{name}={value}" for name, value in reader.cookies().items())


def _encoded(sent) -> bytes:
    return "&".join(f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in sent).encode()


def _multipart(sent, as_what=b"") -> bytes:
    parts = (
        b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (name.encode(), as_what, value)
        for name, value in sent
    )
    return b"".join(parts) + b"--x--\r\n"


def _json(sent) -> bytes:
    return json.dumps({name: value.decode(errors="replace") for name, value in sent} | {"parent_id": 5}).encode()


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_rubbish_gets_an_answer_that_makes_sense(site, people, data):
    rules = sorted((rule for rule in site.url_map.iter_rules() if rule.endpoint not in LEFT_ALONE), key=str)
    rule = data.draw(st.sampled_from(rules), "rule")
    filled = {
        name: data.draw(st.sampled_from(["1", "2", "3", "a-title", "restore"]) | values, name)
        for name in rule.arguments
    }
    path = rule.rule
    for name, value in filled.items():
        word = value if isinstance(value, str) else quote_from_bytes(value, safe="")
        path = "/".join(word if part.endswith(f"{name}>") else part for part in path.split("/"))
    method = data.draw(st.sampled_from(["GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "X"]), "method")
    cookies, token = data.draw(st.sampled_from(people), "who")
    sent = [*data.draw(pairs, "form"), *([("csrf_token", token.encode())] if data.draw(st.booleans(), "token") else [])]
    kind = data.draw(st.sampled_from(TYPES), "type")
    body = _json(sent) if "json" in kind else _encoded(sent)
    if "boundary=x" in kind:
        body = _multipart(sent, data.draw(st.sampled_from([b"", b'; filename="a"']), "as what"))
    body = data.draw(st.just(body) | st.just(body) | st.binary(max_size=200), "body") if method != "GET" else b""
    environ = create_environ("/", method=method, input_stream=io.BytesIO(body))
    environ |= {
        "PATH_INFO": _as_wsgi(path),
        "QUERY_STRING": _encoded(data.draw(pairs, "query")).decode(),
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_COOKIE": cookies,
    }
    for name in data.draw(st.lists(st.sampled_from(HEADERS), max_size=3, unique=True), "headers"):
        value = data.draw(values, name).replace(b"\r", b"").replace(b"\n", b"")
        environ["HTTP_" + name.upper().replace("-", "_")] = value.decode("latin-1")
    content, status, headers = run_wsgi_app(site.wsgi_app, environ, buffered=True)
    answer = b"".join(content)
    assert not status.startswith("5"), f"{method} {path}: {status}"
    target = headers.get("Location", "")
    assert "evil" not in urlsplit(target).netloc, target
    assert "\n" not in target
    if status.startswith("4") and method not in ("HEAD", "OPTIONS"):
        assert answer, f"{method} {path}: {status} and nothing said"


def _as_wsgi(path: str) -> str:
    return unquote_to_bytes(path).decode("latin-1")


@pytest.mark.parametrize("as_what", ["files", "JSON", "JSON that is a list"])
def test_what_is_no_text_gets_an_answer_from_every_form(site, as_what):
    slug = add_article(site)
    add_comment(site, slug)
    admin = signed_in(site, Role.ADMIN)
    token = admin.token()
    posts = [rule for rule in site.url_map.iter_rules() if "POST" in rule.methods and rule.endpoint not in LEFT_ALONE]
    assert len(posts) > 50
    for rule in posts:
        path = rule.rule
        for name in rule.arguments:
            path = "/".join(
                slug if part == "<slug>" else "1" if part.endswith(f"{name}>") else part for part in path.split("/")
            )
        if as_what == "files":
            sent = {"data": {"csrf_token": token} | {name: (io.BytesIO(b"text"), "a.txt") for name in NAMES}}
        else:
            sent = {"json": {"csrf_token": token} | dict.fromkeys(NAMES, 5) if as_what == "JSON" else [1]}
        assert admin.browser.post(path, **sent).status_code < 500, path
