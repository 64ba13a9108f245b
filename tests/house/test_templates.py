"""Rules of the house for templates: what they may hold, and that partials say what they need."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import meta, nodes

FOLDER = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
PARTIALS = [path for path in TEMPLATES if path.name.startswith("_")]
NEEDS = re.compile(r"\{# needs: ([\w, ]+?)(?:;[^#]*)? #\}\n")

#: HTML that understory.sanitize made, under the names that templates know it by.
SANITIZED = {"article.html", "comment.html", "edit.html", "parent.html", "html"}

#: Drawings that a library made of the site's own words and numbers.
DRAWN = {"qr", "chart.svg"}

#: JSON in a block of data, which no browser runs; who writes it leaves no "<" in it.
AS_JSON = {"linked_data"}

#: A form in a page that is the same for everybody holds no token: token.js brings it, or a second press does.
TOKEN_COMES_LATER = {"votes/_votes.html"}

#: What Flask and the features give to every template beside Jinja's globals.
GIVEN = {"request", "session", "g", "current_user"}


def name_of(path: Path) -> str:
    return str(path.relative_to(FOLDER))


every_template = pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
every_partial = pytest.mark.parametrize("path", PARTIALS, ids=name_of)


class Tags(HTMLParser):
    """The tags of a template, with what stands between scripts and the forms around them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], bool]] = []
        self.scripts = ""
        self._forms = 0
        self._in_script = False
        source = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        self.feed(re.sub(r"\{\{.*?\}\}", "x", source, flags=re.DOTALL))
        self.close()

    def handle_starttag(self, tag, attrs):
        self._forms += tag == "form"
        self._in_script = tag == "script" and ("type", "application/ld+json") not in attrs
        self.found.append((tag, {name: value or "" for name, value in attrs}, self._forms > 0))

    def handle_endtag(self, tag):
        self._forms -= tag == "form"
        self._in_script = False

    def handle_data(self, data):
        self.scripts += data.strip() if self._in_script else ""


def needs_of(path: Path) -> set[str]:
    found = NEEDS.match(path.read_text(encoding="utf-8"))
    assert found, f"the first line of {name_of(path)} does not say what it needs"
    return {name.strip() for name in found[1].split(",")} - {"nothing"}


@every_partial
def test_a_partial_says_all_that_it_needs(site, path):
    tree = site.jinja_env.parse(path.read_text(encoding="utf-8"))
    everywhere = set(site.jinja_env.globals) | GIVEN
    with site.test_request_context():
        for process in site.template_context_processors[None]:
            everywhere |= set(process())
    made = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    used = meta.find_undeclared_variables(tree) - everywhere - made
    parts = {part for part in meta.find_referenced_templates(tree) if part and part not in imported(tree)}
    passed_on = set().union(*(needs_of(FOLDER / part) for part in parts)) - made
    assert used | passed_on <= needs_of(path)


def imported(tree: nodes.Template) -> set[str]:
    return {node.template.value for node in tree.find_all(nodes.FromImport)}


@every_template
def test_a_template_holds_no_script_or_style_of_its_own(path):
    tags = Tags(path)
    assert tags.scripts == ""
    for tag, attributes, _ in tags.found:
        assert tag != "style"
        assert tag != "script" or "src" in attributes or attributes.get("type") == "application/ld+json"
        assert not [name for name in attributes if name.startswith(("on", "hx-on")) or name == "style"], (
            tag,
            attributes,
        )
        assert not [value for value in attributes.values() if value.strip().lower().startswith(("javascript:", "js:"))]


@every_template
def test_whatever_htmx_fetches_is_a_link_too(path):
    for tag, attributes, _ in Tags(path).found:
        if "hx-get" in attributes:
            assert tag == "a"
            assert attributes.get("href"), attributes


@every_template
def test_whatever_htmx_posts_is_a_form_too(path):
    for tag, attributes, in_form in Tags(path).found:
        if "hx-post" in attributes:
            assert (tag == "form" and attributes.get("method") == "post" and attributes.get("action")) or (
                tag == "button" and attributes.get("type") == "submit" and (in_form or stands_in_a_form(path))
            ), attributes
        assert not {"hx-put", "hx-patch", "hx-delete"} & set(attributes)


def stands_in_a_form(path: Path) -> bool:
    return "; stands in a form #}" in path.read_text(encoding="utf-8").split("\n", 1)[0]


@every_template
def test_every_form_that_posts_carries_a_token(path):
    source = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b.*?</form>", source, flags=re.DOTALL):
        if 'method="post"' in form:
            # What was sent goes out again as it was, its token included.
            carried = {"csrf_token", "in again", "moderation/_hidden.html", "moderation/_on_desk.html"}
            assert any(part in form for part in carried) or name_of(path) in TOKEN_COMES_LATER


@every_template
def test_only_sanitized_html_and_the_houses_own_words_are_let_through(site, path):
    source = path.read_text(encoding="utf-8")
    for let_through in site.jinja_env.parse(source).find_all(nodes.Filter):
        if let_through.name in ("safe", "forceescape", "tojson", "xmlattr"):
            fine = SANITIZED | DRAWN | AS_JSON if let_through.name == "safe" else set()
            assert isinstance(let_through.node, nodes.Const) or written(let_through.node) in fine
    assert "autoescape" not in source
    assert "Markup" not in source


def written(node: nodes.Expr) -> str:
    """A name, or an attribute of one, as the template writes it."""
    if isinstance(node, nodes.Getattr):
        return f"{written(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


@every_template
def test_nothing_is_loaded_from_elsewhere(path):
    for tag, attributes, _ in Tags(path).found:
        for name in ("src", "srcset", "action", "hx-get", "hx-post", "poster", "data"):
            assert not re.match(r"(https?:)?//", attributes.get(name, "")), attributes
        if tag == "link" and attributes.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            assert attributes["href"] == "x"
