"""Posters: each with a cookie jar, a token and a connection of their own, and every wait of theirs measured."""

from __future__ import annotations

import asyncio
import gc
import json
import re
import secrets
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from itertools import chain, count

from bench.figures import percentile
from bench.load import answer_of

#: Posts of one poster that are written before the clock runs, because to write them is not the server's time; further
#: ones are written as they are sent.
WRITTEN = 1600

#: Makes the bytes of a poster's next request out of a number that was never used before.
Writing = Callable[[int], bytes]

TEXT = (
    "Number {n} of poster {who}: the river bends where *old stones* keep warm, and nobody counts "
    "what the wind takes from the reeds. I have walked there in every season.\n\n"
    "> nobody counts what the wind takes\n\nSo it was, and so it is: see https://example.org/{n}."
)


@dataclass
class Poster:
    """Posts one comment after another, for once, and notes each wait in milliseconds."""

    port: int
    write: Writing
    waits: list[float] = field(default_factory=list)
    failures: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._written = [self.write(n) for n in range(WRITTEN)]

    async def post_for(self, seconds: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        requests = chain(self._written, map(self.write, count(len(self._written))))
        until = time.perf_counter() + seconds
        while (asked := time.perf_counter()) < until:
            writer.write(next(requests))
            status, head, body = await answer_of(reader)
            self.waits.append(1000 * (time.perf_counter() - asked))
            if status != 201:
                self.failures.append(head + body[:500])
            if b"connection: close" in head.lower():
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.close()


async def post_together(posters: list[Poster], seconds: float) -> dict[str, float]:
    """All of them for so long; what they saw. Raises RuntimeError when any post was not taken."""
    # A pass of the collector here would be taken for a pause of the server.
    gc.disable()
    began = time.perf_counter()
    await asyncio.gather(*(poster.post_for(seconds) for poster in posters))
    lasted = time.perf_counter() - began
    gc.enable()
    for poster in posters:
        if poster.failures:
            raise RuntimeError(f"{len(poster.failures)} posts failed:\n{poster.failures[0].decode(errors='replace')}")
    waits = sorted(wait for poster in posters for wait in poster.waits)
    shares = [len(poster.waits) for poster in posters]
    return {
        "per_second": len(waits) / lasted,
        "p50": percentile(waits, 50),
        "p99": percentile(waits, 99),
        "worst": waits[-1],
        "least_to_most": min(shares) / max(shares),
    }


def of_understory(port: int, path: str, who: int) -> Writing:
    """A browser's way: open the form, and send it as the page's own form is sent."""
    site = f"http://127.0.0.1:{port}"
    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{site}{path}/comments/form", timeout=30).read().decode()
    form = dict(re.findall(r'name="(csrf_token|submission_id)"[^>]*value="([^"]*)"', page))
    encode = _multipart if 'enctype="multipart/form-data"' in page else _urlencoded
    run = secrets.token_hex(4)

    def write(n: int) -> bytes:
        fields = {
            "body": TEXT.format(n=n, who=who),
            "author": f"Poster {who}",
            "email": "",
            "website": "",
            "csrf_token": form["csrf_token"],
            "submission_id": f"{run}-{who}-{n}",
            "parent_id": "",
        }
        kind, body = encode(fields)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
        return _request(f"{path}/comments", kind, body, Cookie=cookies, **{"HX-Request": "true"})

    # The first post brings the cookie that authors are known again by; a browser sends it with every later one.
    first = write(-1).split(b"\r\n\r\n", 1)
    headers = dict(line.decode().split(": ", 1) for line in first[0].split(b"\r\n")[1:])
    opener.open(urllib.request.Request(f"{site}{path}/comments", first[1], headers), timeout=30).read()
    return write


def of_isso(uri: str, who: int) -> Writing:
    """What Isso's own script sends."""

    def write(n: int) -> bytes:
        comment = {"author": f"Poster {who}", "email": None, "website": None, "parent": None, "title": "A thread"}
        comment["text"] = TEXT.format(n=n, who=who)
        return _request(f"/new?uri={uri}", "application/json", json.dumps(comment).encode())

    return write


def _urlencoded(fields: dict[str, str]) -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded", urllib.parse.urlencode(fields).encode()


def _multipart(fields: dict[str, str]) -> tuple[str, bytes]:
    edge = "----bench" + secrets.token_hex(8)
    parts = (f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
    return f"multipart/form-data; boundary={edge}", ("".join(parts) + f"--{edge}--\r\n").encode()


def _request(path: str, kind: str, body: bytes, **headers: str) -> bytes:
    sent = {"Host": "127.0.0.1", "Content-Type": kind, "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value)
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
