"""Two browsers at one conversation: what one does reaches the other, and disturbs nobody."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from .acts import fill, is_same, mark, open_form, send


def posted(page, article, text: str) -> Locator:
    """One's own comment, on the page that has just posted it."""
    page.goto(article.path)
    form = open_form(page)
    fill(form, text, "Grace")
    send(form)
    own = page.locator("#thread .comment").first
    expect(own.locator(".comment-body")).to_have_text(text)
    return own


def test_a_new_comment_is_announced_and_shown_when_asked_for(page, new_context, article, crowd):
    crowd.comment(article, "Here before")
    page.goto(article.path)
    other = new_context().new_page()
    other.goto(article.path)
    form = open_form(page)
    fill(form, "Said *just now*", "Grace")
    send(form)
    shown = other.get_by_role("link", name="Show 1 new comment")
    expect(shown).to_be_visible()
    expect(other.locator("#comment-count")).to_have_text("2 comments")
    expect(other.locator("#thread .comment")).to_have_count(1)
    mark(other)
    shown.click()
    newest = other.locator("#thread .comment").first
    expect(newest).to_contain_text("Said just now")
    expect(newest).to_be_focused()
    expect(shown).to_have_count(0)
    assert is_same(other)
    expect(page.locator("#thread .comment")).to_have_count(2)
    expect(page.locator("#arrivals .comment")).to_have_count(0)


def test_the_announcement_can_be_read_over_what_it_floats_over(page, article, crowd):
    page.goto(article.path)
    crowd.comment(article)
    shown = page.get_by_role("link", name="Show 1 new comment")
    expect(shown).to_be_visible()
    expect(shown).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")


def test_a_reply_comes_in_softly_where_it_belongs(page, article, crowd):
    root = crowd.comment(article, "A root")
    first = crowd.comment(article, "The first answer", parent_id=root)
    page.goto(article.path)
    form = open_form(page)
    form.locator("[name=body]").press_sequentially("Half a thou")
    below = crowd.comment(article, "An answer to that", parent_id=first)
    expect(page.locator(f"#comment-{first} + #comment-{below}")).to_contain_text("An answer to that")
    expect(page.locator(f"#branch-count-{root}")).to_have_text("2 replies")
    expect(form.locator("[name=body]")).to_have_value("Half a thou")
    expect(form.locator("[name=body]")).to_be_focused()


def test_what_comes_in_above_moves_nothing_that_is_being_written(page, article, crowd):
    below, above = crowd.comment(article, "Below"), crowd.comment(article, "Above")
    page.goto(article.path)
    page.locator(f"#comment-{below} .reply").click()
    body = page.locator(f"#slot-{below} [name=body]")
    body.press_sequentially("Half a thou")
    page.locator(f"#comment-{above}").evaluate("one => one.scrollIntoView({ behavior: 'instant' })")
    before = body.bounding_box()["y"]
    reply = crowd.comment(article, "A long answer\n\n" * 20, parent_id=above)
    expect(page.locator(f"#comment-{reply}")).to_contain_text("A long answer")
    assert abs(body.bounding_box()["y"] - before) < 2
    expect(body).to_be_focused()


def test_what_a_moderator_takes_down_goes_from_open_pages(page, article, crowd, moderator):
    gone = crowd.comment(article, "Loud")
    page.goto(article.path)
    expect(page.locator(f"#comment-{gone}")).to_be_visible()
    moderator.delete(gone)
    expect(page.locator(f"#comment-{gone}")).to_have_count(0)
    expect(page.locator("#comment-count")).to_have_text("0 comments")


def test_what_is_being_written_outlives_what_it_answers(page, article, crowd, moderator):
    root = crowd.comment(article, "A root")
    gone = crowd.comment(article, "Loud", parent_id=root)
    page.goto(article.path)
    page.locator(f"#comment-{gone} .reply").click()
    form = page.locator("#comment-form")
    form.locator("[name=body]").press_sequentially("Half a thought")
    moderator.delete(gone)
    expect(page.locator(f"#comment-{gone}")).to_have_count(0)
    expect(form.get_by_role("status")).to_contain_text("Your text stays here")
    expect(form.get_by_text("Loud")).to_have_count(0)
    expect(form.get_by_role("button", name="Post Comment")).to_have_count(0)
    expect(form.locator("[name=body]")).to_be_focused()
    page.keyboard.type(" more")
    expect(form.locator("[name=body]")).to_have_value("Half a thought more")


def test_nothing_takes_the_place_of_a_change_that_is_not_saved(page, article):
    own = posted(page, article, "A thought")
    own.get_by_role("link", name="Edit").click()
    body = page.locator("#edit-form [name=body]")
    body.fill("A better thought")
    own.locator(".reply").click()
    expect(body).to_be_focused()
    expect(body).to_have_value("A better thought")
    body.fill("A thought")
    own.locator(".reply").click()
    expect(own.locator("#comment-form")).to_be_visible()


def test_who_deletes_in_place_is_told_and_goes_on_from_there(page, article):
    posted(page, article, "First")
    own = posted(page, article, "Second")
    own.get_by_role("link", name="Delete").click()
    own.get_by_role("button", name="Delete it").click()
    expect(page.locator("#thread .comment")).to_have_count(1)
    expect(page.locator("#announcer")).to_have_text("Your comment is deleted.")
    expect(page.locator("#thread .comment")).to_be_focused()


