"""Moderators delete and restore in place and undo from the log; and what guests see of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .acts import is_same, mark
from .people import MODERATOR, PASSWORD, Moderator


@pytest.fixture
def thread(article, crowd):
    """The ids of three comments, oldest first."""
    return crowd.comments(article, 3)


def comment(page, comment_id):
    return page.locator(f"#comment-{comment_id}")


def delete(page, comment_id, reason=""):
    """What a moderator does; the reason is a field that 'Delete' opens."""
    here = comment(page, comment_id)
    here.locator("summary", has_text="Delete").click()
    here.locator("[name=reason]").fill(reason)
    here.get_by_role("button", name="Delete comment").click()


def entry(page, author):
    """The newest row of the log about a comment by `author`."""
    return page.get_by_role("row").filter(has_text=author).first


def test_a_comment_is_deleted_in_place(desk_page, page, article, thread):
    desk_page.goto(article.path)
    mark(desk_page)
    delete(desk_page, thread[1], "Off topic")
    here = comment(desk_page, thread[1])
    expect(here).to_contain_text("deleted")
    expect(here).to_be_focused()
    expect(desk_page.locator("#announcer")).to_contain_text("The comment is deleted.")
    expect(desk_page.locator("#comment-count")).to_have_text("2 comments")
    expect(desk_page.locator("#thread .comment")).to_have_count(3)
    assert is_same(desk_page)

    page.goto(article.path)
    expect(page.locator("#thread .comment-body")).to_have_text(["Comment 3", "Comment 1"])
    expect(page.locator("#comment-count")).to_have_text("2 comments")


def test_a_deleted_comment_is_restored_in_place(desk_page, page, article, thread):
    desk_page.goto(article.path)
    mark(desk_page)
    delete(desk_page, thread[1])
    here = comment(desk_page, thread[1])
    here.get_by_role("button", name="Restore").click()
    expect(desk_page.locator("#announcer")).to_contain_text("The comment is on the site.")
    expect(here).to_be_focused()
    expect(here.locator(".state")).to_have_count(0)
    expect(desk_page.locator("#comment-count")).to_have_text("3 comments")
    assert is_same(desk_page)

    page.goto(article.path)
    expect(page.locator("#thread .comment-body")).to_have_text(["Comment 3", "Comment 2", "Comment 1"])


def test_a_deleted_comment_with_replies_leaves_a_placeholder(page, article, crowd, moderator):
    parent = crowd.comment(article, "Hear me out.", "Loud")
    crowd.comment(article, "No.", "Reply", parent_id=parent)
    moderator.delete(parent)
    page.goto(article.path)
    expect(comment(page, parent)).to_contain_text("removed by a moderator")
    expect(page.locator("#thread")).not_to_contain_text("Hear me out.")
    expect(page.locator("#thread")).not_to_contain_text("Loud")
    expect(page.locator("#thread .comment-body")).to_have_text(["No."])


def test_the_log_says_who_did_what_and_why_and_undoes_it(desk_page, page, article, crowd):
    gone = crowd.comment(article, "Buy now.", "Log Peddler")
    desk_page.goto(article.path)
    delete(desk_page, gone, "Selling things")
    expect(comment(desk_page, gone)).to_contain_text("deleted")

    desk_page.goto("/admin/log")
    row = entry(desk_page, "Log Peddler")
    expect(row).to_contain_text(MODERATOR)
    expect(row).to_contain_text("deleted")
    expect(row).to_contain_text("Selling things")
    row.get_by_role("button", name="Undo").click()
    expect(entry(desk_page, "Log Peddler")).to_contain_text("undid")
    page.goto(article.path)
    expect(page.locator("#thread .comment-body")).to_have_text(["Buy now."])


def test_without_javascript_deleting_restoring_and_undoing_lead_back_to_where_one_was(
    plain_desk_page, page, article, crowd
):
    desk = plain_desk_page
    gone = crowd.comment(article, "Buy now.", "Plain Peddler")
    desk.goto(article.path)
    delete(desk, gone, "Selling things")
    expect(desk).to_have_url(re.compile(f"{article.path}$"))
    expect(comment(desk, gone)).to_contain_text("deleted")
    expect(desk.locator("#comment-count")).to_have_text("0 comments")
    comment(desk, gone).get_by_role("button", name="Restore").click()
    expect(desk.locator("#comment-count")).to_have_text("1 comment")

    desk.goto("/admin/")
    comment(desk, gone).get_by_role("button", name="Delete").click()
    expect(comment(desk, gone)).to_contain_text("deleted")
    desk.wait_for_url(re.compile(r"/admin/(#card-\d+)?$"))
    desk.goto("/admin/log")
    entry(desk, "Plain Peddler").get_by_role("button", name="Undo").click()
    expect(entry(desk, "Plain Peddler")).to_contain_text("undid")
    page.goto(article.path)
    expect(page.locator("#thread .comment-body")).to_have_text(["Buy now."])


def test_the_desk_shows_the_latest_comments_and_acts_on_them_in_place(desk_page, article, thread):
    desk_page.goto("/admin/")
    mark(desk_page)
    expect(desk_page.locator(".comment").first).to_have_id(f"comment-{thread[-1]}")
    comment(desk_page, thread[-1]).get_by_role("button", name="Delete").click()
    expect(comment(desk_page, thread[-1])).to_contain_text("deleted")
    expect(desk_page.locator(f"#card-{thread[-2]}")).to_be_focused()
    assert is_same(desk_page)


def test_the_desk_is_worked_by_keyboard_alone(desk_page, article, thread):
    newest, middle, oldest = (desk_page.locator(f"#card-{one}") for one in reversed(thread))
    desk_page.goto(f"/admin/?article={article.slug}")
    desk_page.keyboard.press("j")
    expect(newest).to_be_focused()
    desk_page.keyboard.press("d")
    expect(newest).to_have_class(re.compile("is-decided"))
    expect(middle).to_be_focused()
    desk_page.keyboard.press("s")
    expect(oldest).to_be_focused()
    desk_page.keyboard.press("u")
    expect(middle.locator(".state")).to_have_text("on the site")
    expect(middle).to_be_focused()
    desk_page.keyboard.press("x")
    expect(middle.locator("[name=ids]")).to_be_checked()
    desk_page.keyboard.press("k")
    expect(newest).to_be_focused()
    desk_page.keyboard.press("/")
    expect(desk_page.locator("#search-q")).to_be_focused()


def test_two_moderators_do_not_decide_twice(desk_page, article, thread, moderator, playwright, served, new_context):
    served.flask("moderators", "add", "Second", "--password-stdin", typed=f"{PASSWORD}\n")
    second = Moderator(playwright, served, "Second")
    other = new_context(storage_state=second.cookies).new_page()
    second.leave()
    for page in (desk_page, other):
        page.goto(f"/admin/?article={article.slug}")
    desk_page.locator(f"#card-{thread[0]} [data-key=d]").click()
    seen = other.locator(f"#card-{thread[0]}")
    expect(seen).to_contain_text(f"{MODERATOR} deleted this")
    expect(seen).to_have_class(re.compile("is-decided"))


def test_guests_never_see_a_moderator_s_tools(desk_page, page, article, thread):
    for path in (article.path, f"{article.path}?before=2", "/"):
        before = page.goto(path).text()
        assert "/admin/" in desk_page.goto(path).text()
        assert page.goto(path).text() == before
        expect(page.get_by_role("button", name=re.compile("Delete|Restore|Spam"))).to_have_count(0)
        expect(page.locator(".tools, .bar, [action^='/admin']")).to_have_count(0)
    fragment = f"{article.path}/comments"
    assert "/admin/" in desk_page.request.get(fragment).text()
    assert "/admin/" not in page.request.get(fragment).text()


def test_a_moderator_s_expired_form_needs_one_more_press(desk_page, moderator, article, thread, watch):
    watch.allow_status(403)
    desk_page.goto(article.path)
    comment(desk_page, thread[1]).locator("[name=csrf_token]").evaluate_all(
        "tokens => tokens.forEach((token) => { token.value = 'long ago'; })"
    )
    delete(desk_page, thread[1], "Off topic")
    here = comment(desk_page, thread[1])
    expect(here.get_by_role("alert")).to_contain_text("Nothing is lost")
    expect(here.locator("[name=reason]")).to_have_value("Off topic")
    here.get_by_role("button", name="Delete").click()
    expect(here).to_contain_text("deleted")
