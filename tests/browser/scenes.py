"""Every kind of page and every state of one that a person can come upon, for checks that hold for all of them.

A scene takes a stage, brings a page into a state and gives the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pytest
from playwright.sync_api import Page, expect

from .acts import fill, open_form, send
from .people import Article, Moderator, Person
from .watch import Watch

#: What people do write: a word without a break, two scripts, code wider than a phone, a deep quote.
TEXTS = [
    "A fine *piece*; I would only add that `1 < 2 && 3 > 2`.",
    "Unbreakable" * 20,
    "مرحبا بالعالم، هذا تعليق باللغة العربية مع https://example.org/a/very/long/address/that/goes/on/and/on",
    "```\n" + "a line of code that is wider than any telephone that is sold today " * 2 + "\n```",
    "> a\n>> b\n>>> c\n\n1. one\n2. two\n   - three",
]

#: As a newspaper would print it, and wider than a telephone at the size of a title.
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"

SOURCE = "## A part\n\nA text with [a link](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> Quoted"


@dataclass(frozen=True)
class Stage:
    """Who and what a scene can ask for; what is not asked for is not made."""

    request: pytest.FixtureRequest

    @cached_property
    def page(self) -> Page:
        page: Page = self.request.getfixturevalue("page")
        return page

    @cached_property
    def desk(self) -> Page:
        page: Page = self.request.getfixturevalue("desk_page")
        return page

    @cached_property
    def article(self) -> Article:
        moderator: Moderator = self.request.getfixturevalue("moderator")
        return moderator.article(
            f"About the {LONG_WORD}", SOURCE, author=f"Rosa {LONG_WORD}", summary=f"A {LONG_WORD}."
        )

    @cached_property
    def comments(self) -> list[int]:
        crowd: Person = self.request.getfixturevalue("crowd")
        ids = [crowd.comment(self.article, text, f"Reader {n}") for n, text in enumerate(TEXTS * 2)]
        for level in range(3):
            ids.append(crowd.comment(self.article, f"An answer, {level}", "Replier", parent_id=ids[-1]))
        return ids

    @cached_property
    def moderator(self) -> Moderator:
        moderator: Moderator = self.request.getfixturevalue("moderator")
        return moderator

    def allow_status(self, *statuses: int) -> None:
        watch: Watch = self.request.getfixturevalue("watch")
        watch.allow_status(*statuses)


Scene = Callable[[Stage], Page]


def read(path: str, *, status: int = 200) -> Scene:
    """A page that a reader opens; the path may name the `article` and the id of a `comment` under it."""

    def scene(stage: Stage) -> Page:
        stage.allow_status(status)
        stage.page.goto(
            path.format(article=stage.article.path, comment=stage.comments[4] if "{comment}" in path else 0)
        )
        return stage.page

    return scene


def manage(path: str) -> Scene:
    """A page that a moderator opens."""

    def scene(stage: Stage) -> Page:
        stage.desk.goto(path.format(article=stage.article.path))
        return stage.desk

    return scene


def with_comments(scene: Scene) -> Scene:
    """The same with comments, one of which a moderator has deleted."""

    def with_them(stage: Stage) -> Page:
        stage.moderator.delete(stage.comments[-3], "A reason of some length, which has to fit into a column of the log")
        return scene(stage)

    return with_them


def older_loaded(stage: Stage) -> Page:
    page = with_comments(read("{article}"))(stage)
    page.locator("#older").click()
    expect(page.locator("#thread .comment:focus")).to_be_visible()
    return page


def form_open(stage: Stage) -> Page:
    page = read("{article}")(stage)
    open_form(page)
    return page


def form_with_errors(stage: Stage) -> Page:
    stage.allow_status(422)
    form = form_open(stage).locator("#comment-form")
    form.locator("[name=email]").fill("nowhere")
    send(form)
    expect(form.locator(".error")).to_have_count(3)
    return stage.page


def form_expired(stage: Stage) -> Page:
    stage.allow_status(403)
    form = form_open(stage).locator("#comment-form")
    fill(form, "A text", "Grace")
    stage.page.context.clear_cookies()
    send(form)
    expect(form.get_by_role("alert")).to_be_visible()
    return stage.page


def in_slot(link: str, form: str) -> Scene:
    """A form that a link under the newest comment puts there."""

    def scene(stage: Stage) -> Page:
        comment = f"#comment-{stage.comments[-1]}"
        page = read("{article}")(stage)
        page.locator(f"{comment} {link}").first.click()
        expect(page.locator(f"{comment} .slot {form}")).to_be_visible()
        return page

    return scene


def keyboard_help(stage: Stage) -> Page:
    page = with_comments(read("{article}"))(stage)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    return page


def previewed(stage: Stage) -> Page:
    form = form_open(stage).locator("#comment-form")
    fill(form, "Some **bold** words", "Grace")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator(".previewed")).to_be_visible()
    return stage.page


def posted(stage: Stage) -> Page:
    form = form_open(stage).locator("#comment-form")
    fill(form, "A text", "Grace")
    send(form)
    expect(stage.page.locator("#announcer")).not_to_be_empty()
    return stage.page


def own_in_slot(link: str, form: str) -> Scene:
    """A form that a reader opens under a comment of their own."""

    def scene(stage: Stage) -> Page:
        page = posted(stage)
        page.locator(".comment .act", has_text=link).click()
        expect(page.locator(f".slot {form}")).to_be_visible()
        return page

    return scene


def waiting(stage: Stage) -> Page:
    """A reader's own comment that the rules hold, unfolded after a reload."""
    form = form_open(stage).locator("#comment-form")
    fill(form, "The best online casino, free spins, click here: https://a.example https://b.example", "Grace")
    send(form)
    expect(stage.page.locator("#announcer")).to_contain_text("A moderator will read your comment")
    stage.page.reload()
    stage.page.locator("#waiting summary").click()
    expect(stage.page.locator("#waiting .comment")).to_be_visible()
    return stage.page


