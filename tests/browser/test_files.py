"""Pages that are files, to read or to print: axe finds nothing in them, in either language."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import _RULES
from tests.cli.conftest import CLUB, FOUR_EYES, YEAR, Clerk, fill
from tests.docs.pages import ROOT

pytestmark = pytest.mark.slow

PAGES = ("overview", "sheet", "letters", "reach", "cover", "requests", "specification")
TREASURER = ("--as", "treasurer")
CHECKED = (
    "aanbieder;iban;rekeninghouder;datum;wijze;uitkomst;door\n"
    f"{CLUB};NL91ABNA0417164300;SV De Club;1-1-{YEAR};bank;match;caller\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with each page in Dutch and in English."""
    clerk = Clerk(tmp_path_factory.mktemp("files"))
    fill(clerk)
    clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "12,50")
    clerk.held("P-1")
    clerk.done("keys", "create", clerk.folder / "town.key")
    carriers = clerk.folder / "carriers.csv"
    asked = clerk.file("kenmerk;bedrag\n7A-01;12,50\n", "class.csv")
    ask = ("requests", "add", CLUB, asked, "--nl", "Schoolreis", "--until", f"31-12-{YEAR + 1}", "--out")
    clerk.done("payouts", "configure", ROOT / "examples/dronten/betalen.toml", *FOUR_EYES, *TREASURER)
    clerk.done("merchants", "check", clerk.file(CHECKED, "checked.csv"), *FOUR_EYES)
    run = clerk.done("payouts", "prepare", *TREASURER)["run"]
    clerk.done("payouts", "release", run, "--as", "approver")
    for language in ("nl", "en"):
        assert clerk("payouts", "write", run, clerk.folder / language, language=language).code == 0
        (made,) = (clerk.folder / language).glob("*.html")
        made.rename(clerk.folder / f"specification-{language}.html")
        for command in (
            ("holders", "overview", "P-1", "--out", clerk.folder / f"overview-{language}.html"),
            ("cards", "sheet", carriers, "--out", clerk.folder / f"sheet-{language}.html"),
            ("cards", "letters", carriers, "--out", clerk.folder / f"letters-{language}.html"),
            ("audit", "reach", YEAR, "--page", clerk.folder / f"reach-{language}.html"),
            (*ask, clerk.folder / f"requests-{language}.html"),
            ("cover", "--page", clerk.folder / f"cover-{language}.html"),
        ):
            ran = clerk(*command, language=language)
            assert (ran.code in (0, 1), ran.err) == (True, "")
    return clerk.folder


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_a_file_keeps_nobody_out(folder: Path, visitor: Visitor, name: str, language: str) -> None:
    """One language, one main part, headings in order, titles of columns, and pictures with words."""
    visitor.page.goto((folder / f"{name}-{language}.html").as_uri())
    found = Axe().run(visitor.page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", ["cover", "specification"])
def test_a_page_about_money_fits_on_paper(folder: Path, visitor: Visitor, name: str) -> None:
    """No amount falls off an A4, upright with margins of a centimetre; and the page fetches nothing."""
    visitor.page.set_viewport_size({"width": 718, "height": 1046})
    visitor.page.goto((folder / f"{name}-nl.html").as_uri())
    visitor.page.emulate_media(media="print")
    cut = visitor.page.evaluate(
        "[...document.querySelectorAll('table')].filter(one => one.getBoundingClientRect().right > innerWidth).length"
    )
    assert cut == 0
    assert visitor.page.pdf(format="A4").startswith(b"%PDF")
