"""Part profile: where a hot hit, a cold page and a post spend their time in the worker, sampled from outside."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench import threads
from bench.figures import Part
from bench.load import wrk
from bench.posters import Poster, of_understory, post_together
from bench.servers import ARTICLE, Site

SECONDS = 5

#: Processor time is told of so many loads of a second each: the least of them is what nothing else slowed down.
LOADS = 10

#: Each sample stops the worker for a moment: more of them would show a slower server than there is.
SAMPLES_A_SECOND = 200

#: The first that fits a frame, from the innermost outwards, names the layer; what fits none is its caller's.
LAYERS = {
    "SQLite": r"sqlalchemy/engine/default\.py|sqlalchemy/engine/cursor\.py|sqlite|understory/(statements|together)\.py",
    "SQLAlchemy": r"sqlalchemy",
    "templates": r"jinja2/|markupsafe/|\.html:|\.xml:|understory/stencils\.py|linked_data\.py",
    "markdown and bleach": r"markdown_it/|mdurl/|bleach/|html5lib|understory/(sanitize|marked|plain)\.py",
    "forms, tokens, cookies": r"wtforms/|flask_wtf/|itsdangerous/|understory/(forms|fields|reading|tokens|signing)\.py"
    r"|readers\.py",
    "Flask and Werkzeug": r"flask/|werkzeug/|flask_\w+/|blinker/",
    "front": r"understory/(front|bridge|direct|hot|pages?|answers|bell|listening|streams|compression)\.py"
    r"|understory/ears/",
    "the site's own code": r"understory/|blueprints/|app\.py",
    "server and event loop": r"understory/(wire|door|incoming|outgoing|glimpse)\.py|asyncio/|uvloop|selectors\.py",
}

#: Threads that stand still: waiting for work is no time spent.
_WAITING = re.compile(r"_worker \(concurrent/futures/thread\.py|select \(selectors\.py|wait \(threading\.py")


def profile(part: Part) -> None:
    """Shares of the samples in which Python was at work, by layer, and the fifteen lines most often found."""
    sampler = shutil.which("py-spy", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    size = threads.ready()[-1]
    hot, cold = ARTICLE.format(size), threads.places(size, "newest")
    with Site(threads.instance()) as site:
        _sampled(part, sampler, site, "hot hit", lambda seconds: wrk(site.url(hot), seconds, connections=8).count)
    with Site(threads.instance(), PAGE_CACHE="0") as site:

        def read(seconds: int) -> int:
            return wrk(site.url(), seconds, connections=8, paths=cold).count

        _sampled(part, sampler, site, "cold page", read)
    with Site().seed(50) as site:
        path = ARTICLE.format(50)

        def post(seconds: int) -> int:
            posters = [Poster(site.port, of_understory(site.port, path, who)) for who in range(8)]
            asyncio.run(post_together(posters, seconds))
            return sum(len(poster.waits) for poster in posters)

        _sampled(part, sampler, site, "post", post)


def _sampled(part: Part, sampler: str | None, site: Site, name: str, load: Callable[[int], int]) -> None:
    part.tell(name)
    worker = site.worker()
    part.add(f"{name}: processor time", "µs each", [_cpu_each(worker, load) for _ in range(LOADS)])
    samples = site.folder / "samples"
    command = [sampler or "py-spy", "record", "-f", "raw", "-r", str(SAMPLES_A_SECOND), "-o", str(samples)]
    with subprocess.Popen(
        [*command, "-d", str(SECONDS - 1), "-p", str(worker)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as sampling:
        time.sleep(0.3)
        load(SECONDS)
        said = sampling.communicate()[1]
    if not samples.exists():
        part.notes.append(f"{name}: no samples, py-spy may have to be run as root: {said.strip()[-200:]}")
        return
    layers, lines = _read(samples)
    total = sum(layers.values()) or 1
    for layer, number in layers.most_common():
        part.add(f"{name}: {layer}", "% of samples", 100 * number / total)
    part.notes += [f"{name}: {100 * number / total:4.1f} % {line}" for line, number in lines.most_common(15)]


def _read(samples: Path) -> tuple[Counter[str], Counter[str]]:
    layers: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for stack in samples.read_text().splitlines():
        frames, number = stack.rsplit(" ", 1)
        inwards = [frame for frame in frames.split(";")[::-1] if frame]
        if not inwards or _WAITING.search(inwards[0]):
            continue
        layers[_layer(inwards)] += int(number)
        lines[inwards[0]] += int(number)
    return layers, lines


def _layer(frames: list[str]) -> str:
    for frame in frames:
        for layer, pattern in LAYERS.items():
            if re.search(pattern, frame):
                return layer
    return "other"


def _cpu_each(worker: int, load: Callable[[int], int]) -> float:
    """Microseconds of the worker's processor time for a request, through a second of them."""
    before = _cpu_seconds(worker)
    count = load(1)
    return 1e6 * (_cpu_seconds(worker) - before) / count


def _cpu_seconds(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
