"""The HTML of a text that holds no Markdown, no address and nothing that HTML would read: most comments are such. Pure.

What it gives is what the long way gives, which parses, judges and prints a text a character of which could matter;
a text is left to that as soon as one could.
"""

from __future__ import annotations

import re

#: Characters that can begin something in Markdown or HTML, and what a typed address begins with.
_COULD_MATTER = re.compile(r"[\\`*_\[\]<>&~|{}^@#]|://|www\.", re.IGNORECASE)

#: Letters, digits, what stands between them in a sentence, and emoji.
_IN_A_LINE = "\\w.,;:?!'\"()/%+=$€£«»\u2013\u2014\u2018-\u201e\u2026\u0300-\u036f\ufe0f\U0001f300-\U0001faff-"

#: A line that begins with a letter, which no list, quote or code does, and ends with no space, which would break it.
_LINE = rf"[\"'\u2018\u201c\u201e«(]?[^\W\d_](?:[{_IN_A_LINE} ]*[{_IN_A_LINE}])?"

_LINES = re.compile(rf"{_LINE}(?:\n+{_LINE})*")
_BETWEEN = re.compile(r"\n\n+")


def plain_html(source: str) -> str | None:
    """Paragraphs with their line breaks; None for a text that is not as plain as that."""
    if _COULD_MATTER.search(source) is not None or _LINES.fullmatch(source) is None:
        return None
    text = source.replace('"', "&quot;")
    if "\n" not in text:
        return f"<p>{text}</p>"
    paragraphs = [paragraph.replace("\n", "<br>\n") for paragraph in _BETWEEN.split(text)]
    return "\n".join([f"<p>{paragraph}</p>" for paragraph in paragraphs])
