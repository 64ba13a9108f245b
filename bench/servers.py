"""Starts what is measured, on free loopback ports, and stops all of it again: the site, nginx, Isso."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar, Self

from bench import tools

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = "/articles/thread-{}"
NO_LIMITS = {"POST_LIMIT": "off", "THREAD_LIMIT": "off", "ACT_LIMIT": "off", "SIGN_IN_LIMIT": "off"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server(AbstractContextManager["Server"]):
    """A process group that answers on a port from `with` to the end of its block."""

    name: ClassVar[str]
    process: subprocess.Popen[bytes]

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"bench-{self.name}-"))

    @abstractmethod
    def command(self) -> list[str]:
        """What starts it."""

    def environ(self) -> dict[str, str]:
        return dict(os.environ)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Self:
        log = self.folder / "server.log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environ(), stdout=out, stderr=out, start_new_session=True
            )
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        said = log.read_text(errors="replace")[-2000:]
        self.__exit__()
        raise SystemExit(f"{self.name} did not start:\n{said}")

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Site(Server):
    """Understory as `python app.py` runs it, one process. `instance` is kept; without one a new site is made."""

    name = "understory"

    def __init__(self, instance: Path | None = None, **settings: str) -> None:
        super().__init__()
        self.instance = instance or self.folder / "instance"
        self.settings = settings

    def command(self) -> list[str]:
        return [sys.executable, "app.py"]

    def environ(self) -> dict[str, str]:
        given = {"INSTANCE": str(self.instance), "PORT": str(self.port), **NO_LIMITS, **self.settings}
        return clean_environ() | {f"UNDERSTORY_{name}": value for name, value in given.items()}

    def seed(self, *counts: int) -> Self:
        """Make `thread-N` for each N before the start."""
        seed(self.instance, counts, self.settings)
        return self

    def worker(self) -> int:
        """Process id of the worker, which is the largest of the server's children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return max(map(int, children), key=pss)

    def memory(self) -> float:
        """PSS of the worker in MiB."""
        return pss(self.worker())


class Nginx(Server):
    """nginx as Debian packs it: one file of given compressed bytes at /page, sent by gzip_static."""

    name = "nginx"

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.folder.chmod(0o755)
        (self.folder / "page").write_bytes(b"what a client without gzip gets")
        (self.folder / "page.gz").write_bytes(body)

    def command(self) -> list[str]:
        conf = self.folder / "nginx.conf"
        conf.write_text((Path(__file__).parent / "nginx.conf").read_text().replace("PORT", str(self.port)))
        return [tools.nginx(), "-p", str(self.folder), "-c", str(conf), "-e", str(self.folder / "error.log")]


class Isso(Server):
    """Isso from PyPI behind gunicorn, with as many workers as its manual shows, without its limits."""

    name = "isso"

    def command(self) -> list[str]:
        (self.folder / "isso.cfg").write_text(
            f"[general]\ndbpath={self.folder}/comments.db\nhost={self.url('/')}\n"
            "[guard]\nenabled=false\n[moderation]\nenabled=false\n"
        )
        return [
            str(tools.isso() / "python"),
            "-m",
            "gunicorn",
            "-b",
            f"127.0.0.1:{self.port}",
            "-w",
            "4",
            "--preload",
            "isso.run",
        ]

    def environ(self) -> dict[str, str]:
        return {**os.environ, "ISSO_SETTINGS": str(self.folder / "isso.cfg")}

    def fill(self, uri: str, count: int) -> str:
        """Post a thread; gives the path of all its comments as JSON."""
        for number in range(count):
            text = f"Comment {number} of a thread, with *some* words."
            sent = json.dumps({"text": text, "author": "Ada", "title": "A thread"}).encode()
            kind = {"Content-Type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(self.url(f"/new?uri={uri}"), sent, kind), timeout=30).read()
        path = f"/?uri={uri}"
        if len(json.loads(fetch(self.url(path))[1])["replies"]) != count:
            raise RuntimeError("Isso does not give its comments")
        return path


def clean_environ() -> dict[str, str]:
    """The environment without settings of a site that is not the one measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UNDERSTORY_")}


def seed(instance: Path, counts: tuple[int, ...], settings: Mapping[str, str] | None = None) -> None:
    given = {"INSTANCE": str(instance), **(settings or {})}
    subprocess.run(
        [sys.executable, "bench/seed.py", *map(str, counts)],
        cwd=ROOT,
        env=clean_environ() | {f"UNDERSTORY_{name}": value for name, value in given.items()},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def pss(process_id: int) -> float:
    """A process's share of memory in MiB: pages that others share count in part."""
    rollup = Path(f"/proc/{process_id}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", rollup, re.M)[1]) / 1024


def fetch(url: str, **headers: str) -> tuple[dict[str, str], bytes]:
    """One GET; headers are given with `_` for `-`, and answered in lower case. Raises HTTPError unless 200."""
    request = urllib.request.Request(url, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return {k.lower(): v for k, v in answer.headers.items()}, answer.read()
