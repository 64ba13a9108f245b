"""Walk b: a moderator signs in, deletes from the desk with a reason, and takes it back in the log."""

from __future__ import annotations

from tests.builders import PASSWORD, Reader, add_account, add_article, add_comment, article, comment, log, within
from tests.reading import page
from understory import serve


def test_from_the_desk_to_the_log_and_back(site, reader):
    slug = add_article(site)
    parent = add_comment(site, slug, "Rude words")
    add_comment(site, slug, "A reply", parent_id=parent)
    add_account(site, "Morag")
    moderator = Reader(site, "203.0.113.50")

    turned_away = moderator.get("/admin/")
    sign_in = page(moderator.follow(turned_away)).one("form")
    entered = moderator.post(sign_in["action"], {**sign_in.fields(), "name": "Morag", "password": PASSWORD})
    desk = page(moderator.follow(entered))

    forms = desk.one(f"#comment-{parent}").all("form")
    delete = next(form for form in forms if form["action"].endswith("/delete"))
    done = moderator.post(delete["action"], {**delete.fields(), "reason": "Against the rules"})
    assert "The comment is deleted." in page(moderator.follow(done)).one(".flash").text

    story = reader.page(f"/articles/{slug}")
    assert story.one(f"#comment-{parent}").words == "A comment that stood here was removed by a moderator."
    assert "A reply" in story.text
    assert "Rude words" not in story.text
    assert story.one("#comment-count").words == "1 comment"
    (entry,) = log(site)
    assert (entry.account_name, entry.act, entry.reason) == ("Morag", "delete", "Against the rules")

    row = moderator.page("/admin/log").one("tbody").one("tr")
    assert "Against the rules" in row.text
    undone = moderator.post(row.one("form")["action"], row.one("form").fields())
    assert undone.status_code == 303
    assert comment(site, parent).state == "visible"
    assert article(site, slug).comment_count == 2
    assert "Rude words" in reader.get(f"/articles/{slug}").text

    moderator.post("/sign-out", {"csrf_token": moderator.token()})
    assert moderator.get("/admin/").status_code == 302


def test_the_first_moderator_comes_in_by_the_link_of_the_first_start(site, reader):
    lines = within(site, lambda: serve.make_ready(site, site.extensions["understory.settings"], "http://a.example"))
    path = next(line for line in lines if "/claim/" in line).rpartition("http://a.example")[2]
    claimed = reader.post(path, {**reader.form(path), "name": "Morag", "password": PASSWORD})
    desk = page(reader.follow(claimed))
    assert "Morag" in desk.text
    assert Reader(site).get(path).status_code == 410
