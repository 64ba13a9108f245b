"""Stencils: a filled one is what the template would have given, and a shape never depends on what it leaves open."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import render_template
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from blueprints.articles import queries
from blueprints.comments import threads
from blueprints.comments.places import Asked
from tests.builders import add_article, add_comment, within
from understory.stencils import Filters, Hole, Stencil

FILTERS = Filters(loud=str.upper)
TEMPLATE = (
    '<b id="c-{{ row.id }}" title="{{ row.name }}">100 % {{ row.name | loud }} {{ row.html | safe }} {{ row.id }}</b>'
)


@pytest.fixture(scope="module")
def partial():
    environment = Environment(autoescape=True)
    environment.filters.update(FILTERS.for_templates())
    return environment.from_string(TEMPLATE)


@given(number=st.integers(0, 10**9), name=st.text(), html=st.sampled_from(["<i>x</i>", "%s %(id)s {}", ""]))
def test_it_gives_what_the_template_gives(partial, number, name, html):
    holes = SimpleNamespace(id=Hole("id"), name=Hole("name"), html=Hole("html"))
    row = SimpleNamespace(id=number, name=name, html=html)
    assert Stencil(partial.render(row=holes), FILTERS).fill(row) == partial.render(row=row)


@pytest.mark.parametrize("condition", ["name", "name == 'x'", "name != 'x'", "name in ['x']", "not name"])
def test_a_shape_that_depends_on_an_open_value_is_an_error(condition):
    template = Environment(autoescape=True).from_string("{% if " + condition + " %}a{% endif %}")
    with pytest.raises(TypeError, match="depends on name"):
        template.render(name=Hole("name"))


def test_one_may_ask_whether_an_optional_value_is_there():
    assert Environment(autoescape=True).from_string("{{ 'a' if name }}").render(name=Hole("name", is_there=True)) == "a"


@pytest.mark.parametrize("author", ["Ada", "<script>alert(1)</script>", 'a" onclick="b', "%s %(author)s {0}", "محمد"])
def test_a_comment_in_a_thread_is_what_its_partial_gives(site, author):
    slug = add_article(site)
    root = add_comment(site, slug, "A *thought* & <more>.", author=author)
    add_comment(site, slug, "An answer.", author=author, parent_id=root)

    def cards() -> list[tuple[str, str]]:
        article = queries.published(slug)
        (group,) = threads.page(article.id, Asked(), 20).groups
        card = site.jinja_env.globals["comment_card"]
        return [
            (card(one, slug, focus), render_template("comments/_comment.html", comment=one, slug=slug, focus=focus))
            for one in (group.root, *group.replies)
            for focus in (False, True, False)
        ]

    with site.test_request_context():
        for filled, rendered in within(site, cards):
            assert filled == rendered
