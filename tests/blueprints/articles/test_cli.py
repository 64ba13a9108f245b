"""`flask articles add`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from tests.builders import add_comment, article
from tests.reading import page

SEED = Path(__file__).resolve().parents[2] / "data" / "article.txt"
SLUG = "russia-removes-taliban-from-terrorist-list-opening-new-chapter-in-afghan-diplomacy"


@pytest.fixture
def run(site):
    def add(*given: object) -> Result:
        return site.test_cli_runner().invoke(args=["articles", "add", *(str(part) for part in given)])

    return add


def test_the_seed_is_added_and_read_as_the_site_draws_it(site, run, reader):
    result = run(SEED)
    assert result.exit_code == 0
    assert result.output == f"added: {SLUG} ({article(site, SLUG).title})\n"
    story = page(reader.get(f"/articles/{SLUG}"))
    assert len(story.one(".prose").all("p")) == 9
    assert story.one("#post-a-comment").text == "Post a Comment"
    assert "Post a Comment" not in story.one(".prose").text


def test_a_second_run_changes_nothing(site, run):
    run(SEED)
    result = run(SEED)
    assert (result.exit_code, result.output.split(":")[0]) == (0, "unchanged")
    assert article(site, SLUG).version == 1


@pytest.mark.parametrize("author", ["x" * 101, "a\udcff", "a\x1bb"])
def test_an_author_that_does_not_do_is_refused(run, author):
    result = run("--author", author, SEED)
    assert result.exit_code == 2
    assert "1 to 100 printable characters" in result.stderr


def test_an_edited_file_updates_its_article_and_keeps_the_conversation(site, run, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("Title\n\nText")
    run(file)
    add_comment(site, "title")
    file.write_text("Title\n\nOther")
    assert run(file).output == "updated: title (Title)\n"
    assert (article(site, "title").html, article(site, "title").comment_count) == ("<p>Other</p>", 1)


def test_what_cannot_be_added_is_told_and_the_rest_is_added(site, run, tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.md"
    good.write_text("Good\n\nText")
    bad.write_text("---\ntitle: Bad\ndate: soon\n---\nText")
    result = run(bad, good, tmp_path / "none.txt")
    assert result.exit_code == 1
    assert result.stdout == "added: good (Good)\n"
    assert result.stderr.splitlines() == [
        f"not added: {bad}, line 3: date: not a date such as 2026-11-23 or 2026-11-23T14:05:00Z",
        f"not added: {tmp_path / 'none.txt'}: No such file or directory",
    ]


def test_author_and_date_are_for_files_that_name_none(site, run, tmp_path):
    plain, marked = tmp_path / "plain.txt", tmp_path / "marked.md"
    plain.write_text("Plain\n\nText")
    marked.write_text("---\ntitle: Marked\nauthor: Grace\ndate: 2025-01-01\n---\nText")
    assert run(plain, marked, "--author", "Ada", "--date", "2024-02-29T12:30").exit_code == 0
    assert (article(site, "plain").author, article(site, "plain").published_at) == (
        "Ada",
        datetime(2024, 2, 29, 12, 30, tzinfo=UTC),
    )
    assert (article(site, "marked").author, article(site, "marked").published_at) == (
        "Grace",
        datetime(2025, 1, 1, tzinfo=UTC),
    )


def test_without_a_file_it_says_how_it_is_used(run):
    result = run()
    assert result.exit_code == 2
    assert "Missing argument 'FILE...'" in result.stderr


def test_two_titles_that_chance_gave_one_address_do_not_take_each_other_s_place(site, run, tmp_path):
    (tmp_path / "one.txt").write_text("What now?\n\nThe first.\n")
    (tmp_path / "two.txt").write_text("What, now!\n\nThe second.\n")
    (tmp_path / "three.md").write_text("---\ntitle: What, now!\nslug: what-now\n---\n\nMeant so.\n")
    assert run(tmp_path / "one.txt").exit_code == 0
    refused = run(tmp_path / "two.txt")
    assert refused.exit_code == 1
    assert "two.txt: 'What now?' has the address what-now already; name a slug" in refused.output
    assert article(site, "what-now").source == "The first."
    assert run(tmp_path / "three.md").output == "updated: what-now (What, now!)\n"
