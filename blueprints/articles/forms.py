"""What a moderator fills in to write an article."""

from __future__ import annotations

from datetime import UTC, datetime

from wtforms import DateTimeLocalField, HiddenField, StringField, TextAreaField
from wtforms.validators import Optional, Regexp

from blueprints.articles import files
from blueprints.articles.models import AUTHOR_LENGTH, SLUG_LENGTH, SOURCE_LENGTH, SUMMARY_LENGTH, TITLE_LENGTH
from blueprints.articles.operations import Draft
from understory.forms import AtMost, Filled, Form, no_controls, one_line, unix_lines


class ArticleForm(Form):
    title = StringField(
        "Title", [Filled("An article needs a title."), AtMost(TITLE_LENGTH), no_controls], filters=[one_line]
    )
    slug = StringField(
        "Address",
        [
            Optional(),
            AtMost(SLUG_LENGTH),
            Regexp(rf"^{files.SLUG.pattern}$", message="Only a-z, 0-9 and single hyphens between them."),
        ],
        filters=[one_line],
        description="The last part of its link. Left empty, it is made from the title.",
    )
    author = StringField("Author", [AtMost(AUTHOR_LENGTH), no_controls], filters=[one_line])
    published_at = DateTimeLocalField(
        "Date (UTC)",
        [Optional()],
        format=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"],
        render_kw={"step": 1},
        description="Left empty, it is now.",
    )
    summary = StringField(
        "Summary",
        [AtMost(SUMMARY_LENGTH), no_controls],
        filters=[one_line],
        description="One or two sentences for the front page and for search engines.",
    )
    source = TextAreaField(
        "Text",
        [Filled("An article needs a text."), AtMost(SOURCE_LENGTH), no_controls],
        filters=[unix_lines],
        description="Markdown: paragraphs between blank lines, ## headings, **bold**, [links](https://…), tables.",
    )

    seen = HiddenField()

    def draft(self) -> Draft:
        """The article as filled in."""
        return Draft(
            title=self.title.data or "",
            slug=self.slug.data or "",
            author=self.author.data or "",
            summary=self.summary.data or "",
            source=self.source.data or "",
            published_at=_in_utc(self.published_at.data),
        )


class ActForm(Form):
    """A button: nothing but the token."""


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
