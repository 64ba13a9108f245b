"""Shows and keeps the figures: a table in the terminal and in the README, and JSON."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure, Part

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
README = HERE / "README.md"

_MARKED = re.compile(r"(<!-- figures -->\n).*(<!-- end of figures -->)", re.S)


def keep(part: Part, order: list[str]) -> None:
    """Put a part's figures in the place of its earlier ones; other parts keep theirs, each with its own date."""
    results = kept()
    results[part.name] = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _commit(),
        "machine": machine(),
        "figures": [figure.as_json() for figure in part.figures],
        "notes": part.notes,
    }
    results = {name: results[name] for name in order if name in results}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def show(part: Part) -> None:
    """The part's table in the terminal: median, spread, bar."""
    print(f"\n{part.name}")
    for figure in part.figures:
        spread = f"({_number(min(figure.runs))} – {_number(max(figure.runs))})" if len(figure.runs) > 1 else ""
        print(f"  {figure.name:<58} {_number(figure.median):>9} {figure.unit:<15} {spread:<22} {_bar(figure)}")
    for note in part.notes:
        print(f"    {note}")


def write_readme() -> None:
    """Put the tables between the marks of the README."""
    text = README.read_text(encoding="utf-8")
    README.write_text(_MARKED.sub(lambda found: f"{found[1]}\n{tables()}\n{found[2]}", text), encoding="utf-8")


def tables() -> str:
    """The kept figures in Markdown."""
    lines = []
    for name, part in kept().items():
        lines += [f"### {name}", "", f"{part['at']}, commit {part['commit']}, {part['machine']}", ""]
        lines += ["| what | median | unit | least – most | bar |", "| --- | --: | --- | --- | --- |"]
        for row in part["figures"]:
            figure = Figure(row["name"], row["unit"], row["runs"], row["bar"], row["at_most"])
            spread = f"{_number(row['least'])} – {_number(row['most'])}" if len(row["runs"]) > 1 else ""
            lines.append(f"| {row['name']} | {_number(row['median'])} | {row['unit']} | {spread} | {_bar(figure)} |")
        lines += ["", *(f"    {note}" for note in part["notes"]), ""] if part["notes"] else [""]
    return "\n".join(lines).strip() + "\n"


def machine() -> str:
    """What this was measured on, in a line."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}, Python {platform.python_version()}"


def kept() -> dict[str, Any]:
    """What results.json holds: each part's newest figures."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    return f"{'≤' if figure.at_most else '≥'} {_number(figure.bar)} {'met' if figure.met else 'MISSED'}"


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _commit() -> str:
    """The commit that was measured, marked when the code differed from it."""
    at = _git("rev-parse", "--short", "HEAD")
    written = (f":!bench/{path.name}" for path in (RESULTS, RESULTS.with_suffix(".svg"), README))
    return f"{at} with changes" if _git("status", "--porcelain", "--", ".", *written) else at or "unknown"


def _git(*command: str) -> str:
    done = subprocess.run(["git", *command], cwd=HERE.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()
