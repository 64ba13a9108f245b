"""Places in a thread, as addresses say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from blueprints.comments.models import STEP
from blueprints.comments.paths import step
from blueprints.comments.places import Asked, Branch, asked_in, showing
from blueprints.comments.ranking import SCALE
from tests.builders import add_article, add_comment
from understory.paging import FURTHEST

ORDERS = st.sampled_from(["newest", "oldest"])
SIDES = st.sampled_from(["before", "after"])

numbers = st.integers(0, FURTHEST)
paths = st.lists(st.integers(1, 36**STEP - 1).map(step), min_size=1, max_size=4).map("".join)
by_time = st.builds(lambda sort, side, n: Asked(sort, **{side: (n,)}), ORDERS, SIDES, numbers)
by_rank = st.builds(
    lambda side, rank, n: Asked("best", **{side: (rank, n)}), SIDES, st.integers(-SCALE, SCALE), numbers
)
heads = st.builds(Asked, st.sampled_from(["newest", "oldest", "best"]))
branches = st.builds(
    lambda root, side, path: Branch(root, **{side: path}), numbers, st.sampled_from(["since", "until"]), paths
)


@given(asked=st.one_of(by_time, by_rank, heads, branches, st.builds(Branch, numbers)))
def test_an_address_leads_back_to_its_place(asked):
    query = MultiDict(pair.split("=") for pair in asked.query.removeprefix("?").split("&") if pair)
    assert asked_in(query) == asked


def test_the_thread_as_it_opens_has_the_shortest_address():
    assert asked_in({}).query == ""
    assert asked_in({"sort": "newest"}).query == ""


@pytest.mark.parametrize("sort", ["", "worst", "NEWEST", "newest ", "<script>"])
def test_an_order_that_does_not_exist_is_refused(sort):
    with pytest.raises(BadRequest):
        asked_in({"sort": sort})


@given(root=st.integers(1, 500), above=st.integers(0, 500), size=st.integers(1, 50))
def test_the_page_of_a_root_shows_it(root, above, size):
    place = showing(root, root + above, size)
    assert place.is_head == (above < size)
    assert place.is_head or place.before == (root + 1,)


BAD = ["", "x", "-1", "1.5", "1e9", "0x1", "%00", "%D9%A3", "1%20", "9" * 41, "<script>", "1;drop", "null"]
GOOD = ["0", "1", "2", "999", str(2**31 - 1), str(2**31), str(2**63), "9" * 40]


@pytest.fixture
def slug(site) -> str:
    slug = add_article(site)
    for _ in range(3):
        add_comment(site, slug)
    return slug


@pytest.mark.parametrize("end", ["", "/comments"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_no_place_in_an_address_is_an_error_of_ours(slug, reader, end, side):
    for sort in ("newest", "oldest"):
        for number in BAD:
            assert reader.get(f"/articles/{slug}{end}?sort={sort}&{side}={number}").status_code == 400
        for number in GOOD:
            assert reader.get(f"/articles/{slug}{end}?sort={sort}&{side}={number}").status_code == 200
        assert reader.get(f"/articles/{slug}{end}?sort={sort}&before=2&after=1").status_code == 400
    for number in [*(set(BAD) - {"1.5"}), "1", "1.", ".1", "1.2.3", "--1.1", str(SCALE + 1) + ".1", "1.x"]:
        assert reader.get(f"/articles/{slug}{end}?sort=best&{side}={number}").status_code == 400
    for number in ["0.0", "-1.2", f"{SCALE}.{10**9}", f"-{SCALE}.0"]:
        assert reader.get(f"/articles/{slug}{end}?sort=best&{side}={number}").status_code == 200
    assert reader.get(f"/articles/{slug}{end}?sort=worst").status_code == 400


@pytest.mark.parametrize("end", ["", "/comments"])
def test_no_branch_in_an_address_is_an_error_of_ours(slug, reader, end):
    for query in [
        "root=x",
        "root=-1",
        "root=1&since=",
        "root=1&since=a",
        "root=1&until=AAAAA",
        "root=1&since=00001&until=00002",
    ]:
        assert reader.get(f"/articles/{slug}{end}?{query}").status_code == 400
    for query in ["root=0", "root=1", "root=99", "root=1&since=00001", "root=1&until=zzzzz", f"root={2**64}"]:
        assert reader.get(f"/articles/{slug}{end}?{query}").status_code == 200


def test_a_place_without_comments_says_so_and_leads_back(slug, reader):
    shown = reader.page(f"/articles/{slug}?before=1")
    assert "There is nothing at this place." in shown.one("#conversation").text
    assert shown.has(f"a[href=/articles/{slug}#conversation]")
