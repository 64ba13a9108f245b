"""What a browser complains about while a test runs. Anything that the test did not announce fails it."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

#: Some breaches of the Content-Security-Policy are told to the page only, not to the console.
_REPORT_BREACHES = """
document.addEventListener("securitypolicyviolation", (breach) => {
  console.error(`CSP: ${breach.violatedDirective} ${breach.blockedURI} ${breach.sourceFile}:${breach.lineNumber}`);
});
"""

#: What may still be on its way when its page is left.
_LEFT_BEHIND = r"/static/(favicon|more)\.|/yours/marks$"

#: A stream ends when its page is left or its server stops, and a browser says so.
_STREAM = r"/live(\?|$)"


class Watch:
    """Listens to every page of every context that it was shown."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._contexts: list[BrowserContext] = []
        self._allowed: list[re.Pattern[str]] = []

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(_REPORT_BREACHES)
        context.on("console", self._console)
        context.on("weberror", self._page_error)
        context.on("requestfailed", self._request_failed)
        self._contexts.append(context)

    def allow_status(self, *statuses: int) -> None:
        """Browsers log every answer of 400 and more: these are what the test provokes."""
        numbers = "|".join(str(status) for status in statuses)
        self._allowed.append(re.compile(rf"console error: Failed to load resource: .* status of ({numbers}) "))

    def allow(self, pattern: str) -> None:
        """A complaint that the test provokes."""
        self._allowed.append(re.compile(pattern))

    def unannounced(self) -> list[str]:
        """What nobody announced. One call to each browser lets what is on its way arrive first."""
        for context in self._contexts:
            context.cookies()
        return [line for line in self.complaints if not any(known.search(line) for known in self._allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        if re.search(_STREAM, message.location["url"]):
            return
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def _page_error(self, error: WebError) -> None:
        self.complaints.append(f"page error: {error.error}")

    def _request_failed(self, request: Request) -> None:
        if request.failure == "net::ERR_ABORTED" and re.search(_LEFT_BEHIND, request.url):
            return
        if re.search(_STREAM, request.url):
            return
        self.complaints.append(f"request failed: {request.method} {request.url}: {request.failure}")
