"""The documentation is true: what its pages do is done here, and where they point there is something."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, run

README = ROOT / "README.md"
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")],
    key=lambda page: page.relative_to(ROOT).parts,
)
RUN = [page for page in PAGES if any(block.kind in ("console", "python") for block in blocks(page))]


def name(page: Path) -> str:
    """Return the path of a page as people write it."""
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a reader with the program at hand, who named the books and herself."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PASLEDGER_BOOKS", "town.db")
    monkeypatch.setenv("PASLEDGER_AS", "clerk")
    monkeypatch.setenv("PASLEDGER_CREDENTIAL_FILE", "credentials.txt")
    monkeypatch.setenv("PASLEDGER_LANGUAGE", "en")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


# --- pages that are run


def test_the_pages_that_teach_are_run() -> None:
    """The README, the tutorial and every how-to have something to run."""
    to_run = [README, *(ROOT / "docs/tutorial").iterdir(), *(ROOT / "docs/how-to").iterdir()]
    assert set(to_run) <= set(RUN)


@pytest.mark.parametrize("page", RUN, ids=name)
@pytest.mark.usefixtures("reader")
def test_a_page_does_what_it_shows(page: Path) -> None:
    """Every command ends as the page says, and says what the page shows, but for ids, days and times."""
    run(page)


PLANTED = {
    "another answer": "```console\n$ pasledger start --municipality X\nThe books of Y were started in town.db.\n```\n",
    "another exit code": "```console\n$ pasledger verify\n```\n",
    "no refusal": "```console\n$ pasledger start --municipality X  # exits with 1\n```\n",
    "another command fails": "```console\n$ ls nothing-of-this-name\n```\n",
    "another print": "```python\nprint(1)\n```\n\n```output\n2\n```\n",
    "a fault in Python": "```python\nprint(nothing)\n```\n",
    "one id for two": f"```python\nprint('red_{1:032} red_{2:032}')\n```\n\n```output\nred_{3:032} red_{3:032}\n```\n",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_page_that_is_not_true_is_found(planted: str, reader: Path) -> None:
    """Each way in which a page can be wrong makes its test fail."""
    page = reader / "page.md"
    page.write_text(PLANTED[planted], encoding="utf-8")
    with pytest.raises(AssertionError):
        run(page)


# --- the README


def test_the_readme_is_short() -> None:
    """Who opens it reads it."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


def test_the_readme_and_the_example_are_in_step() -> None:
    """The block of the README does what `examples/ten_lines.py` does, and prints the same."""
    code, output = [block.text for block in blocks(README) if block.kind in ("python", "output")]
    example = ROOT / "examples/ten_lines.py"
    asked = re.compile(r"\bpl\.\w+")
    assert set(asked.findall(code)) == set(asked.findall(example.read_text(encoding="utf-8")))
    assert output == example.with_suffix(".out").read_text(encoding="utf-8")


def test_every_guarantee_has_its_test() -> None:
    """Each line of the table names a test, in the file that it links to."""
    lines = README.read_text(encoding="utf-8").partition("| it holds that |")[2].partition("\n\n")[0].splitlines()[2:]
    assert [line[2:4] for line in lines[:6]] == ["1.", "2.", "3.", "4.", "5.", "6."]
    for line in lines:
        links = re.findall(r"\[(\w+)\]\((\S+)\)", line)
        assert links, line
        for test, file in links:
            assert re.search(
                rf"^(async def|def|class) {test}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
            )


# --- links and targets


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A link within the project is to a file that there is and, behind a #, to a heading in it."""
    missing = list(dead_links(page))
    assert missing == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    """A file or a heading that is not there is named; what is there, what is elsewhere and what is code is not."""
    page = tmp_path / "page.md"
    page.write_text(
        "# It's `a` page: two\n[1](page.md) [2](#its-a-page-two) [3](page.md#no) [4](no.md) [5](https://no.example)\n"
        "```text\n[6](no.md)\n# No heading\n```\n[7](#no-heading)\n",
        encoding="utf-8",
    )
    assert list(dead_links(page)) == ["page.md#no", "no.md", "#no-heading"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_target_is_there(page: Path) -> None:
    """What a page tells to make, the Makefile makes."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^|`)make (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE):
        assert f"\n{target}:" in makefile


@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_every_page_is_in_its_index(folder: str) -> None:
    """The index of a folder links to each page below it; that of the decisions does so in their order."""
    index = ROOT / folder / "README.md"
    linked = [(index.parent / target).resolve() for target in re.findall(r"\]\(([^)#]+)\)", index.read_text("utf-8"))]
    if folder == "docs":
        assert {page for page in PAGES if page.parent.parent == index.parent and page.parent.name != "decisions"} <= {
            *linked
        }
    else:
        numbered = sorted(index.parent.glob("0*.md"))
        assert linked == numbered
        assert [int(page.name[:4]) for page in numbered] == list(range(1, len(numbered) + 1))


def dead_links(page: Path) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page has for its headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_code(page: Path) -> str:
    """Return the text of a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