def edited(stage: Stage) -> Page:
    """What a moderator sees of a comment that says something else now."""
    one = stage.comments[1]
    stage.desk.goto(f"/admin/comments/{one}/edit")
    stage.desk.locator("[name=body]").fill(f"Other words, with a {LONG_WORD} among them")
    stage.desk.get_by_role("button", name="Save").click()
    expect(stage.desk.locator(".flash")).to_contain_text("The comment is changed")
    stage.desk.goto(f"/admin/comments/{one}/history")
    return stage.desk


def closed(stage: Stage) -> Page:
    page = with_comments(read("{article}"))(stage)
    stage.moderator.close(stage.article)
    page.reload()
    return page


def sign_in_refused(stage: Stage) -> Page:
    page = read("/sign-in", status=422)(stage)
    page.get_by_label("Name").fill("Nobody")
    page.get_by_label("Password").fill("not a password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    return page


def asking_for_a_reason(scene: Scene) -> Scene:
    """A page of comments on which a moderator has pressed 'Delete'."""

    def asked(stage: Stage) -> Page:
        page = with_comments(scene)(stage)
        page.locator("summary", has_text="Delete").first.click()
        return page

    return asked


def desk_opened(stage: Stage) -> Page:
    """The desk, with all that a card and the bar above the cards hold."""
    page = with_comments(manage("/admin/"))(stage)
    page.locator("summary", has_text="More").first.click()
    page.locator("summary", has_text="All that match").click()
    page.locator("summary", has_text="Author, article").click()
    return page


def decided(stage: Stage) -> Page:
    """The desk after two decisions, one of them about many."""
    page = with_comments(manage("/admin/"))(stage)
    card = page.locator(".desk-card").first
    card.locator("[data-key=s]").click()
    expect(card.locator("[data-key=u]")).to_be_visible()
    page.locator(".desk-card [name=ids]").first.check()
    page.locator("#bulk [value=approve]").click()
    expect(page.locator("#batch")).to_contain_text("approved")
    return page


def reason_refused(stage: Stage) -> Page:
    stage.allow_status(422)
    page = asking_for_a_reason(manage("{article}"))(stage)
    form = page.locator(".tools details[open] form")
    form.locator("[name=reason]").fill("x" * 501)
    form.get_by_role("button").click()
    expect(page.locator("#reason-error")).to_be_visible()
    return page


def editor_with_preview(stage: Stage) -> Page:
    page = manage("/admin{article}/edit")(stage)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview table")).to_be_visible()
    return page


def editor_with_errors(stage: Stage) -> Page:
    stage.allow_status(422)
    page = manage("/admin/articles/new")(stage)
    page.get_by_label("Address").fill("Not An Address")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".error")).to_have_count(3)
    return page


