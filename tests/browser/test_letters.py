"""Letters to holders in a real Chromium: for everybody to read, on one sheet, with the window where it is cut."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from pasledger.formats.messages import MessageKind, as_letter
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import _RULES
from tests.formats.test_messages import LANGUAGES, PAIRS, SENDER, a_message

pytestmark = pytest.mark.slow

MM = 96 / 25.4
MARGIN = 15
"""Of the sheet, in millimetres."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
def test_a_letter_keeps_nobody_out_and_fits_its_envelope(
    tmp_path: Path, visitor: Visitor, kind: MessageKind, language: str
) -> None:
    """Axe finds nothing; it is one sheet; and nothing but the place of the address is seen through the window."""
    file, page = tmp_path / "letter.html", visitor.page
    file.write_text(as_letter(a_message(PAIRS[kind][1], language), SENDER), encoding="utf-8")
    page.goto(file.as_uri())
    found = Axe().run(page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("getComputedStyle(document.body).direction") == ("rtl" if language == "ar" else "ltr")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((210 - 2 * MARGIN) * MM), "height": round((297 - 2 * MARGIN) * MM)})
    window = page.locator(".window").bounding_box()
    assert window is not None
    from_edges = [window["x"] / MM + MARGIN, window["y"] / MM + MARGIN, window["width"] / MM, window["height"] / MM]
    assert from_edges == pytest.approx([20, 45, 85, 45], abs=1)
    below = window["y"] + window["height"]
    assert all((one.bounding_box() or {"y": 0})["y"] >= below for one in page.locator("h1, p").all())
