"""The auditor's report in a real browser: nobody is kept out, nothing is fetched, and it prints."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import _RULES
from tests.cli.conftest import CLUB, Clerk, fill

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    """Return a town with nine holders, payments and findings."""
    clerk = Clerk(tmp_path_factory.mktemp("town"))
    fill(clerk)
    names = [f"R-{number}" for number in range(1, 8)]
    file, carriers = clerk.file("pashouder\n" + "\n".join(names), "more.csv"), clerk.folder / "more-carriers.csv"
    clerk.done("holders", "add", file, "--activate", "--carriers", carriers)
    rows = "".join(f"sport;S-{number};{name};41,00\n" for number, name in enumerate(names))
    clerk.done("award", clerk.file("regeling;kenmerk;pashouder;bedrag\n" + rows, "s.csv"), "--approved-by", "approver")
    for row in clerk.rows("more-carriers.csv"):
        clerk.done("redeem", "--card", row["pasnummer"], "--merchant", CLUB, "--amount", "7,00")
    return clerk


@pytest.fixture(scope="module", params=["nl", "en"])
def page(request: pytest.FixtureRequest, town: Clerk) -> Path:
    """Return the report, in each language."""
    out = town.folder / f"report-{request.param}.html"
    assert town("audit", "report", "-o", out, language=request.param).code == 0
    return out


def test_nobody_is_kept_out_of_the_report(page: Path, visitor: Visitor) -> None:
    """Axe finds nothing, each chart has words, and at 320 pixels the page does not scroll sideways."""
    visitor.page.goto(page.as_uri())
    found = Axe().run(visitor.page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()
    charts = visitor.page.get_by_role("img")
    assert charts.count() >= 2
    assert all(charts.nth(place).get_attribute("aria-label") for place in range(charts.count()))
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_report_fetches_nothing_and_prints(page: Path, visitor: Visitor) -> None:
    """The file itself is all that is asked for, nothing is said in the console, and it is pages of a PDF."""
    visitor.page.goto(page.as_uri())
    assert {request.url for request in visitor.sent} == {page.as_uri()}
    assert visitor.said == []
    assert visitor.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
