"""The files of deploy/ fit this checkout, and what can check them finds nothing."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import closing

import pytest
import yaml

from tests.drills.crowd import SLUG, Poster
from tests.served import ROOT, Served, free_port, serving

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_the_unit_is_sound(tmp_path):
    command = shutil.which("systemd-analyze")
    if command is None:
        pytest.skip("no systemd here")
    # The verifier wants the program to be there.
    unit = (DEPLOY / "understory.service").read_text(encoding="utf-8").replace("/srv/understory/.venv/bin/", "/bin/")
    (tmp_path / "understory.service").write_text(unit.replace("/bin/python", "/bin/true"), encoding="utf-8")
    (tmp_path / "understory.socket").write_text((DEPLOY / "understory.socket").read_text(encoding="utf-8"))
    done = subprocess.run(
        [command, "verify", *tmp_path.glob("understory.*")], capture_output=True, text=True, check=False
    )
    assert "understory." not in done.stderr


def test_the_unit_has_every_line_under_a_head_of_its_own():
    unit = (DEPLOY / "understory.service").read_text(encoding="utf-8")
    assert re.findall(r"^\[(\w+)\]$", unit, re.M) == ["Unit", "Service", "Install"]
    lines = [line for line in unit.splitlines() if line and line[0] not in "#["]
    assert all(re.fullmatch(r"[A-Z]\w+=.*", line) for line in lines)


def test_the_image_takes_what_is_there_and_no_more():
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M) for word in line.split()[:-1]]
    assert all((ROOT / name).exists() for name in copied)
    needed = {"app.py", "blueprints", "understory", "templates", "static", "requirements.lock"}
    assert needed <= set(copied)
    assert not set(copied) & {".", "instance", "tests"}


def test_the_container_is_no_root_and_writes_nowhere_else():
    user = DOCKERFILE.index("USER understory")
    assert user < DOCKERFILE.index('CMD [".venv/bin/python", "app.py"]')
    assert "HEALTHCHECK" in DOCKERFILE
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    site = compose["services"]["site"]
    assert site["read_only"] is True
    assert (DEPLOY / site["build"]["context"] / site["build"]["dockerfile"]).exists()
    assert site["volumes"] == ["data:/data"]
    assert "UNDERSTORY_INSTANCE=/data" in DOCKERFILE
    assert all(mounted.partition(":")[0] in compose["volumes"] for mounted in site["volumes"])


def test_every_setting_that_deploy_names_is_one():
    known = set(re.findall(r"`(UNDERSTORY_\w+)`", (ROOT / "README.md").read_text(encoding="utf-8")))
    for path in DEPLOY.iterdir():
        assert set(re.findall(r"UNDERSTORY_[A-Z_]+", path.read_text(encoding="utf-8"))) <= known, path.name


def test_the_caddyfile_is_sound():
    command = shutil.which("caddy")
    if command is None:
        pytest.skip("no Caddy here")
    words = [command, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *(one for group in project["dependency-groups"].values() for one in group),
    ]
    names = {re.split(r"[\[<>=]", one)[0] for one in wanted}
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.M)
    assert names == {name for row in rows for name in row.split(", ")} - {"package", "---"}


@pytest.fixture(scope="module")
def fronted(tmp_path_factory) -> Iterator[tuple[Served, int]]:
    """The real site behind a real nginx with the file of deploy/, and the port of that."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert nginx, "nginx is missing: apt-get install nginx-light"
    folder = tmp_path_factory.mktemp("fronted")
    port = free_port()
    with serving(folder, trusted_proxies="127.0.0.1", post_limit="2 per hour", thread_limit="off") as site:
        own = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        own = own.replace("127.0.0.1:8000", site.address.removeprefix("http://")).replace(
            "listen 80", f"listen 127.0.0.1:{port}"
        )
        whole = folder / "nginx.conf"
        kept = "".join(
            f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        whole.write_text(
            f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}} "
            f"http {{ access_log off; {kept} include {folder}/own.conf; }}"
        )
        (folder / "own.conf").write_text(own)
        checked = subprocess.run([nginx, "-t", "-c", whole], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        server = subprocess.Popen([nginx, "-c", whole], stderr=subprocess.DEVNULL)
        try:
            _answers(port)
            yield site, port
        finally:
            server.terminate()
            server.wait()


def test_pages_and_posts_go_through(fronted):
    site, port = fronted
    poster = _Through(site, port)
    assert poster.send("A thought through a proxy", "submission-through-a-proxy").status == 303
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/articles/{SLUG}", timeout=30) as page:
        assert b"A thought through a proxy" in page.read()
        etag = page.headers["ETag"]
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", f"/articles/{SLUG}", headers={"If-None-Match": etag})
        assert connection.getresponse().status == 304


def test_what_a_reader_claims_to_be_does_not_count(fronted):
    """Two posts an hour from one address: to claim others changes nothing."""
    site, port = fronted
    statuses = []
    for number in range(4):
        poster = _Through(site, port)
        poster.claims = f"198.51.100.{number}"
        statuses.append(poster.send(f"Claim {number}", f"submission-of-claim-{number}").status)
    assert statuses[-1] == 429


def test_events_arrive_at_once(fronted):
    site, port = fronted
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", f"/articles/{SLUG}/live")
        stream = connection.getresponse()
        assert stream.status == 200
        assert stream.readline() == b"retry: 1000\n"
        assert stream.readline() == b"\n"
        past_it = _Through(site, int(site.address.rpartition(":")[2]))
        past_it.claims = "198.51.100.99"
        assert past_it.send("Straight to the site", "submission-past-the-proxy").status == 303
        assert stream.readline().startswith(b"id: ")


def test_figures_are_not_for_the_outside(fronted):
    _, port = fronted
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/metrics")
        assert connection.getresponse().status == 404


class _Through(Poster):
    """A browser that comes by way of the proxy, and may claim to come from elsewhere."""

    claims = ""

    def __init__(self, site: Served, port: int) -> None:
        super().__init__(site)
        self._port = port

    def more_headers(self) -> dict[str, str]:
        return {"X-Forwarded-For": self.claims} if self.claims else {}


def _answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                assert connection.getresponse().status == 200
            except OSError:
                assert time.monotonic() < deadline, "nginx does not come up"
            else:
                return
