"""Offers on the command line: proposed, approved by somebody else, listed, stopped, and counted without persons."""

import pytest

from pasledger.ledger.ids import OfferId
from pasledger.rules.cards import CardNumber
from pasledger.usecases import spending
from pasledger.usecases.booking import book
from pasledger.usecases.finding import merchant_named
from pasledger.usecases.keys import read_key
from pasledger.usecases.minting import stamp_now
from tests.cli.conftest import CLUB, YEAR, Clerk
from tests.support.books import opened

COLLEAGUE = ("--as", "approver")
ICE = ("offers", "propose", CLUB, "--nl", "Gratis ijs", "--en", "Free ice", "--until", f"31-12-{YEAR + 1}")


@pytest.fixture
def clerk(clerk: Clerk) -> Clerk:
    """Return a clerk of a town whose books have a key."""
    clerk.done("keys", "create", clerk.folder / "town.key")
    return clerk


def use(clerk: Clerk, offer: str, times: int) -> None:
    """Use an offer with the card of P-1, as the till of the club would."""
    stamp = stamp_now("clerk")
    with opened(clerk.books) as store:
        store._given_key = read_key(clerk.folder / "town.key")
        club = merchant_named(store, CLUB, on=stamp.effective_on)
        card = CardNumber.parse(clerk.card("P-1"))
        requests = [spending.offer_use(merchant=club.id, card=card, offer=OfferId(offer)) for _ in range(times)]
        assert [outcome.refused for outcome in book(store, requests, stamp)] == [None] * times


def test_an_offer_is_proposed_approved_listed_and_stopped(clerk: Clerk) -> None:
    """Each step has its state, and what was said stands in the list."""
    made = clerk.done(*ICE, "--price", "1,50", "--per-card", "2", "--stock", "100", "--branch", "kassa 2")
    expected = {"merchant": CLUB, "state": "proposed", "words_nl": "Gratis ijs", "words_en": "Free ice"}
    assert {name: made[name] for name in expected} == expected
    assert (made["kind"], made["amount"], made["percentage"]) == ("price", "1.50", None)
    assert (made["per_card"], made["stock"], made["branches"], made["proposed_by"]) == (2, 100, ["kassa 2"], "clerk")
    assert made["last_day"] == f"{YEAR + 1}-12-31"

    own = clerk("offers", "approve", made["offer"])
    assert own.code == 1
    assert clerk.done("offers", "approve", made["offer"], *COLLEAGUE)["state"] == "running"
    assert [one["state"] for one in clerk.done("offers", "list")["offers"]] == ["running"]
    assert clerk.done("offers", "stop", made["offer"])["state"] == "stopped"
    again = clerk("offers", "stop", made["offer"])
    assert (again.code, "die is gestopt" in again.words) == (1, True)


def test_few_uses_are_not_told(clerk: Clerk) -> None:
    """Below five nobody is told how many; from five on it is a number, and never by whom."""
    offer = clerk.done(*ICE)["offer"]
    clerk.done("offers", "approve", offer, *COLLEAGUE)
    use(clerk, offer, 4)
    assert clerk.done("offers", "uses")["offers"][0]["uses"] is None
    assert "minder dan 5" in clerk("offers", "uses").words
    use(clerk, offer, 1)
    assert clerk.done("offers", "uses")["offers"][0]["uses"] == 5
    assert clerk.card("P-1") not in clerk("offers", "uses").words


@pytest.mark.parametrize(
    "wrong",
    [
        ("--percentage", "101"),
        ("--percentage", "10", "--price", "1,00"),
        ("--price", "0,00"),
        ("--per-card", "0"),
        ("--stock", "veel"),
        ("--from", f"01-01-{YEAR + 2}"),
    ],
)
def test_what_cannot_be_understood(clerk: Clerk, wrong: tuple[str, ...]) -> None:
    """It is said what is wrong, and nothing is proposed."""
    assert clerk(*ICE, *wrong).code == 2
    assert clerk.done("offers", "list")["offers"] == []


def test_what_cannot_be_is_refused_in_words(clerk: Clerk) -> None:
    """An offer that is over, a terminal that is not there, and an offer that nobody knows."""
    over = clerk(*ICE[:-1], "01-01-2020", "--from", "01-01-2020")
    assert (over.code, "dat is voorbij" in over.words) == (1, True)
    branch = clerk(*ICE, "--branch", "Elders")
    assert (branch.code, "geen kassa Elders" in branch.words) == (1, True)
    assert clerk("offers", "approve", "off_9", *COLLEAGUE).code == 1
    assert clerk.done("offers", "list")["offers"] == []


def test_an_offer_asks_for_the_key(clerk: Clerk) -> None:
    """Without it, who used what could be found by trying."""
    (clerk.folder / "town.key").rename(clerk.folder / "elsewhere.key")
    assert clerk(*ICE).code == 1
