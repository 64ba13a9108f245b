"""The desk: what its queues and its search find, many decisions at once, and what others did meanwhile."""

from __future__ import annotations

import pytest

from blueprints.comments.models import State
from blueprints.moderation.models import Act
from tests.builders import Reader, add_article, add_comment, add_moderator, comment, log, moderate, signed_in
from tests.reading import page

KEY = "k" * 22


@pytest.fixture
def slug(site) -> str:
    return add_article(site)


@pytest.fixture
def moderator(site):
    return signed_in(site)


def ids_on(shown) -> list[int]:
    return [int(card["id"].removeprefix("card-")) for card in shown.all(".desk-card")]


def test_each_queue_holds_its_own(site, slug, moderator):
    ids = {state.value: add_comment(site, slug, state=state) for state in State}
    for queue in ("pending", "spam", "rejected", "visible", "withdrawn"):
        assert ids_on(moderator.page(f"/admin/?queue={queue}")) == [ids[queue]]
    shown = moderator.page("/admin/?queue=pending")
    assert shown.one("#count-pending").words == shown.one("#count-spam").words == "1"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=toad", [0, 2]),
        ("q=toa", [0, 2]),
        ("q=toad+pond", [0]),
        ('q="green+toad"', [2]),
        ("author=grace", [2]),
        ("q=toad&queue=pending", [2]),
        ("q=%22%27*(", []),
        ("since=2000-01-01", [0, 1, 2]),
        ("until=2000-01-01", []),
        ("article=a-title", [0, 1, 2]),
        ("article=none", []),
    ],
)
def test_a_search_finds_by_words_author_article_state_and_date(site, slug, moderator, query, found):
    ids = [add_comment(site, slug, "A toad in a pond"), add_comment(site, slug, "Newts")]
    ids.append(add_comment(site, slug, "A green toad", state=State.PENDING, author="Grace"))
    assert ids_on(moderator.page(f"/admin/?{query}")) == [ids[place] for place in reversed(found)]


@pytest.mark.parametrize("query", ["queue=none", "since=tomorrow", "by=x", f"q={'x' * 300}"])
def test_what_cannot_be_looked_for_is_told_and_stays_typed(moderator, query):
    response = moderator.get(f"/admin/?{query}")
    assert response.status_code == 422
    assert page(response).has("#search-trouble")


def test_words_that_were_searched_for_are_marked_and_nothing_is_let_through(site, slug, moderator):
    add_comment(site, slug, "A <b>toad</b>")
    card = moderator.page("/admin/?q=toad").one(".as-typed")
    assert card.one("mark").text == "toad"
    assert card.text == "A <b>toad</b>"


@pytest.mark.parametrize("htmx", [False, True])
def test_ticked_comments_are_decided_together(site, slug, moderator, htmx):
    ids = [add_comment(site, slug, state=State.PENDING) for _ in range(3)]
    moderate(site, Act.APPROVE, ids[2], add_moderator(site, "other"))
    token = moderator.token()
    ticked = {"ids": [f"{one}:pending" for one in ids], "act": "reject", "csrf_token": token, "reason": "A wave"}
    response = moderator.post("/admin/batches/", ticked, htmx=htmx)
    assert response.status_code == (200 if htmx else 303)
    assert [comment(site, one).state for one in ids] == ["rejected", "rejected", "visible"]
    head = log(site)[1]
    moderator.post(f"/admin/log/{head.id}/undo", {"csrf_token": token}, htmx=htmx)
    assert [comment(site, one).state for one in ids] == ["pending", "pending", "visible"]


def test_all_that_match_are_those_that_the_page_knew(site, slug, moderator):
    known = [add_comment(site, slug, "casino", state=State.PENDING) for _ in range(60)]
    shown = moderator.page("/admin/?queue=pending&q=casino")
    form = next(form for form in shown.all("form.bulk-form") if "everything" in form.fields())
    late = add_comment(site, slug, "casino", state=State.PENDING)
    assert moderator.post(form["action"], {**form.fields(), "act": "spam"}).status_code == 303
    assert {comment(site, one).state for one in known} == {"spam"}
    assert comment(site, late).state == "pending"


def test_the_log_of_a_batch_names_nobody_and_none_of_their_words(site, slug, moderator):
    add_comment(site, slug, "casino", author="Vic Tim", state=State.PENDING)
    shown = moderator.page("/admin/?queue=pending&q=casino&author=Vic+Tim")
    form = next(form for form in shown.all("form.bulk-form") if "everything" in form.fields())
    assert "Pending with casino by Vic Tim" in form.words
    moderator.post(form["action"], {**form.fields(), "act": "spam"})
    (row,) = moderator.page("/admin/log").all("tr")[1:]
    assert "Pending with some words by a name" in row.words
    assert "casino" not in row.words


