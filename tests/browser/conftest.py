"""One server and one browser a session. Each test has its own article, cookies and watch over complaints."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.postgresql import postgresql
from tests.served import PER_PAGE, serving

from .people import MODERATOR, PASSWORD, Moderator, Person
from .watch import Watch

#: Two workers on two busy cores answer late now and then; what is met at once waits for nothing.
PATIENCE_MS = 15_000

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, browser_type):
    """Playwright's own Chromium where it is installed, else the system's; nothing is fetched behind a test's back."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    arguments += ["--disable-component-update", "--disable-sync", "--no-first-run"]
    chosen = {**browser_type_launch_args, "args": arguments}
    if not Path(browser_type.executable_path).exists():
        # Chromium with windows that nobody sees draws its own menus too, which takes longer than most pages here.
        found = (shutil.which(name) for name in ("chromium-headless-shell", "chromium", "chromium-browser"))
        chosen["executable_path"] = next(filter(None, found), "chromium")
    return chosen


@pytest.fixture(scope="session")
def serve(request):
    """Serves a site from a folder, as `serving` does, on the database that `--database` names."""
    if request.config.getoption("--database") == "sqlite":
        yield serving
        return
    numbers = count(1)
    with postgresql() as server:

        def on_the_server(folder, **settings):
            name = f"site{next(numbers)}"
            server.do(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            return serving(folder, database_url=server.address(name), **settings)

        yield on_the_server


@pytest.fixture(scope="session")
def served(tmp_path_factory, serve):
    """The site, with one moderator."""
    with serve(tmp_path_factory.mktemp("site"), comments_per_page=PER_PAGE) as site:
        site.flask("moderators", "add", MODERATOR, "--password-stdin", typed=f"{PASSWORD}\n")
        yield site


@pytest.fixture(scope="session")
def base_url(served):
    """Pages open the site by path."""
    return served.address


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Motion is off, so that nothing is measured half way; a test that is about motion turns it on."""
    return {**browser_context_args, "reduced_motion": "reduce", "locale": "en-GB"}


@pytest.fixture(scope="session")
def moderator(playwright, served):
    """A moderator at work beside the browser."""
    person = Moderator(playwright, served)
    yield person
    person.leave()


@pytest.fixture(scope="session")
def crowd(playwright, served):
    """Readers who comment beside the browser."""
    person = Person(playwright, served)
    yield person
    person.leave()


@pytest.fixture
def article(moderator):
    """An article that nobody else writes under."""
    return moderator.article()


@pytest.fixture
def new_context(new_context, watch):
    """Contexts as pytest-playwright makes them, each under watch. The watch is read before they close."""

    def make(**options):
        context = new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        watch.over(context)
        return context

    yield make
    assert watch.unannounced() == []


@pytest.fixture
def watch():
    """What browsers complain about in this test, and what of it the test announces."""
    return Watch()


@pytest.fixture
def plain_page(new_context):
    """A page without JavaScript."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture
def desk_page(new_context, moderator):
    """A moderator's page."""
    return new_context(storage_state=moderator.cookies).new_page()


@pytest.fixture
def plain_desk_page(new_context, moderator):
    """A moderator's page without JavaScript."""
    return new_context(storage_state=moderator.cookies, java_script_enabled=False).new_page()
