"""Rules of the house for code and files."""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(path for folder in ("understory", "blueprints") for path in (ROOT / folder).rglob("*.py"))
CODE = [path for path in [ROOT / "app.py", *CODE] if "migrations" not in path.parts]
FEATURES = sorted(path.name for path in (ROOT / "blueprints").iterdir() if (path / "models.py").exists())

#: The rooms that write tables, beside the floor.
OPERATIONS = {"operations", "authoring", "placement", "erasing", "forgetting", "rewriting", "soundness"}
OPERATIONS |= {
    "submissions",
    "conversations",
    "sessions",
    "factors",
    "passkeys",
    "invites",
    "record",
    "unsent",
    "journal",
    "undoing",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls_in(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def imports_of(path: Path) -> set[str]:
    """The packages that a module imports, by the first part of their names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("feature", FEATURES)
def test_every_feature_is_held_by_the_contracts(feature):
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"blueprints.{feature}"' in contracts
    assert f"blueprints.{feature}.operations" in contracts


def test_only_one_place_commits():
    """But the driver's own commit, which stands where it is handed to a thread."""
    assert {name_of(path) for path in CODE if "commit" in map(called, calls_in(path))} == {"understory/db.py"}
    assert {name_of(path) for path in CODE if "driver.commit" in path.read_text()} == {"understory/together.py"}


def test_a_table_is_written_by_the_operations_of_its_feature():
    writing = {"insert", "update", "delete", "add", "add_all", "merge", "bulk_save_objects", "exec_driver_sql"}
    for path in CODE:
        if path.stem in OPERATIONS or path.parts[-2] == "understory":
            continue
        sqlalchemy = "from sqlalchemy import" in path.read_text(encoding="utf-8")
        wrote = {called(call) for call in calls_in(path)} & writing
        assert not (sqlalchemy and wrote), f"{name_of(path)}: {wrote}"


def test_only_one_file_knows_bleach_and_two_know_markdown():
    assert {name_of(path) for path in CODE if "bleach" in imports_of(path)} == {"understory/sanitize.py"}
    assert {name_of(path) for path in CODE if "markdown_it" in imports_of(path)} == {
        "understory/sanitize.py",
        "understory/marked.py",
    }


def test_nothing_is_marked_safe_in_code():
    """But what a template has put out: the stencils fill that again, and escape what they put in."""
    for path in (path for path in CODE if name_of(path) != "understory/stencils.py"):
        assert "markupsafe" not in imports_of(path), name_of(path)
        assert not {"Markup", "render_template_string"} & set(map(called, calls_in(path))), name_of(path)


def test_the_time_is_asked_for_in_one_place():
    asking = {"now", "utcnow", "today"}
    for path in CODE:
        if name_of(path) != "understory/clock.py":
            for call in calls_in(path):
                owner = call.func.value if isinstance(call.func, ast.Attribute) else None
                is_clock = isinstance(owner, ast.Name) and owner.id == "clock"
                assert called(call) not in asking or is_clock, name_of(path)


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_every_file_says_what_it_is_for(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 220


@pytest.mark.parametrize("sums", sorted((ROOT / "static" / "vendor").glob("*.sha256")), ids=name_of)
def test_vendored_files_are_what_they_were(sums):
    for line in sums.read_text(encoding="utf-8").splitlines():
        wanted, name = line.split()
        assert hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() == wanted


def test_every_vendored_script_has_its_checksum_and_its_licence():
    folder = ROOT / "static" / "vendor"
    summed = {
        line.split()[1] for sums in folder.glob("*.sha256") for line in sums.read_text(encoding="utf-8").splitlines()
    }
    scripts = {path.name for path in folder.iterdir() if path.suffix in (".js", ".css")}
    assert scripts
    assert scripts <= summed
    licences = {path.stem for path in folder.glob("*.LICENSE")}
    for script in scripts:
        assert any(script.startswith(f"{licence}.") for licence in licences)


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").glob("*.js")), ids=name_of)
def test_a_script_is_small_and_leaves_requests_and_markup_to_the_library(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 60
    assert not re.search(r"XMLHttpRequest|\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write", source)
    # The library would queue the page of a second press of Back behind the first, and drop that of a third.
    assert ("fetch(" in source) == (path.name == "back.js")


def test_the_style_sheet_loads_nothing():
    for path in (ROOT / "static").rglob("*.css"):
        source = path.read_text(encoding="utf-8")
        assert "@import" not in source
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", source)


def test_the_seed_is_kept_to_the_letter():
    seed = (ROOT / "tests" / "data" / "article.txt").read_bytes()
    assert hashlib.sha256(seed).hexdigest() == "9b7e34307162793af1776a947262065c1954149a5957ea85f4f9713bf1e14b57"
