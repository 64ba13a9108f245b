"""How moderators come in: by the link that the first start prints, and by signing in. And what waits for them."""

from __future__ import annotations

from playwright.sync_api import expect

from .acts import fill, open_form, send
from .people import MODERATOR, PASSWORD


def claim(page, name, password):
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Make the account").click()


def test_the_link_that_the_first_start_prints_makes_one_account(page, tmp_path, serve, watch):
    watch.allow_status(410, 422)
    with serve(tmp_path) as fresh:
        page.goto(fresh.claim_link)
        claim(page, "Ada", "short")
        expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_label("Password")).to_be_focused()
        expect(page.get_by_label("Name")).to_have_value("Ada")
        claim(page, "Ada", PASSWORD)
        page.wait_for_url(f"{fresh.address}/admin/")
        assert page.goto(fresh.claim_link).status == 410


def test_signing_in_leads_to_where_one_wanted_to_go_and_signing_out_ends_it(page, watch):
    watch.allow_status(422)
    page.goto("/admin/log")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.get_by_label("Name").fill(MODERATOR)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Name")).to_have_value(MODERATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("/admin/log")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("/")
    page.goto("/admin/log")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_a_comment_that_waits_for_a_moderator_is_approved_in_place(page, new_context, tmp_path, serve):
    desk = new_context().new_page()
    with serve(tmp_path, premoderate="on") as fresh:
        page.goto(f"{fresh.address}/articles/welcome-to-understory")
        form = open_form(page)
        fill(form, "May I?", "Grace")
        send(form)
        expect(page.locator("#announcer")).to_contain_text("A moderator will read your comment")
        expect(form.locator("[name=body]")).to_have_value("")
        expect(form.locator("[name=body]")).to_be_focused()
        expect(page.locator("#thread .comment")).to_have_count(0)

        desk.goto(fresh.claim_link)
        claim(desk, "Ada", PASSWORD)
        desk.locator(".desk-card [data-key=a]").click()
        expect(desk.locator("#announcer")).to_contain_text("The comment is on the site.")
        page.reload()
        expect(page.locator("#thread .comment-body")).to_have_text("May I?")
        # An open desk asks for news every few seconds, of a site that is gone in a moment.
        desk.close()
