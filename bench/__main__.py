"""`python -m bench [PART ...]`: measures, shows a table, and keeps the figures in results.json and results.svg."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from bench import desk, long, plot, postgresql, profile, reading, report, standing, streams, weight, writing
from bench.figures import Part

PARTS: dict[str, Callable[[Part], None]] = {
    "hot": reading.hot,
    "pages": reading.pages,
    "cold": reading.cold,
    "long": long.long,
    "post": writing.post,
    "streams": streams.streams,
    "desk": desk.desk,
    "postgresql": postgresql.postgresql,
    "weight": weight.weight,
    "memory": standing.memory,
    "mixed": standing.mixed,
    "profile": profile.profile,
}


def main(asked: list[str]) -> None:
    unknown = set(asked) - PARTS.keys()
    if unknown:
        sys.exit(f"bench: there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    chosen = [name for name in PARTS if not asked or name in asked]
    began = time.monotonic()
    missed = 0
    for number, name in enumerate(chosen, 1):
        print(f"\n[{number}/{len(chosen)}] {name}, {time.monotonic() - began:.0f} s so far", file=sys.stderr)
        part = Part(name)
        PARTS[name](part)
        part.end()
        report.show(part)
        report.keep(part, list(PARTS))
        missed += sum(figure.met is False for figure in part.figures)
    plot.draw()
    report.write_readme()
    print(f"\n{missed} bars missed. Kept in bench/results.json, bench/results.svg and bench/README.md.")


if __name__ == "__main__":
    main([part for argument in sys.argv[1:] for part in argument.replace(",", " ").split()])