def rules_tried(stage: Stage) -> Page:
    page = with_comments(manage("/admin/rules/"))(stage)
    page.get_by_label("Suspect words").fill("unbreakable*\ncode")
    page.get_by_role("button", name="Try on the latest").click()
    expect(page.locator("#trial .outcome")).to_contain_text("would have held")
    return page


def rules_refused(stage: Stage) -> Page:
    stage.allow_status(422)
    page = manage("/admin/rules/")(stage)
    page.get_by_label("Hold comments with more links than").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error")).to_have_count(1)
    return page


def banned(stage: Stage) -> Page:
    page = manage("/admin/bans/new")(stage)
    page.get_by_label("A range of internet addresses").check()
    page.locator("#address").fill("198.51.100.0/24")
    page.get_by_label("Reason").fill("A reason of some length, which has to fit into a column of the log")
    page.get_by_role("button", name="Ban", exact=True).click()
    expect(page.locator("main .notice")).to_contain_text("All bans")
    page.goto("/admin/bans/")
    return page


def ban_refused(stage: Stage) -> Page:
    stage.allow_status(422)
    stage.desk.goto(f"/admin/bans/new?comment={stage.comments[1]}")
    stage.desk.get_by_label("A range of internet addresses").check()
    stage.desk.get_by_role("button", name="Ban", exact=True).click()
    expect(stage.desk.locator(".error")).to_have_count(1)
    return stage.desk


SCENES: dict[str, Scene] = {
    "front": read("/"),
    "article without comments": read("{article}"),
    "article with comments": with_comments(read("{article}")),
    "older comments loaded": older_loaded,
    "older place": with_comments(read("{article}?before=4")),
    "empty place": read("{article}?before=1"),
    "form open": form_open,
    "form with errors": form_with_errors,
    "form expired": form_expired,
    "comment posted": posted,
    "form on its own page": read("{article}/comments/new"),
    "reply on its own page": read("{article}/comments/new?parent_id={comment}"),
    "reply in place": in_slot(".reply", "#comment-form"),
    "report in place": in_slot("a:has-text('Report')", "form"),
    "report on its own page": read("/comments/{comment}/report"),
    "vote on its own page": read("/comments/{comment}/vote"),
    "best first": with_comments(read("{article}?sort=best")),
    "keyboard help": keyboard_help,
    "preview": previewed,
    "edit in place": own_in_slot("Edit", "form"),
    "delete in place": own_in_slot("Delete", "form"),
    "waiting for a moderator": waiting,
    "closed": closed,
    "own comments": read("{article}/comments/yours"),
    "not found": read("/nothing-here", status=404),
    "sign-in": read("/sign-in"),
    "sign-in refused": sign_in_refused,
    "article for a moderator": asking_for_a_reason(manage("{article}")),
    "reason refused": reason_refused,
    "desk": desk_opened,
    "desk with decisions": decided,
    "log": with_comments(manage("/admin/log")),
    "articles": manage("/admin/articles/"),
    "editor with preview": editor_with_preview,
    "editor with errors": editor_with_errors,
    "rules tried": rules_tried,
    "rules refused": rules_refused,
    "edited": edited,
    "bans": banned,
    "ban refused": ban_refused,
}
