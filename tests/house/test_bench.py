"""What the measuring says is what was measured."""

from __future__ import annotations

import ast
import json
import re

import pytest

from bench import report
from bench.figures import Figure, flatness, percentile

FILES = sorted(report.HERE.glob("*.py"))


def parts_of_the_runner() -> set[str]:
    tree = ast.parse((report.HERE / "__main__.py").read_text(encoding="utf-8"))
    table = next(node for node in tree.body if isinstance(node, ast.AnnAssign) and node.target.id == "PARTS")
    return {key.value for key in table.value.keys}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_of_the_bench_says_what_it_is_for(path):
    source = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source))
    assert len(source.splitlines()) <= 220


def test_the_readme_shows_the_figures_that_are_kept():
    assert report.tables() in report.README.read_text(encoding="utf-8")


def test_every_part_is_explained_and_its_figures_are_kept():
    explained = set(re.findall(r"^- \*\*(\w+)\*\*:", report.README.read_text(encoding="utf-8"), re.M))
    assert explained == parts_of_the_runner() == report.kept().keys()


def test_kept_figures_hold_no_path_of_the_machine():
    assert not re.search(r"/(home|root|tmp|work)/", json.dumps(report.kept()))


def test_a_figure_is_the_median_of_its_runs_and_is_held_to_its_bar():
    rate = Figure("reads", "/s", [90, 200, 110], bar=100)
    wait = Figure("wait", "ms", [90, 200, 110], bar=100, at_most=True)
    assert rate.median == 110
    assert rate.met
    assert not wait.met
    assert Figure("reads", "/s", [1]).met is None


def test_flatness_compares_medians():
    assert flatness([[1, 10, 11], [20, 20, 90]]) == 0.5


def test_a_percentile_is_a_value_that_was_seen():
    assert percentile(range(1, 101), 99) == 100
    assert percentile([7], 99) == 7
