"""Draws the kept rates: a bar each, its spread as a line over it, the wanted least as a tick."""

from __future__ import annotations

import matplotlib as mpl
from matplotlib import pyplot

from bench.report import HERE, kept

PLOT = HERE / "results.svg"


def draw() -> None:
    """Write results.svg."""
    rates = {
        name: [row for row in part["figures"] if row["unit"] == "/s"]
        for name, part in kept().items()
        if any(row["unit"] == "/s" for row in part["figures"])
    }
    if not rates:
        return
    # Text stays text, and the same figures give the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "understory", "font.size": 9})
    heights = [len(rows) + 1 for rows in rates.values()]
    figure, axes = pyplot.subplots(
        len(rates), squeeze=False, figsize=(9, 0.32 * sum(heights)), height_ratios=heights, layout="constrained"
    )
    for axis, (name, rows) in zip(axes[:, 0], rates.items(), strict=True):
        places = range(len(rows))
        medians = [row["median"] for row in rows]
        spread = [[m - r["least"] for m, r in zip(medians, rows, strict=True)]]
        spread.append([r["most"] - m for m, r in zip(medians, rows, strict=True)])
        colours = ["#8a8a8a" if _is_rival(row["name"]) else "#2f6f4f" for row in rows]
        axis.barh(places, medians, xerr=spread, color=colours, ecolor="#222222")
        for place, row in zip(places, rows, strict=True):
            if row["bar"] is not None:
                axis.plot([row["bar"]] * 2, [place - 0.45, place + 0.45], color="#b3261e", linewidth=1.5)
        axis.set_yticks(places, [row["name"] for row in rows])
        axis.invert_yaxis()
        axis.set_title(f"{name}, a second", loc="left", fontweight="bold")
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(PLOT, metadata={"Date": None})
    pyplot.close(figure)


def _is_rival(name: str) -> bool:
    return name.startswith(("nginx", "Isso"))