def test_a_batch_of_nothing_is_told(moderator):
    fields = {"csrf_token": moderator.token(), "act": "reject", "reason": "Rude"}
    response = moderator.post("/admin/batches/", fields)
    assert response.status_code == 422
    assert page(response).one("form.form").fields()["reason"] == "Rude"


@pytest.mark.parametrize("htmx", [False, True])
def test_who_decides_second_sees_what_the_first_did(site, slug, moderator, htmx):
    one = add_comment(site, slug, state=State.PENDING)
    moderate(site, Act.APPROVE, one, add_moderator(site, "Morag"))
    fields = {"csrf_token": moderator.token(), "seen": "pending", "on": "desk", "reason": "Rude"}
    response = moderator.post(f"/admin/comments/{one}/reject", fields, htmx=htmx)
    assert response.status_code == 409
    assert "Morag approved this" in page(response).words
    assert comment(site, one).state == "visible"


def test_news_tell_of_new_comments_and_of_others_decisions_and_of_nothing_else(site, slug, moderator):
    one = add_comment(site, slug, state=State.PENDING)
    address = moderator.page("/admin/").one("#news").one("a")["hx-get"]
    assert moderator.get(address).status_code == 204
    add_comment(site, slug)
    moderate(site, Act.REJECT, one, add_moderator(site, "Morag"))
    fragment = page(moderator.get(address))
    assert fragment.one("#news").words == "1 new"
    assert "Morag rejected this" in fragment.one(f"#card-{one}").words
    assert moderator.get(fragment.one("#news").one("a")["hx-get"]).status_code == 204


def test_a_held_author_waits_from_then_on(site, slug, moderator, reader):
    reader.comment(slug)
    token = moderator.token()
    assert moderator.post("/admin/comments/1/hold", {"csrf_token": token}).status_code == 303
    reader.comment(slug, "Another")
    assert comment(site, 2).state == "pending"
    moderator.post(f"/admin/log/{log(site)[-1].id}/undo", {"csrf_token": token})
    reader.comment(slug, "A third")
    assert comment(site, 3).state == "visible"


def test_a_pinned_comment_stands_above_the_conversation_while_it_is_there(site, slug, moderator, reader):
    one = add_comment(site, slug, "Worth reading")
    token = moderator.token()
    moderator.post(f"/admin/comments/{one}/pin", {"csrf_token": token})
    assert "Worth reading" in reader.page(f"/articles/{slug}").one("#pinned").words
    moderator.post(f"/admin/comments/{one}/delete", {"csrf_token": token})
    assert not reader.page(f"/articles/{slug}").has("#pinned")


def test_edited_words_can_be_brought_back_with_all_that_readers_see(site, slug, moderator):
    one = add_comment(site, slug, "As typed")
    form = moderator.page(f"/admin/comments/{one}/edit").one("form.comment-form")
    refused = moderator.post(form["action"], {**form.fields(), "body": " "})
    assert refused.status_code == 422
    assert moderator.post(form["action"], {**form.fields(), "body": "Milder"}).status_code == 303
    assert comment(site, one).source == "Milder"
    moderator.post(f"/admin/log/{log(site)[-1].id}/undo", {"csrf_token": moderator.token()})
    assert (comment(site, one).source, comment(site, one).edited_at) == ("As typed", None)


def test_what_an_author_takes_back_is_in_the_log(site, slug, moderator, reader):
    reader.comment(slug)
    form = reader.page("/comments/1/delete").one("form.comment-form")
    assert reader.post("/comments/1/delete", form.fields()).status_code == 303
    assert "the author took back" in moderator.page("/admin/log").one("#entry-1").words


def test_an_author_s_record_is_on_the_card(site, slug, moderator):
    for state in (State.VISIBLE, State.VISIBLE, State.VISIBLE, State.SPAM, State.PENDING):
        add_comment(site, slug, state=state, reader_key=KEY)
    record = moderator.page("/admin/?queue=pending").one(".record").words
    assert record.startswith("Author: 3 on the site, 1 rejected (75 % good), first seen")
    assert len(ids_on(moderator.page("/admin/?by=1"))) == 5


def test_the_desk_leads_nowhere_that_is_not_there(site, slug, moderator):
    parent = add_comment(site, slug)
    add_comment(site, slug, parent_id=parent)
    moderator.post(f"/admin/articles/{slug}/unpublish", {"csrf_token": moderator.token()})
    for card in moderator.page("/admin/").all(".desk-card"):
        for link in card.all("a"):
            assert moderator.get(link["href"]).status_code == 200


def test_guests_are_told_nothing_of_news(site):
    assert Reader(site).get("/admin/news").status_code == 302
