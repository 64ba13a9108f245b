"""A passkey is made and used in a browser; an invitation is opened; and what axe says of the pages about people."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .people import PASSWORD

OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@pytest.fixture
def named(tmp_path, serve):
    """A site that is reached by a name: browsers know passkeys for no other. Ada is its admin."""
    with serve(tmp_path) as site:
        site.address = site.address.replace("127.0.0.1", "localhost")
        site.flask("moderators", "add", "Ada", "--admin", "--password-stdin", typed=f"{PASSWORD}\n")
        yield site


def sign_in(page, site):
    page.goto(f"{site.address}/sign-in")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def test_a_passkey_is_the_second_step_or_the_only_one(page, named):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**device, "isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, named)
    page.goto(f"{named.address}/account/passkeys/new")
    page.get_by_label("Name for it").fill("Office laptop")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("main")).to_contain_text("Office laptop")

    page.get_by_role("button", name="Sign out here").click()
    page.wait_for_url(f"{named.address}/")
    sign_in(page, named)
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{named.address}/admin/")

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{named.address}/")
    page.goto(f"{named.address}/sign-in?next=/account")
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{named.address}/account")


def test_an_invitation_is_opened_without_javascript(new_context, named):
    admin, invited = (new_context(java_script_enabled=False).new_page() for _ in range(2))
    sign_in(admin, named)
    admin.goto(f"{named.address}/admin/people/")
    admin.get_by_label("For whom").fill("Grace")
    admin.get_by_role("button", name="Make a link").click()
    invited.goto(admin.locator("#invited").input_value())
    invited.get_by_label("Name").fill("Grace")
    invited.get_by_label("Password").fill(PASSWORD)
    invited.get_by_role("button", name="Make the account").click()
    expect(invited).to_have_url(re.compile("/admin/$"))


def test_axe_finds_nothing_and_nothing_overflows(page, named):
    sign_in(page, named)
    paths = ["/account", "/account/password", "/account/telephone", "/admin/people/", "/admin/people/1"]
    paths += ["/admin/people/record", "/admin/privacy/", "/admin/picture", "/privacy", "/privacy/yours"]
    for path in paths:
        page.goto(named.address + path)
        for scheme, width in (("light", 1280), ("dark", 360)):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(page, options=OPTIONS)
            assert found.violations_count == 0, f"{path}, {scheme}: {found.generate_report()}"
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
