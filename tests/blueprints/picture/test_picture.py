"""The picture: what is counted, where, and how it is shown to those who do and do not see it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from blueprints.comments.models import State
from blueprints.moderation import operations as moderation
from blueprints.moderation import undoing
from blueprints.moderation.models import Act, Grounds
from blueprints.picture import charts, queries, tables
from blueprints.picture.charts import Series
from blueprints.picture.spans import earlier, spans
from tests.builders import add_article, add_comment, add_moderator, moderate, queries_of, signed_in, within

NOON = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def counted(site, by: str, now: datetime):
    return within(site, queries.figures, spans(by, now))


@pytest.mark.parametrize(
    ("by", "number", "first", "last"),
    [
        ("hour", 24, "2026-11-22 13:00", "2026-11-23 12:00"),
        ("day", 30, "2026-10-25", "2026-11-23"),
        ("month", 12, "2025-12", "2026-11"),
    ],
)
def test_spans_follow_each_other_up_to_now(by, number, first, last):
    found = spans(by, NOON)
    assert (len(found), found[0].name, found[-1].name) == (number, first, last)
    assert all(one.until == next_one.since for one, next_one in pairwise(found))
    assert found[-1].since <= NOON < found[-1].until


def test_an_earlier_picture_ends_where_this_one_begins():
    assert earlier(spans("day", NOON)) == date(2026, 10, 25)
    assert spans("day", NOON, date(2026, 10, 25))[-1].name == "2026-10-24"
    assert spans("month", NOON, date(2026, 1, 1))[-1].name == "2025-12"
    assert spans("month", NOON, date(2026, 12, 31))[-1].name == "2026-12"
    assert earlier(spans("hour", NOON)) == date(2026, 11, 23)


def test_what_happened_is_counted_where_it_happened(site, clock):
    slug, by = add_article(site), add_moderator(site)
    first = add_comment(site, slug, state=State.PENDING)
    second = add_comment(site, slug, state=State.PENDING)
    clock.later(minutes=40)
    moderate(site, Act.APPROVE, first, by)
    clock.later(minutes=50)
    moderate(site, Act.DELETE, second, by)
    third = add_comment(site, slug)
    within(site, moderation.report, third, "k" * 22, Grounds.SPAM, "", 0)
    entry = moderate(site, Act.SPAM, third, by)
    within(site, undoing.undo, entry, by)
    before, now = counted(site, "hour", clock.now)[-2:]
    assert (before.comments, before.approved, before.rejected, before.spam, before.reports) == (2, 1, 0, 0, 0)
    assert (now.comments, now.approved, now.rejected, now.spam, now.reports) == (1, 0, 1, 1, 1)
    assert (before.minutes, now.minutes) == (40, 90)
    (today,) = counted(site, "day", clock.now)[-1:]
    assert (today.comments, today.minutes) == (3, 65)


@pytest.mark.sqlite
def test_counts_are_read_from_indexes_alone(site):
    with queries_of(site) as asked:
        counted(site, "month", NOON)
    plan = within(
        site,
        lambda: [
            str(row)
            for row in queries.db.session.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT count(*) FROM moderation_log "
                "WHERE at >= '2026' AND at < '2027' AND after = 'spam' AND act != 'undo' AND comment_id IS NOT NULL"
            )
        ],
    )
    assert "COVERING INDEX ix_moderation_log_picture" in str(plan)
    assert len(asked) == 1 + 12


def test_the_page_shows_charts_with_words_and_a_table(site, clock):
    slug = add_article(site)
    add_comment(site, slug)
    shown = signed_in(site).page("/admin/picture?by=day")
    drawings = shown.all("svg.chart")
    assert len(drawings) == 4
    for drawing in drawings:
        name, about = (shown.one(f"#{key}") for key in drawing["aria-labelledby"].split())
        assert name.text
        assert about.text.startswith("By day from 2026-10-25 to 2026-11-23.")
    first = shown.one("table.figures").one("tbody").all("tr")[0]
    assert [cell.text for cell in first.all("td")] == ["1", "0", "0", "0", "0", "–"]


def test_charts_hold_nothing_that_the_policy_forbids():
    drawing = charts.bars("<Name>", "About & more", ["a", "b"], [Series("One", [1, None]), Series("Two", [2, 3])])
    assert "<script" not in drawing
    assert "style" not in drawing
    assert "<title>a, Two: 2</title>" in drawing
    assert "&lt;Name&gt;" in drawing
    assert drawing.count('class="bar"') == 4


@pytest.mark.parametrize("numbers", [[0, 0], [None, None], [1, 0], [123_456, 7]])
def test_a_chart_of_nothing_or_much_can_be_drawn(numbers):
    assert 'role="img"' in charts.bars("Name", "About", ["a", "b"], [Series("One", numbers)])


def test_the_file_holds_the_table(site, clock):
    add_comment(site, add_article(site))
    moderator = signed_in(site)
    response = moderator.get("/admin/picture/figures.csv?by=month")
    assert response.mimetype == "text/csv"
    assert response.cache_control.no_store
    rows = list(csv.reader(io.StringIO(response.text)))
    assert (rows[0], len(rows)) == (list(tables.HEADINGS), 13)
    assert rows[-1] == ["2026-11", "1", "0", "0", "0", "0", ""]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell):
    assert tables.harmless(cell) == f"'{cell}"
    assert tables.harmless("2026-11") == "2026-11"


@pytest.mark.parametrize("query", ["by=year", "until=yesterday", "until=0001-01-01", "until=9999-12-31&by=month"])
def test_a_span_that_makes_no_sense_is_refused(site, query):
    moderator = signed_in(site)
    assert moderator.get(f"/admin/picture?{query}").status_code in (200, 400)
    assert moderator.get(f"/admin/picture/figures.csv?{query}").status_code in (200, 400)
