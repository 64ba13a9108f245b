"""Migrations are written so that the version before goes on with them: they add; what is no longer used goes later."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

VERSIONS = Path(__file__).resolve().parents[2] / "understory" / "migrations" / "versions"

#: The first that had to: those before were made when no site was in service.
FROM = "0008"

TAKES_AWAY = {"drop_column", "drop_table", "rename_table", "drop_constraint"}

#: A migration that takes something away says by this name which revision left it unused.
NAMED = "LEFT_UNUSED_BY"


def faults_of(source: str) -> list[str]:
    """What a running site of the version before would trip over."""
    tree = ast.parse(source)
    may_take_away = any(isinstance(node, ast.Assign) and node.targets[0].id == NAMED for node in tree.body)
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    # Columns of a table that is new harm nobody.
    new = {inner for call in ast.walk(upgrade) if is_call(call, "create_table") for inner in ast.walk(call)}
    return [fault for call in ast.walk(upgrade) if call not in new and (fault := fault_of(call, may_take_away))]


def is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def fault_of(call: ast.AST, may_take_away: bool) -> str | None:
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if call.func.attr in TAKES_AWAY and not may_take_away:
        return f"{call.func.attr} without {NAMED}"
    if call.func.attr == "alter_column" and ("new_column_name" in given or "type_" in given):
        return "a column is changed under a running site"
    if call.func.attr == "Column" and is_false(given.get("nullable")) and "server_default" not in given:
        return "a column that has to be filled, without what fills it"
    return None


def is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


@pytest.mark.parametrize("path", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.name)
def test_a_migration_leaves_the_version_before_at_work(path):
    if path.name >= FROM:
        assert faults_of(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        ('op.drop_column("comments", "mood")', "drop_column without LEFT_UNUSED_BY"),
        ('op.rename_table("comments", "remarks")', "rename_table without LEFT_UNUSED_BY"),
        ('op.alter_column("comments", "body", new_column_name="text")', "a column is changed under a running site"),
        (
            'op.add_column("comments", sa.Column("mood", sa.Text(), nullable=False))',
            "a column that has to be filled, without what fills it",
        ),
    ],
)
def test_what_would_break_a_running_site_is_found(act, fault):
    assert faults_of(f"def upgrade():\n    {act}\n") == [fault]


def test_what_is_no_longer_used_may_go():
    assert faults_of('LEFT_UNUSED_BY = "0009"\n\n\ndef upgrade():\n    op.drop_column("comments", "mood")\n') == []
