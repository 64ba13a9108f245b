"""Parts hot, pages and cold: readers of pages that are kept, of fragments and 304s, and of pages made anew."""

from __future__ import annotations

import gzip
import urllib.error
from functools import partial

import brotli

from bench import threads
from bench.figures import Part, flatness, ratios
from bench.load import ACCEPTS, Rate, wrk
from bench.servers import ARTICLE, Isso, Nginx, Site, fetch

SECONDS = 2

#: Runs of what is compared between threads: medians of fewer differ by chance on a machine that others use too.
RUNS = 5

#: First screens of 50 comments a second that Remark42 served on a machine of this kind, from its own cache.
REMARK42 = 13_273

#: Renders a second that one process is to reach with nothing kept.
COLD = 1200

#: More connections than threads of the server keep all of its cores busy without queueing for long.
COLD_CONNECTIONS = 8


def hot(part: Part) -> None:
    """The article's page as everybody gets it, beside nginx with a file of the same compressed bytes."""
    sizes = threads.ready()
    with Site(threads.instance()) as site:
        pages = {size: verified(site, ARTICLE.format(size)) for size in sizes}
        with Nginx(pages[sizes[0]]) as nginx, Isso() as isso:
            body = fetch(nginx.url("/page"), **_named(ACCEPTS))[1]
            if body != pages[sizes[0]]:
                raise RuntimeError("nginx does not send the bytes that it was given")
            measures = {f"thread of {size:,}": partial(wrk, site.url(ARTICLE.format(size)), SECONDS) for size in sizes}
            measures["nginx gzip_static"] = partial(wrk, nginx.url("/page"), SECONDS)
            measures["Isso, 50 comments as JSON"] = partial(wrk, isso.url(isso.fill("/thread/", 50)), SECONDS)
            for measure in measures.values():
                measure()
            seen = {name: _rates(rates) for name, rates in part.interleaved(measures, RUNS).items()}
    ours = [seen[f"thread of {size:,}"] for size in sizes]
    for name, rates in seen.items():
        part.add(name, "/s", rates, bar=None if "nginx" in name or "Isso" in name else 3 * REMARK42)
    for size, rates in zip(sizes, ours, strict=True):
        part.add(f"thread of {size:,}", "of nginx", ratios(rates, seen["nginx gzip_static"]), bar=0.5)
    part.add("slowest size", "of the fastest", flatness(ours), bar=0.9)
    part.notes += [f"page of thread-{size}: {len(page):,} bytes as sent" for size, page in pages.items()]


def pages(part: Part) -> None:
    """Fragments of later pages, and pages that the reader has already (304)."""
    size = threads.ready()[-1]
    with Site(threads.instance()) as site:
        page = ARTICLE.format(size)
        fragment = threads.places(size, "newest", most=1)[0].replace("?", "/comments?")
        verified(site, fragment)
        measures = {
            "fragment of a later page": partial(wrk, site.url(fragment), SECONDS),
            "304 of the page": partial(wrk, site.url(page), SECONDS, headers=_known(site, page)),
            "304 of the fragment": partial(wrk, site.url(fragment), SECONDS, headers=_known(site, fragment)),
        }
        for measure in measures.values():
            measure()
        for name, rates in part.interleaved(measures).items():
            part.add(f"{name}, thread of {size:,}", "/s", _rates(rates), bar=3 * REMARK42)


def cold(part: Part) -> None:
    """Pages made anew for each reader, at places all over threads of every size, in every sort."""
    sizes = threads.ready()
    threads.in_memory()
    with Site(threads.instance(), PAGE_CACHE="0") as site:

        def measure(size: int, sort: str, **where: tuple[float, float]) -> float:
            paths = threads.places(size, sort, **where)
            return wrk(site.url(), SECONDS, connections=COLD_CONNECTIONS, paths=paths).per_second

        sorts = ("newest", "oldest", "best")
        cells = {f"{sort}, thread of {size:,}": partial(measure, size, sort) for sort in sorts for size in sizes}
        for number, where in enumerate(("end", "middle", "head")):
            near = (number * 0.45, number * 0.45 + 0.1)
            cells[f"newest, {where} of {sizes[-1]:,}"] = partial(measure, sizes[-1], "newest", part=near)
        for size in sizes:
            verified(site, threads.places(size, "newest", most=1)[0])
            measure(size, "newest")
        seen = part.interleaved(cells, RUNS)
    for name, rates in seen.items():
        part.add(name, "/s", rates, bar=COLD)
    part.add("slowest", "of the fastest", flatness(seen.values()), bar=0.8)


def verified(site: Site, path: str) -> bytes:
    """The bytes of a page as a browser gets them, after a check that they are what a plain client gets."""
    plain = fetch(site.url(path))[1]
    headers, body = fetch(site.url(path), **_named(ACCEPTS))
    kind = headers.get("content-encoding")
    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[kind](body)
    if read != plain or b'class="comment"' not in plain.replace(b'class="comment ', b'class="comment" '):
        raise RuntimeError(f"{path} does not hold what it should")
    return body


def _known(site: Site, path: str) -> dict[str, str]:
    """The header of a reader who has this page, after a check that it is answered with 304."""
    etag = fetch(site.url(path), **_named(ACCEPTS))[0]["etag"]
    try:
        fetch(site.url(path), If_None_Match=etag, **_named(ACCEPTS))
    except urllib.error.HTTPError as answer:
        if answer.code == 304:
            return {"If-None-Match": etag}
    raise RuntimeError(f"{path} was not answered with 304")


def _rates(seen: list[Rate]) -> list[float]:
    return [rate.per_second for rate in seen]


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): value for name, value in headers.items()}
