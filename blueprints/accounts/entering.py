"""Coming in: what is known of the browser that does, and the half of the way behind which a second step waits."""

from __future__ import annotations

import base64
import re
import secrets
from urllib.parse import urlsplit

from flask import request, session
from flask_login import login_user

from blueprints.accounts import queries, sessions
from blueprints.accounts.models import BROWSER_LENGTH, Account
from blueprints.accounts.passkeys import Place
from understory import clock, limits, settings
from understory.security import begin_afresh
from understory.templating import absolute
from understory.traces import trace_here

#: How long the second step may take, in seconds: a telephone has to be found.
HALF_SECONDS = 600

#: In this order: most browsers also name those whose kin they are.
_BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrom": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}

_HOST_THAT_IS_AN_ADDRESS = re.compile(r"[0-9.]+|.*:.*")


def enter(account: Account, more: str = "") -> None:
    """Sign this browser in; `more` says by what, where it was more than a password."""
    token = sessions.begin(account, browser_here(), trace_here(), more)
    begin_afresh()
    account.session_token = token
    login_user(account)


def wait_for_second_step(account: Account, target: str) -> None:
    """Remember that the password was right; it opens nothing yet."""
    begin_afresh()
    session["half"] = {"id": account.id, "at": _seconds(), "next": target}


def half_way() -> tuple[Account, str] | None:
    """Whose password was right a short while ago, and where they wanted to go."""
    half = session.get("half")
    if not half or not 0 <= _seconds() - half["at"] <= HALF_SECONDS:
        return None
    account = queries.one(half["id"])
    return (account, half["next"]) if account is not None else None


def slow_down(account: Account) -> None:
    """Count a try of somebody who is known by name already. Raises TooMany."""
    limits.take(settings.current().sign_in_limit, "proof of", str(account.id))


def browser_here() -> str:
    """Who asks, in words in which its owner knows it again: "Firefox on Linux"."""
    agent = request.user_agent.string
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return (f"{browser} on {system}" if system else browser)[:BROWSER_LENGTH]


def place_here() -> Place | None:
    """Where passkeys of this site are good; None where browsers know none: under an address in place of a name."""
    origin = urlsplit(absolute(""))
    host = origin.hostname or ""
    if not host or _HOST_THAT_IS_AN_ADDRESS.fullmatch(host):
        return None
    return Place(host, f"{origin.scheme}://{origin.netloc}", settings.current().site_name)


def new_challenge() -> bytes:
    """What the next passkey has to sign, once."""
    challenge = secrets.token_bytes(32)
    session["challenge"] = {"is": base64.b64encode(challenge).decode(), "at": _seconds()}
    return challenge


def take_challenge() -> bytes:
    """The challenge of the page that was sent, which is good for one try; empty when there is none."""
    challenge = session.pop("challenge", None)
    is_fresh = challenge and 0 <= _seconds() - challenge["at"] <= HALF_SECONDS
    return base64.b64decode(challenge["is"]) if is_fresh else b""


def _seconds() -> int:
    return int(clock.now().timestamp())
