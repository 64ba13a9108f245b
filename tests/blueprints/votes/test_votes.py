"""Voting: one a reader, changeable, retractable, never on one's own; and the order that votes make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.comments.models import State
from blueprints.comments.ranking import SCALE, best, wilson
from blueprints.votes import operations, queries
from tests.builders import Reader, add_article, add_comment, article, comment, within
from tests.reading import page
from understory.errors import Missing


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


def press(site, comment_id: int, key: str, value: int) -> int:
    return within(site, operations.press, comment_id, key, value)


def score(site, comment_id: int) -> tuple[int, int]:
    kept = comment(site, comment_id)
    return kept.up, kept.down


def vote(reader: Reader, comment_id: int, value: str = "up", *, htmx: bool = True):
    fields = {"value": value, "csrf_token": reader.get("/form-token").text}
    return reader.post(f"/comments/{comment_id}/vote", fields, htmx=htmx)


def test_a_reader_has_one_vote_which_can_change_and_be_taken_back(site, slug):
    posted = add_comment(site, slug)
    assert press(site, posted, "one", 1) == 1
    assert press(site, posted, "two", 1) == 1
    assert score(site, posted) == (2, 0)
    assert press(site, posted, "one", -1) == -1
    assert score(site, posted) == (1, 1)
    assert press(site, posted, "one", -1) == 0
    assert score(site, posted) == (1, 0)
    assert within(site, queries.on, posted, "one") == 0
    assert within(site, queries.in_thread, article(site, slug).id, "two") == {posted: 1}


def test_each_vote_changes_what_readers_see(site, slug):
    posted = add_comment(site, slug)
    before = article(site, slug).version
    press(site, posted, "one", 1)
    assert article(site, slug).version == before + 1


def test_nobody_votes_on_their_own_comment(site, slug):
    posted = add_comment(site, slug, reader_key="me")
    with pytest.raises(operations.OwnComment):
        press(site, posted, "me", 1)
    assert score(site, posted) == (0, 0)


@pytest.mark.parametrize("state", [State.PENDING, State.REJECTED, State.SPAM])
def test_what_readers_cannot_see_takes_no_votes(site, slug, state):
    posted = add_comment(site, slug, state=state)
    with pytest.raises(Missing):
        press(site, posted, "one", 1)


def test_in_place_the_buttons_come_back_with_the_new_count(site, slug, reader):
    posted = add_comment(site, slug)
    response = vote(reader, posted)
    assert response.status_code == 200
    up, down = page(response).all("button")
    assert (up["aria-pressed"], down["aria-pressed"]) == ("true", "false")
    assert up.one(f"#up-count-{posted}").text == "1"
    assert "understory_reader" in reader.cookies()
    assert page(vote(reader, posted)).all("button")[0]["aria-pressed"] == "false"
    assert score(site, posted) == (0, 0)


def test_without_scripts_a_vote_takes_a_second_press(site, slug, reader):
    posted = add_comment(site, slug)
    asked = reader.post(f"/comments/{posted}/vote", {"value": "up"})
    assert asked.status_code == 403
    form = page(asked).one("main").one("form.votes")
    done = reader.post(form["action"], {**form.fields(), "value": "up"})
    assert (done.status_code, done.location) == (303, f"/comments/{posted}")
    assert score(site, posted) == (1, 0)
    assert "Take back your vote up (1)" in reader.page(f"/comments/{posted}/vote").text


def test_an_author_who_votes_is_told_and_the_buttons_stay(site, slug, reader):
    reader.comment(slug)
    response = vote(reader, 1)
    assert response.status_code == 403
    assert "your own comment" in page(response).one("hx-partial").text
    assert len(page(response).all("button")) == 2


@pytest.mark.parametrize("value", ["", "sideways", "1", "<script>"])
def test_a_vote_is_up_or_down(site, slug, reader, value):
    assert vote(reader, add_comment(site, slug), value).status_code == 400


def test_one_address_cannot_push_a_comment_up_with_new_cookies(make_site):
    site = make_site(act_limit="1000 per minute")
    posted = add_comment(site, add_article(site))
    answers = [vote(Reader(site), posted).status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert vote(Reader(site, "198.51.100.1"), posted).status_code == 200


@given(up=st.integers(0, 10_000), down=st.integers(0, 10_000))
def test_the_rank_lies_between_its_ends_and_turns_with_the_votes(up, down):
    assert -SCALE <= best(up, down) <= SCALE
    assert best(up, down) == -best(down, up)
    assert best(up + 1, down) >= best(up, down)
    assert 0 <= wilson(up, up + down) <= (up / (up + down) if up else 0) + 1e-12


def test_many_sure_votes_rank_above_few_and_none_above_bad():
    assert best(90, 10) > best(9, 1) > best(1, 0) > best(0, 0) == best(5, 5) > best(0, 1) > best(1, 30)


def test_the_best_come_first_and_ties_by_age(site, slug, reader):
    ids = [add_comment(site, slug) for _ in range(5)]
    for key in ("a", "b", "c"):
        press(site, ids[1], key, 1)
    press(site, ids[3], "a", 1)
    press(site, ids[4], "a", -1)
    shown = reader.page(f"/articles/{slug}?sort=best").all("article.comment")
    assert [one["id"] for one in shown] == [f"comment-{ids[n]}" for n in (1, 3, 2, 0, 4)]
