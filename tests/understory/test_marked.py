"""A document handed over as tokens comes out as one that was printed and read again by an HTML parser."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.understory.nasty import PIECES
from understory import sanitize
from understory.sanitize import article_html, comment_html

#: What an HTML parser takes for space and bleach, where it stands among words, for a character nobody sees.
_SPACE_TO_ONE = re.compile(r"[\x0b\x0c\x1c-\x1f]")

typed = st.lists(st.one_of(st.text(max_size=20), st.sampled_from(PIECES)), max_size=12).map("".join)


def read_again(tools, source):
    """The long way: print, parse as HTML, walk the tree."""
    markdown, cleaner = tools
    return cleaner.clean(markdown.render(source)).strip("\n")


def handed_over(tools, source):
    markdown, cleaner = tools
    return cleaner.written(sanitize.html_tokens(markdown.parse(source), markdown.options["breaks"])).strip("\n")


@given(typed, st.sampled_from(["comment", "article"]))
@example("- a\n  > b\n- \n\n1. c\n\n   d\n", "comment")
@example("``` js x\n<b>&amp;\n```\n\n    four\n", "comment")
@example("a  \nb\\\nc\nd", "article")
@example("| a | b |\n|:-:|---|\n| *c* | `d` |\n", "article")
@example("# a\n\nb\n===\n\n***\n", "article")
@example('[a *b* `c`](<https://example.org/?a=1&b=2> "t")', "comment")
@example("***a** b*\n>\n> - c", "comment")
def test_both_ways_lead_to_the_same(source, kind):
    tools = getattr(sanitize._pipeline, kind)
    assume(not _SPACE_TO_ONE.search(source))
    assume(not any(_nests(block.children or ()) for block in tools[0].parse(source)))
    assert handed_over(tools, source) == read_again(tools, source)


def _nests(tokens):
    depth = deepest = 0
    for token in tokens:
        depth += token.nesting if token.tag == "a" else 0
        deepest = max(deepest, depth)
    return deepest > 1


@pytest.mark.parametrize("render", [comment_html, article_html])
def test_a_link_in_a_link_is_words(render):
    html = render("[see <https://example.org/in> *there*](https://example.org/out) and on")
    assert html.count("<a ") == html.count("</a>") == 1
    assert 'href="https://example.org/out"' in html
    assert "see https://example.org/in <em>there</em></a> and on" in html
