"""Reporting a comment: the reader sees that it is taken, the desk has it, and enough of them hide the comment."""

from __future__ import annotations

from playwright.sync_api import expect

THANKS = "The moderators have your report."


def report(page, comment: int, grounds: str, words: str = "") -> None:
    page.locator(f"#comment-{comment}").get_by_role("link", name="Report").click()
    form = page.locator("form.comment-form", has=page.get_by_role("button", name="Send report"))
    form.get_by_label(grounds).check()
    if words:
        form.locator("[name=words]").fill(words)
    form.get_by_role("button", name="Send report").click()


def test_a_report_is_taken_in_place_and_lies_on_the_desk(page, desk_page, article, crowd):
    comment = crowd.comment(article, "Buy my pills")
    page.goto(article.path)
    report(page, comment, "It is advertising", "Look at the <link>")
    taken = page.locator(f"#slot-{comment} [role=status]")
    expect(taken).to_contain_text(THANKS)
    expect(taken).to_be_focused()
    desk_page.goto("/admin/")
    card = desk_page.locator(".desk-card", has=desk_page.locator(f"#comment-{comment}"))
    expect(card.locator(".report")).to_contain_text("spam")
    expect(card.locator(".report q")).to_have_text("Look at the <link>")


def test_without_javascript_a_report_is_taken_on_a_page_of_its_own(plain_page, desk_page, article, crowd):
    comment = crowd.comment(article, "You are all fools")
    plain_page.goto(article.path)
    report(plain_page, comment, "It attacks")
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Thank you")
    expect(plain_page.locator("main")).to_contain_text(THANKS)
    desk_page.goto("/admin/")
    card = desk_page.locator(".desk-card", has=desk_page.locator(f"#comment-{comment}"))
    expect(card.locator(".report")).to_contain_text("abuse")


def test_a_report_needs_a_reason(page, article, crowd, watch):
    watch.allow_status(422)
    comment = crowd.comment(article)
    page.goto(article.path)
    page.locator(f"#comment-{comment}").get_by_role("link", name="Report").click()
    form = page.locator(f"#slot-{comment} form")
    form.get_by_role("button", name="Send report").click()
    expect(form.locator(".error")).to_be_visible()


def test_enough_reports_hide_a_comment_on_every_open_page_until_a_moderator_has_looked(
    page, new_context, desk_page, article, crowd
):
    comment = crowd.comment(article, "You are all fools")
    page.goto(article.path)
    for n in range(3):
        reader = new_context().new_page()
        reader.goto(article.path)
        expect(page.locator(f"#comment-{comment}")).to_be_visible()
        report(reader, comment, "It attacks")
        if n < 2:
            expect(reader.locator(f"#slot-{comment} [role=status]")).to_contain_text(THANKS)
    expect(page.locator(f"#comment-{comment}")).to_have_count(0)
    desk_page.goto("/admin/")
    card = desk_page.locator(".desk-card", has=desk_page.locator(f"#comment-{comment}"))
    expect(card.locator(".report")).to_have_count(3)
    expect(card.locator(".state")).to_have_text("hidden by reports")
    card.get_by_role("button", name="Approve").click()
    page.get_by_text("Show 1 new comment").click()
    expect(page.locator(f"#comment-{comment}")).to_be_visible()
    page.reload()
    expect(page.locator(f"#comment-{comment}")).to_be_visible()
