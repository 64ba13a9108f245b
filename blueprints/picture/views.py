"""The picture on a page, and its figures as a file."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, make_response, render_template, request

from blueprints.picture import charts, queries, tables
from blueprints.picture.charts import Series
from blueprints.picture.queries import Figures
from blueprints.picture.spans import SHOWN, Span, earlier, spans
from understory import clock
from understory.htmx import private

bp = Blueprint("picture", __name__, url_prefix="/admin/picture")


@bp.get("")
def show() -> Response:
    """Charts, and the same figures as a table."""
    by, until = _asked()
    shown = _spans(by, until)
    figures = queries.figures(shown)
    page = render_template(
        "picture/show.html",
        by=by,
        until=until,
        ways=list(SHOWN),
        earlier=earlier(shown),
        charts=_charts(by, figures),
        headings=tables.HEADINGS,
        rows=[tables.row(one) for one in reversed(figures)],
    )
    return private(make_response(page))


@bp.get("/figures.csv")
def figures() -> Response:
    """The table as CSV."""
    by, until = _asked()
    response = make_response(tables.as_csv(queries.figures(_spans(by, until))))
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="figures-by-{by}.csv"'
    return private(response)


def _asked() -> tuple[str, date | None]:
    by, until = request.args.get("by", "day"), request.args.get("until")
    if by not in SHOWN:
        abort(400)
    try:
        return by, date.fromisoformat(until) if until else None
    except ValueError:
        abort(400)


def _spans(by: str, until: date | None) -> list[Span]:
    try:
        return spans(by, clock.now(), until)
    except (OverflowError, ValueError):
        # A year before the first.
        abort(400)


def _charts(by: str, figures: list[Figures]) -> list[dict[str, object]]:
    """Each chart with its name and its series, whose colours the page explains."""
    waits = Series("Minutes", [one.minutes for one in figures])
    drawn = {
        "Comments": [Series("Comments", [one.comments for one in figures])],
        "Decisions": [
            Series("Approved", [one.approved for one in figures]),
            Series("Rejected", [one.rejected for one in figures]),
            Series("Spam", [one.spam for one in figures]),
        ],
        "Reports": [Series("Reports", [one.reports for one in figures])],
        "Median minutes to a decision": [waits],
    }
    labels = [one.span.name if by != "hour" else one.span.name[11:] for one in figures]
    first, last = figures[0].span.name, figures[-1].span.name
    return [
        {
            "name": name,
            "svg": charts.bars(name, _about(by, first, last, series), labels, series),
            "series": [one.name for one in series] if len(series) > 1 else [],
        }
        for name, series in drawn.items()
    ]


def _about(by: str, first: str, last: str, series: list[Series]) -> str:
    """What a chart says in words: where it begins and ends, how much, and how high it goes."""
    said = []
    for one in series:
        numbers = [number for number in one.numbers if number is not None]
        most = max(numbers, default=0)
        amount = f"{sum(numbers):,.0f} in all, " if one.name != "Minutes" else ""
        said.append(f"{one.name}: {amount}at most {most:,.0f} in one {by}.")
    return f"By {by} from {first} to {last}. {' '.join(said)}"
