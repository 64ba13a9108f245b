"""Asks a service that speaks Akismet's protocol, where an operator has set a key. Off by default.

It is asked of comments that nothing else held, and its word can only hold: without an answer in time the comment
goes where it would have gone. See https://akismet.com/developers/detailed-docs/comment-check/.
"""

from __future__ import annotations

import http.client
import logging
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from blueprints.spam.banning import Sender
from blueprints.spam.rules import Outcome, Verdict
from blueprints.spam.signs import Text
from understory import settings

#: Whoever posts waits for it.
PATIENCE_SECONDS = 2

_log = logging.getLogger(__name__)


def asked(verdict: Verdict, text: Text, sender: Sender) -> Verdict:
    """The verdict with the service's word; unchanged without a key, an answer, or a bad word."""
    chosen = settings.current()
    if not chosen.akismet_key:
        return verdict
    sent = {
        "api_key": chosen.akismet_key,
        "blog": chosen.base_url,
        "user_ip": sender.address,
        "user_agent": sender.browser,
        "comment_type": "comment",
        "comment_author": text.author,
        "comment_author_email": text.email or "",
        "comment_content": text.html,
        "blog_charset": "UTF-8",
    }
    says, is_blatant = _answer(f"{chosen.akismet_url}/comment-check", sent)
    if says != "true":
        return verdict
    return verdict.and_also(Outcome.SPAM if is_blatant else Outcome.PENDING, "Akismet calls it spam")


def _answer(address: str, sent: dict[str, str]) -> tuple[str, bool]:
    """What the service says, and whether it advises to throw the comment away; "" when it cannot be heard."""
    request = Request(address, urlencode(sent).encode())  # noqa: S310  # settings take http and https only
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  # as above
            says = answer.read(16).decode("ascii", "replace").strip()
            is_blatant = answer.headers.get("X-akismet-pro-tip") == "discard"
    except (URLError, OSError, http.client.HTTPException) as error:
        _log.warning("the Akismet service cannot be asked: %s", error)
        return "", False
    if says not in ("true", "false"):
        _log.warning("the Akismet service answers %r: is the key right?", says)
    return says, is_blatant
