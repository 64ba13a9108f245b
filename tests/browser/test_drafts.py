"""What was typed outlives a refusal, a form gone stale and a reload, one after the other."""

from __future__ import annotations

from playwright.sync_api import expect

from .acts import fill, open_form, send


def test_a_draft_outlives_a_refused_post(page, article, watch):
    watch.allow_status(422)
    page.goto(article.path)
    form = open_form(page)
    fill(form, "Nobody signs this", "")
    send(form)
    expect(form.locator("#author-error")).to_be_visible()
    page.reload()
    expect(open_form(page).locator("[name=body]")).to_have_value("Nobody signs this")


def test_a_draft_outlives_a_form_gone_stale(page, article, watch):
    watch.allow_status(403)
    page.goto(article.path)
    form = open_form(page)
    fill(form, "Written over lunch", "Grace")
    page.context.clear_cookies()
    send(form)
    expect(form.get_by_role("alert")).to_contain_text("Nothing is lost")
    page.reload()
    form = open_form(page)
    expect(form.locator("[name=body]")).to_have_value("Written over lunch")
    expect(form.locator("[name=author]")).to_have_value("Grace")
    send(form)
    expect(page.locator("#thread .comment-body")).to_have_text("Written over lunch")
    page.reload()
    expect(open_form(page).locator("[name=body]")).to_have_value("")


def test_each_comment_that_is_answered_has_a_draft_of_its_own(page, article, crowd):
    first, second = crowd.comment(article, "One"), crowd.comment(article, "Two")
    page.goto(article.path)
    for comment, text in ((first, "To the first"), (second, "To the second")):
        page.locator(f"#comment-{comment} .reply").click()
        form = page.locator(f"#slot-{comment} #comment-form")
        expect(form.locator("[name=body]")).to_have_value("")
        fill(form, text)
    page.reload()
    for comment, text in ((second, "To the second"), (first, "To the first")):
        page.locator(f"#comment-{comment} .reply").click()
        expect(page.locator(f"#slot-{comment} [name=body]")).to_have_value(text)


def test_a_post_whose_answer_was_lost_is_not_posted_again_after_a_reload(page, article, watch):
    watch.allow("ERR_FAILED|Failed to fetch")
    page.goto(article.path)
    form = open_form(page)
    fill(form, "Said once", "Grace")

    def lose_the_answer(route):
        route.fetch()
        route.abort()

    page.route("**/comments", lose_the_answer)
    form.get_by_role("button", name="Post Comment").click()
    expect(page.locator("#announcer")).to_contain_text("Nothing is lost")
    page.unroute("**/comments")
    page.reload()
    form = open_form(page)
    expect(form.locator("[name=body]")).to_have_value("Said once")
    send(form)
    expect(form.locator("[name=body]")).to_have_value("")
    page.reload()
    expect(page.locator("#thread .comment-body")).to_have_text(["Said once"])


def test_what_is_written_after_all_was_taken_out_is_another_comment(page, article):
    page.goto(article.path)
    fill(open_form(page), "Half a thought", "Grace")
    page.reload()
    form = open_form(page)
    first = form.locator("[name=submission_id]").input_value()
    form.locator("[name=body]").fill("")
    form.locator("[name=body]").fill("A whole one")
    assert form.locator("[name=submission_id]").input_value() != first
    send(form)
    expect(page.locator("#thread .comment-body")).to_have_text(["A whole one"])
