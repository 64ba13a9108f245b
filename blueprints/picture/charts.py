"""Bars as SVG. pygal draws them: pure Python, a megabyte, and its shapes carry classes, so that the site's own style
sheet colours them, in the dark too. The style, the script and the tooltips that it adds, which the CSP forbids, go.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pygal

# The finder that pygal adds for its maps speaks a protocol that Python has given up, with a warning at every import.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

WIDTH, HEIGHT = 960, 260

#: Labels below the bars, at most: more would run into each other.
LABELS = 6

#: Lines across, beside the one at the bottom.
LINES = 4


@dataclass(frozen=True)
class Series:
    """One number a bar."""

    name: str
    numbers: Sequence[float | None]


def bars(name: str, about: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """A chart with a title and a description for those who do not see it; series stand upon each other."""
    highest = max(sum(number or 0 for number in pile) for pile in zip(*(s.numbers for s in series), strict=True))
    step = _step(highest)
    chart = pygal.StackedBar(
        width=WIDTH,
        height=HEIGHT,
        margin=4,
        spacing=4,
        show_legend=False,
        no_prefix=True,
        truncate_label=-1,
        show_minor_x_labels=False,
        x_labels_major_every=max(1, math.ceil(len(labels) / LABELS)),
        range=(0, step * max(1, math.ceil(highest / step))),
    )
    chart.x_labels = labels
    chart.y_labels = [step * line for line in range(max(1, math.ceil(highest / step)) + 1)]
    chart.value_formatter = _spoken
    for one in series:
        chart.add(one.name, [number or 0 for number in one.numbers])
    return _clean(chart.render_tree(), name, about, [one.name for one in series])


def _step(highest: float) -> int:
    """A round distance between lines, 1, 2 or 5 times a power of ten."""
    wanted = max(1.0, highest / LINES)
    power = 10 ** math.floor(math.log10(wanted))
    return int(next(power * times for times in (1, 2, 5, 10) if power * times >= wanted))


def _spoken(number: float) -> str:
    return f"{number:,.0f}"


def _clean(root: ET.Element, name: str, about: str, series: Sequence[str]) -> str:
    """What is drawn, without what only a script would use, and with words."""
    plot = next(one for one in root.iter() if one.get("class") == "plot")
    for place, called in enumerate(series):
        for bar in _of_class(plot, f"serie-{place}", "bar"):
            _say(bar, called if len(series) > 1 else "")
    drawing = ET.Element("svg", {"class": "chart", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img"})
    key = f"chart-{name.lower().replace(' ', '-')}"
    drawing.set("aria-labelledby", f"{key}-name {key}-about")
    ET.SubElement(drawing, "title", id=f"{key}-name").text = name
    ET.SubElement(drawing, "desc", id=f"{key}-about").text = about
    drawing.append(plot)
    return ET.tostring(drawing, encoding="unicode")


def _of_class(root: ET.Element, outer: str, inner: str) -> list[ET.Element]:
    within = [one for one in root.iter() if outer in one.get("class", "").split()]
    return [one for parent in within for one in parent.iter() if inner in one.get("class", "").split()]


def _say(bar: ET.Element, series: str) -> None:
    """What a bar says to who points at it, in place of data for a script."""
    told = {one.get("class"): one.text or "" for one in bar if one.tag == "desc"}
    for one in [one for one in bar if one.tag == "desc"]:
        bar.remove(one)
    label = ", ".join(part for part in (told.get("x_label", ""), series) if part)
    ET.SubElement(bar, "title").text = f"{label}: {told.get('value', '0')}"
