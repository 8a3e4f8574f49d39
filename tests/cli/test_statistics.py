"""Figures that leave the auditor's hands, on the command line: as a table, CSV, JSON and a picture."""

import csv
import io
from datetime import timedelta

import pytest

from pasledger.usecases.minting import today
from tests.cli.conftest import CLUB, Clerk
from tests.support.books import A_SMALL_TOWN, a_file, granted, holders, opened
from tests.support.town import a_redemption, an_award


@pytest.fixture
def town(empty: Clerk) -> Clerk:
    """A clerk with the books of a street of twelve holders, of whom six paid two euros each in March 2026."""
    numbers = range(2, 13)
    awards = [an_award("20,00", holder=number, number=number) for number in numbers]
    a_file(empty.books, *A_SMALL_TOWN, *holders(numbers), *awards)
    with opened(empty.books) as store:
        granted(store, *(a_redemption("2,00", card=number, number=number) for number in range(2, 8)))
    return empty


def test_reach_is_a_table_csv_json_and_a_picture(town: Clerk) -> None:
    """The same figures in each, with the take-up against what was said."""
    page = town.folder / "reach.html"
    data = town.done("audit", "reach", "2026", "--baseline", "culture=40", "--page", page)
    march = next(line for line in data["lines"] if line["month"] == "2026-03-01")
    assert (march["holders"], march["with_use"], march["without_use"], march["spent"]) == (12, 6, 6, "12.00")
    assert (march["average"], march["merchants"], march["take_up_percent"]) == ("2.00", 1, 15)
    rows = list(
        csv.DictReader(io.StringIO(town("audit", "reach", "2026", "--csv").out.lstrip("\ufeff")), delimiter=";")
    )
    assert {row["month"]: row["with_use"] for row in rows}["2026-03-01"] == "6"
    assert {row["month"]: row["with_use"] for row in rows}["2026-04-01"] == "<5"
    shown = town("audit", "reach", "2026", "--baseline", "culture=40").words
    for words in ("met gebruik", "€ 12,00", "< 5", "minder dan vijf"):
        assert words in shown
    drawn = page.read_text(encoding="utf-8")
    assert drawn.count("<svg viewBox") == 1
    assert "15 %" in drawn
    assert "http" not in drawn


def test_baselines_come_from_a_file_too(town: Clerk) -> None:
    """A fault in it is named by its row, and one that is said on the line goes before it."""
    file = town.file("regeling;aantal\nculture;24\n")
    lines = town.done("audit", "reach", "2026", "--baselines", file)["lines"]
    assert {line["baseline"] for line in lines} == {24}
    both = town.done("audit", "reach", "2026", "--baselines", file, "--baseline", "culture=48")["lines"]
    assert {line["baseline"] for line in both} == {48}
    wrong = town(
        "audit", "reach", "2026", "--baselines", town.file("regeling;aantal\nculture;0\nculture;24\nculture;1\n")
    )
    assert (wrong.code, "rij 2, kolom aantal" in wrong.words, "rij 4" in wrong.words) == (1, True, True)
    assert town("audit", "reach", "2026", "--baseline", "culture").code == 2
    assert town("audit", "reach", "2026", "--csv", "--json").code == 2


def test_a_year_that_has_not_begun_has_no_lines(town: Clerk) -> None:
    """Nor a fault."""
    assert town.done("audit", "reach", "2199")["lines"] == []
    assert town("audit", "reach", "2199").code == 0


def test_the_limited_network_is_told(town: Clerk) -> None:
    """Value, acceptors with their kind and since when, and the threshold with its source."""
    data = town.done("audit", "limited-network", "--until", "2026-12-31")
    assert (data["first_day"], data["last_day"]) == ("2026-01-01", "2026-12-31")
    assert (data["value"], data["threshold"], data["is_above"]) == ("12.00", "1000000.00", False)
    assert data["schemes"] == [{"scheme": "culture", "value": "12.00"}]
    assert data["kinds"] == [{"kind": "sport", "acceptors": 1}]
    assert [(one["name"], one["categories"]) for one in data["acceptors"]] == [(CLUB, ["sport"])]
    assert "PSD2" in data["source"]
    told = town("audit", "limited-network").words
    assert "€ 1.000.000,00" in told
    assert "Een aanbieder van meer dan een soort telt bij elk daarvan mee." in told
    listed = town("audit", "limited-network", "--until", "2026-12-31", "--csv").out
    assert listed.splitlines()[1].startswith(CLUB)


def test_few_who_paid_are_not_told(clerk: Clerk) -> None:
    """The town of the clerk has two holders: neither its reach nor its value is told."""
    clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "5,00")
    tomorrow = today() + timedelta(days=1)
    data = clerk.done("audit", "limited-network", "--until", tomorrow.isoformat())
    assert (data["value"], data["is_above"], {one["value"] for one in data["schemes"]}) == (None, None, {None})
    assert "5.00" not in str(data)
