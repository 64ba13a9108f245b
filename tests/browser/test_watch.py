"""The other browser tests fail on a complaint only if complaints are heard; here they are made on purpose."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        ("console.warn('look')", "console warning: look"),
        ("setTimeout(() => { throw new Error('oh') })", "page error: oh"),
        ("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))", "script-src"),
        ("new Image().src = 'http://127.0.0.2/x.png'", "img-src"),
        ("document.body.setAttribute('style', 'color: red')", "style-src"),
        ("fetch('/nothing-here')", "status of 404"),
    ],
)
def test_a_complaint_is_heard(page, watch, act, complaint):
    page.goto("/")
    with page.expect_event("console" if "throw" not in act else "pageerror"):
        page.evaluate(f"() => {{ {act} }}")
    heard = watch.unannounced()
    watch.allow(".")
    assert complaint in " ".join(heard)
