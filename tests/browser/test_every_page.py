"""What holds for every page in every state: axe finds nothing, and a narrow screen needs no sideways scrolling."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from .scenes import SCENES, Stage

NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
#: The width at which WCAG asks for reflow.
NARROWEST = {"width": 320, "height": 640}

#: Every rule that axe has on, and the size of what is pressed, which it leaves to those who ask.
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

axe = Axe()


@pytest.fixture(params=SCENES)
def scene(request):
    """A page in one of its states."""
    return SCENES[request.param](Stage(request))


def test_axe_finds_nothing_and_nothing_overflows(scene):
    for scheme, size in (("light", WIDE), ("dark", NARROW)):
        scene.emulate_media(color_scheme=scheme)
        scene.set_viewport_size(size)
        # A highlight that is fading keeps the colours of the scheme that it began in.
        scene.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
        found = axe.run(scene, options=OPTIONS)
        assert found.violations_count == 0, f"{scheme}, {size['width']} px: {found.generate_report()}"
    scene.set_viewport_size(NARROWEST)
    assert scene.evaluate("document.documentElement.scrollWidth") == NARROWEST["width"]


@pytest.mark.parametrize("wish", [{"forced_colors": "active"}, {"reduced_motion": "no-preference"}], ids=str)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_whatever_a_reader_s_system_wishes(request, wish, scheme):
    page = SCENES["reply in place"](Stage(request))
    page.emulate_media(color_scheme=scheme, **wish)
    page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    found = axe.run(page, options=OPTIONS)
    assert found.violations_count == 0, found.generate_report()
