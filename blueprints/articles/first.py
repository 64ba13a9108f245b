"""The articles that an empty site starts with, so that it is alive when first opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from blueprints.articles import files, operations
from blueprints.articles.models import Article
from understory.db import db

FOLDER = Path(__file__).parent / "first_articles"


def bring(_address: str) -> str | None:
    """Add the first articles to a site that has none."""
    if db.session.scalar(select(Article.id).limit(1)) is not None:
        return None
    paths = sorted(FOLDER.glob("*.md"))
    for path in paths:
        operations.save(files.read(path))
    return f"{len(paths)} articles were added to begin with"
