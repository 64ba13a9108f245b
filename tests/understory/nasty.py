"""Pieces of text that parsers and people trip over, and an alarm for work without end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

PIECES = [
    *("<", ">", "</", "/>", "<p>", "</p>", "<br>", "</code>", "</blockquote>", "<a href=", "</a>"),
    *("<script>", "</script>", "<style>", "<textarea>", "<plaintext>", "<noscript>", "<template>", "<math><mtext>"),
    *("<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<hx-partial hx-target=#thread>", "<HX-partial>"),
    *("<!--", "-->", "--!>", "<![CDATA[", "]]>", "<!doctype", "<?", "?>", "<\n", "<a\nhref"),
    *("&", "&amp;", "&lt;", "&#60;", "&#x3c;", "&#0;", "&#x110000;", "&colon;", "&NewLine;", "&Tab;", "&lt", "&quot;"),
    *("javascript:alert(1)", "JaVaScRiPt:", "java\tscript:", "data:text/html,<b>", "vbscript:", "ftp://a.example/"),
    *(
        "http://",
        "https://example.org/",
        "http://a!",
        "//evil.example",
        "www.example.org",
        "mailto:",
        "ada@example.org",
    ),
    *("example.com:8000", "http://user:pass@", "@evil.example", "http://[::1]/", "%0a", "%3c", "http://例え.jp/"),
    *("[", "]", "](", "(", ")", "![", "[x](", "[x]: ", "]: http://a.example '", "<http://", "[x](<", "> 'y')"),
    *("`", "``", "```\n", "~~~\n", "*", "**", "_", "__", "~~", '"', "'", "\\", "\\\n", "\\<"),
    *(
        "\n",
        "\n\n",
        "  \n",
        "\r",
        "    ",
        "\t",
        "> ",
        "- ",
        "+ ",
        "1. ",
        "999999999. ",
        "# ",
        "\n---\n",
        "\n===\n",
        "|",
    ),
    *("|-|\n", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\u00a0", "\x7f", "\x85", "\x0c", "\ufffe"),
    *("مرحبا", "😀", "e\u0301", "hx-get=/", " onclick=alert(1)", " style=x", "{{ 7 * 7 }}", "{% raw %}", "word "),
]


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Ends work that would never end, counted in this process's own time.

    It is no measure of speed: the work should take a hundredth of it.
    """

    def ring(_signal: int, _frame: object) -> None:
        raise AssertionError(f"still at work after {seconds} seconds")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
