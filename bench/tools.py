"""Finds the programs that measuring needs, and installs those that are missing, where that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: Seeded threads and other servers' software, kept between runs and ignored by git.
CACHE = Path(__file__).resolve().parent / ".cache"

ISSO = ("isso==0.14.0", "gunicorn==27.0.1")
LIGHTHOUSE = "lighthouse@12.8.2"


def wrk() -> str:
    return _program("wrk")


def nginx() -> str:
    return _program("nginx", "nginx-light", also=("/usr/sbin",))


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return _program("chromium")


def isso() -> Path:
    """The folder of the programs of Isso's own virtual environment."""
    folder = CACHE / "isso"
    if not (folder / ".done").exists():
        _say("Isso into an environment of its own")
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", *ISSO])
        (folder / ".done").touch()
    return folder / "bin"


def lighthouse() -> str | None:
    """Lighthouse from npm, or None where there is no npm."""
    folder = CACHE / "lighthouse"
    program = folder / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            return None
        _say("Lighthouse from npm")
        folder.mkdir(parents=True, exist_ok=True)
        _run([npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", LIGHTHOUSE])
    return str(program)


def _program(name: str, package: str = "", also: tuple[str, ...] = ()) -> str:
    path = os.pathsep.join([os.environ.get("PATH", ""), *also])
    found = shutil.which(name, path=path)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _say(f"{name} from Debian")
        apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "-q"], apt)
        _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", package or name], apt)
        found = shutil.which(name, path=path)
    if found is None:
        raise SystemExit(f"Measuring needs {name}: sudo apt-get install {package or name}")
    return found


def _run(command: list[str], environ: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stderr[-2000:]}")


def _say(what: str) -> None:
    print(f"installing {what}", file=sys.stderr, flush=True)
