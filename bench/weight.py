"""Part weight: what a first visit on a phone downloads and how it feels, in headless Chromium, and Lighthouse."""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright

from bench import tools
from bench.figures import RUNS, Part
from bench.servers import ARTICLE, Site

COMMENTS = 20
KB = 1000

#: Lighthouse's own phone on slow 4G: delay and rates as it applies them in the browser, and a slower processor.
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 184_320, "uploadThroughput": 84_375}
SLOWER = 4
PHONE = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75, "is_mobile": True, "has_touch": True}

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")

#: How often one report is asked for.
TRIES = 3


def weight(part: Part) -> None:
    """The article's page with its first 20 comments."""
    with Site().seed(COMMENTS) as site:
        url = site.url(ARTICLE.format(COMMENTS))
        visits = part.interleaved({"visit": lambda: _visit(url)})["visit"]
        for name, unit, limit in (
            ("everything", "KB", None),
            ("beside the article's own text", "KB", 30),
            ("scripts and styles", "KB", 20),
            ("requests", "in all", None),
            ("requests that block the first paint", "beside the page", None),
            ("first paint", "ms", None),
            ("LCP", "ms", 2500),
            ("CLS", "", 0),
            ("INP", "ms", 200),
            ("TBT", "ms", 200),
            ("cookies", "set", 0),
        ):
            part.add(name, unit, [visit[name] for visit in visits], bar=limit, at_most=True)
        part.notes.append(
            "bytes by kind, with headers: " + ", ".join(f"{k} {v:,}" for k, v in visits[-1]["kinds"].items())
        )
        _lighthouse(part, url)


def _visit(url: str) -> dict[str, Any]:
    """One first visit, with one press on "Post a Comment" at its end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.chromium(), args=FLAGS)
        context = browser.new_context(**PHONE)
        page = context.new_page()
        session = context.new_cdp_session(page)
        kinds = _count_bytes(session)
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.add_init_script(Path(__file__).with_name("vitals.js").read_text())
        page.goto(url, wait_until="load")
        page.wait_for_timeout(2000)
        loaded = Counter(kinds)
        entries = page.evaluate("performance.getEntriesByType('resource').map(e => e.renderBlockingStatus)")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        prose = page.locator(".prose").inner_text()
        cookies = len(context.cookies())
        page.tap("#post-a-comment")
        page.wait_for_selector("#comment-form")
        page.wait_for_timeout(500)
        vitals = page.evaluate("window.vitals")
        browser.close()
    total = sum(loaded.values())
    return {
        "everything": total / KB,
        "beside the article's own text": (total - len(gzip.compress(prose.encode()))) / KB,
        "scripts and styles": (loaded["Script"] + loaded["Stylesheet"]) / KB,
        "requests": len(entries) + 1,
        "requests that block the first paint": entries.count("blocking"),
        "first paint": paint,
        "LCP": vitals["lcp"],
        "CLS": vitals["cls"],
        "INP": vitals["inp"],
        "TBT": vitals["tbt"],
        "cookies": cookies,
        "kinds": dict(loaded),
    }


def _count_bytes(session: CDPSession) -> Counter[str]:
    """Bytes on the wire, headers too, by the kind of resource; goes on counting."""
    kinds: Counter[str] = Counter()
    kind_of: dict[str, str] = {}
    session.on("Network.responseReceived", lambda event: kind_of.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: kinds.update({kind_of.get(event["requestId"], "Other"): int(event["encodedDataLength"])}),
    )
    session.send("Network.enable")
    return kinds


def _lighthouse(part: Part, url: str) -> None:
    program = tools.lighthouse()
    if program is None:
        part.notes.append("Lighthouse was not run: there is no npm here")
        return
    command = [program, url, "--output=json", "--quiet", f"--only-categories={','.join(CATEGORIES)}"]
    command.append(f"--chrome-flags=--headless=new {' '.join(FLAGS)}")
    environ = {**os.environ, "CHROME_PATH": tools.chromium()}

    def run() -> dict[str, Any]:
        for _ in range(TRIES):
            done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=180, check=False)
            if done.returncode == 0:
                return json.loads(done.stdout)
            # Now and then it loses its browser's trace, and asks to be run again.
            if "run Lighthouse again" not in done.stderr:
                break
        raise RuntimeError(f"Lighthouse failed:\n{done.stderr[-2000:]}")

    reports = part.interleaved({"Lighthouse on phone settings": run}, RUNS)["Lighthouse on phone settings"]
    for category in CATEGORIES:
        scores = [100 * (report["categories"][category]["score"] or 0) for report in reports]
        part.add(f"Lighthouse {category}", "of 100", scores, bar=100)
    for metric in ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "speed-index"):
        values = [report["audits"][metric]["numericValue"] for report in reports]
        part.notes.append(f"Lighthouse {metric}: {statistics.median(values):.0f} ms")
    part.notes += [f"Lighthouse asks for: {title}" for title in sorted(_wanting(reports[-1]))]


def _wanting(report: dict[str, Any]) -> set[str]:
    """Titles of the audits that cost a point."""
    weighted = {ref["id"] for c in report["categories"].values() for ref in c["auditRefs"] if ref["weight"]}
    audits = (report["audits"][name] for name in weighted)
    return {audit["title"] for audit in audits if audit["score"] is not None and audit["score"] < 0.9}