def test_a_long_text_in_any_script_is_edited_in_place(page, article, crowd):
    own = posted(page, article, "木" * 9000)
    own.get_by_role("link", name="Edit").click()
    edit = page.locator("#edit-form")
    edit.locator("[name=body]").fill("林" * 9000)
    edit.get_by_role("button", name="Save").click()
    expect(own.locator(".comment-body")).to_have_text("林" * 9000)


def test_what_is_deleted_goes_from_the_page_of_one_s_own_too(page, article, crowd):
    page.goto(article.path)
    root = crowd.comment(article, "A root")
    for slot in (None, root):
        page.goto(article.path)
        if slot:
            page.locator(f"#comment-{slot} .reply").click()
        form = page.locator("#comment-form") if slot else open_form(page)
        fill(form, f"Mine under {slot}", "Grace")
        send(form)
        expect(page.locator(".comment-body", has_text=f"Mine under {slot}")).to_have_count(1)
    page.goto(f"{article.path}/comments/yours")
    for left in (1, 0):
        page.get_by_role("link", name="Delete").first.click()
        page.get_by_role("button", name="Delete it").click()
        expect(page.locator(".comment")).to_have_count(left)
    expect(page.locator("form.comment-form")).to_have_count(0)


def test_a_reply_is_written_under_what_it_answers(page, article, crowd):
    root = crowd.comment(article, "A question")
    page.goto(article.path)
    mark(page)
    page.locator(f"#comment-{root} .reply").click()
    form = page.locator(f"#slot-{root} #comment-form")
    fill(form, "An answer", "Grace")
    send(form)
    answer = page.locator(f"#replies-{root} .comment")
    expect(answer).to_contain_text("An answer")
    expect(answer).to_be_focused()
    expect(form).to_have_count(0)
    assert is_same(page)


def test_a_vote_counts_in_place_and_on_other_pages(page, new_context, article, crowd):
    one = crowd.comment(article, "Vote for me")
    page.goto(article.path)
    other = new_context().new_page()
    other.goto(article.path)
    page.locator(f"#up-{one}").click()
    expect(page.locator(f"#up-{one}")).to_have_attribute("aria-pressed", "true")
    expect(other.locator(f"#up-count-{one}")).to_have_text("1")
    page.locator(f"#up-{one}").click()
    expect(page.locator(f"#up-{one}")).to_have_attribute("aria-pressed", "false")
    expect(other.locator(f"#up-count-{one}")).to_have_text("0")


def test_a_draft_comes_back_after_a_reload(page, article):
    page.goto(article.path)
    open_form(page).locator("[name=body]").press_sequentially("Not lost")
    page.reload()
    form = open_form(page)
    expect(form.locator("[name=body]")).to_have_value("Not lost")
    expect(form.locator(".draft-note")).to_have_text("Draft restored.")
    fill(form, "Not lost", "Grace")
    send(form)
    expect(page.locator("#thread .comment")).to_contain_text("Not lost")
    page.reload()
    expect(open_form(page).locator("[name=body]")).to_have_value("")


def test_a_preview_is_what_others_would_see_and_posts_nothing(page, article):
    page.goto(article.path)
    form = open_form(page)
    fill(form, "Some **bold** words", "Grace")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator(".previewed strong")).to_have_text("bold")
    expect(form.locator("[name=body]")).to_be_hidden()
    form.get_by_role("button", name="Write").click()
    expect(form.locator("[name=body]")).to_be_focused()
    expect(page.locator("#comment-count")).to_have_text("0 comments")


def test_an_author_edits_in_place(page, article):
    comment = posted(page, article, "As first written")
    comment.get_by_role("link", name="Edit").click()
    page.locator("#edit-form [name=body]").fill("As meant")
    # The event may show the change before the answer does; a reload meanwhile would cut the answer off.
    with page.expect_response(lambda response: response.request.method == "POST") as saved:
        page.locator("#edit-form").get_by_role("button", name="Save").click()
    saved.value.finished()
    expect(comment.locator(".comment-body").first).to_have_text("As meant")
    expect(comment.locator(".edited")).to_have_text("edited")
    page.reload()
    expect(comment.get_by_role("link", name="Delete")).to_be_visible()


def test_keys_move_through_the_comments(page, article, crowd):
    ids = crowd.comments(article, 3)
    page.goto(article.path)
    for expected in (ids[2], ids[1]):
        page.keyboard.press("j")
        expect(page.locator(f"#comment-{expected}")).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(f"#comment-{ids[2]}")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Use single keys on this device").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.locator(f"#comment-{ids[2]}")).to_be_focused()
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#keys-help").click()
    page.get_by_label("Use single keys on this device").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(f"#comment-{ids[2]}")).to_be_focused()


def test_a_comment_that_was_deleted_and_restored_comes_back_to_the_page_that_posted_it(page, article, crowd, moderator):
    crowd.comment(article, "Here before")
    page.goto(article.path)
    form = open_form(page)
    fill(form, "Taken down by mistake", "Grace")
    send(form)
    own = page.locator("#thread .comment", has_text="Taken down by mistake")
    expect(own).to_be_visible()
    number = int(own.get_attribute("id").rpartition("-")[2])
    moderator.delete(number)
    expect(own).to_have_count(0)
    moderator.restore(number)
    page.get_by_role("link", name="Show 1 new comment").click()
    expect(own).to_be_visible()
