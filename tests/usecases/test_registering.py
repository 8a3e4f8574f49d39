"""Filling the books from files: whole or not at all, each once, and no secret is kept."""

from dataclasses import replace

import pytest

from pasledger.formats.faults import Fault, FileRefused
from pasledger.ledger import accounts
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.holders import HolderReference
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked
from pasledger.usecases.registering import (
    add_budgets,
    add_holders,
    add_merchants,
    add_schemes,
    add_terminal,
    credential_hash,
)
from pasledger.usecases.verifying import verify
from tests.support.books import content
from tests.support.town import CAFE, TODAY, a_card, a_merchant, a_stamp, euros

MERCHANTS = "naam;plaats;soort;iban;kvk;kassas\n"
SCHOOL = "School;Dronten;school;NL91ABNA0417164300;90009001;"
A_SCHEME = """[[regeling]]
code = "{}"
naam_nl = "Meedoen"
naam_en = "Take part"
geldig_vanaf = {}
geldigheid = "calendar-year"
minste = "1,00"
meeste = "{}"
grondslag = "Gemeentewet 108"
taakveld = "6.3"
iv3 = "4.3.3"
"""


def told(refused: pytest.ExceptionInfo[FileRefused]) -> list[tuple[object, int | None, str | None]]:
    """Return what is wrong, in which row and which column."""
    return [(fault.reason, fault.row, fault.column) for fault in refused.value.faults]


# --- holders and their cards


def test_card_numbers_are_given_or_drawn(store: Store) -> None:
    """A card that was printed keeps its number; for every other one is drawn that checks and that nobody has."""
    given = a_card(7).number
    carriers = add_holders(
        store, f"pashouder;pasnummer\nP-7;{given.printed}\nP-8;\nP-9;\n".encode(), a_stamp(), CardState.ISSUED
    )
    numbers = [carrier.card.number for carrier in carriers]
    assert numbers[0] == given
    assert len(set(numbers)) == 3
    assert [CardNumber.parse(number) for number in numbers] == numbers
    with store.read() as reader:
        for carrier in carriers:
            assert carrier.holder is not None
            assert reader.cards_of(carrier.holder.reference) == [carrier.card]
            assert reader.cards_of(carrier.card.number) == [carrier.card]
    assert {carrier.card.state for carrier in carriers} == {CardState.ISSUED}


def test_a_token_is_on_the_card_and_nowhere_else(store: Store, books: str) -> None:
    """The books find a card by its token and keep no token; a credential likewise."""
    (carrier,) = add_holders(store, b"pashouder\nP-7\n", a_stamp(), CardState.ACTIVE)
    (credential,) = add_merchants(store, (MERCHANTS + SCHOOL).encode(), a_stamp())
    with store.read() as reader:
        assert reader.load(Needs(cards={TokenHash.of(carrier.token)})).card(TokenHash.of(carrier.token)) == carrier.card
        assert reader.terminal(credential_hash(credential.secret), on=TODAY) == credential.terminal
    kept = str(content(books))
    assert carrier.token not in kept
    assert credential.secret not in kept


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("P-7;\nP-1;", [(Refusal.HOLDER_REPEATED, 3, "pashouder")]),
        (f"P-7;{a_card().number}", [(Refusal.CARD_REPEATED, 2, "pasnummer")]),
        (f"P-7;{a_card(7).number}\n\nP-8;{a_card(7).number}", [(Refusal.CARD_REPEATED, 4, "pasnummer")]),
        (
            f"P-1;\nP-7;{a_card().number}",
            [(Refusal.HOLDER_REPEATED, 2, "pashouder"), (Refusal.CARD_REPEATED, 3, "pasnummer")],
        ),
    ],
)
def test_holders_are_registered_whole_or_not(
    store: Store, books: str, rows: str, faults: list[tuple[object, int, str]]
) -> None:
    """A holder or a card that is there already takes the file back, with every row that is wrong."""
    before = content(books)
    with pytest.raises(FileRefused) as refused:
        add_holders(store, f"pashouder;pasnummer\n{rows}\n".encode(), a_stamp(), CardState.ACTIVE)
    assert told(refused) == faults
    assert content(books) == before


def test_a_file_of_holders_is_taken_once(store: Store, books: str) -> None:
    """The same file again is refused whole: nobody gets a second card by accident."""
    data = b"pashouder\nP-7\nP-8\n"
    add_holders(store, data, a_stamp(), CardState.ACTIVE)
    before = content(books)
    with pytest.raises(FileRefused) as refused:
        add_holders(store, data, a_stamp(), CardState.ACTIVE)
    assert told(refused) == [(Refusal.HOLDER_REPEATED, 2, "pashouder"), (Refusal.HOLDER_REPEATED, 3, "pashouder")]
    assert content(books) == before


def test_what_was_handed_out_before_it_failed_is_worth_nothing(store: Store, books: str) -> None:
    """Cards are handed out before they are booked; where that fails, nothing is booked."""
    before = content(books)

    def fails(_carriers: object) -> None:
        raise OSError("the printer is on fire")

    with pytest.raises(OSError, match="printer"):
        add_holders(store, b"pashouder\nP-7\n", a_stamp(), CardState.ACTIVE, hand_out=fails)
    with pytest.raises(OSError, match="printer"):
        add_merchants(store, (MERCHANTS + SCHOOL).encode(), a_stamp(), hand_out=fails)
    assert content(books) == before


# --- merchants and their terminals


def test_merchants_have_as_many_terminals_as_they_want(store: Store) -> None:
    """Each with a credential of its own, and a prefix by which people tell it apart."""
    data = f"{MERCHANTS}{SCHOOL}3\nZwembad;Dronten;sport;NL91ABNA0417164300;90009002;0\n"
    credentials = add_merchants(store, data.encode(), a_stamp())
    assert [(one.merchant, one.terminal.label) for one in credentials] == [
        ("School", f"kassa {number}") for number in (1, 2, 3)
    ]
    assert len({one.secret for one in credentials}) == len({one.terminal.id for one in credentials}) == 3
    assert all(one.secret.startswith(one.terminal.credential_prefix) for one in credentials)
    with store.read() as reader:
        assert {merchant.name: merchant.effective_from for merchant in reader.merchants()} == {
            "De Club": a_merchant().effective_from,
            "School": a_stamp().effective_on,
            "Zwembad": a_stamp().effective_on,
        }


def test_the_books_keep_the_categories_of_a_merchant_as_one_text(store: Store, books: str) -> None:
    """In order and each once; one category is the text that it always was, and the books are sound."""
    several = "Muziek & Sport;Dronten;sport culture sport;NL91ABNA0417164300;90009002;0"
    add_merchants(store, f"{MERCHANTS}{SCHOOL}\n{several}\n".encode(), a_stamp())
    assert {row[3]: row[5] for row in content(books)["merchant"]} == {
        "De Club": "sport",
        "School": "school",
        "Muziek & Sport": "culture sport",
    }
    with store.read() as reader:
        there = {one.name: one.categories for one in reader.merchants()}
    assert there == {"De Club": ("sport",), "School": ("school",), "Muziek & Sport": ("culture", "sport")}
    assert verify(store).is_sound


def test_merchants_are_added_whole_or_not(store: Store, books: str) -> None:
    """A name that there is already takes the file back, its terminals included."""
    before = content(books)
    with pytest.raises(FileRefused) as refused:
        add_merchants(store, f"{MERCHANTS}{SCHOOL}\n{SCHOOL.replace('School', 'De Club')}".encode(), a_stamp())
    assert told(refused) == [(Refusal.MERCHANT_REPEATED, 3, "naam")]
    assert content(books) == before


def test_a_terminal_is_added_to_a_merchant_that_there_is(store: Store, books: str) -> None:
    """Its credential works at once; a merchant that is not there gets none."""
    credential = add_terminal(store, a_merchant(), "Bar", a_stamp())
    with store.read() as reader:
        assert reader.terminal(credential_hash(credential.secret), on=TODAY) == credential.terminal
    before = content(books)
    with pytest.raises(NothingBooked):
        add_terminal(store, replace(a_merchant(), id=CAFE), "Bar", a_stamp())
    assert content(books) == before


# --- schemes and budgets


def test_schemes_have_versions(store: Store) -> None:
    """A scheme that says something else from a later day is its next version; the same again is refused."""
    data = A_SCHEME.format("school", "2026-01-01", "10,00").encode()
    add_schemes(store, data, a_stamp())
    with pytest.raises(FileRefused) as refused:
        add_schemes(store, data, a_stamp())
    assert told(refused) == [(Refusal.SCHEME_REPEATED, 1, "code")]
    add_schemes(store, A_SCHEME.format("school", "2027-01-01", "20,00").encode(), a_stamp())
    with store.read() as reader:
        versions = [(one.version, one.most) for one in reader.schemes() if one.code == "school"]
    assert versions == [(1, euros("10,00")), (2, euros("20,00"))]


def test_schemes_are_added_whole_or_not(store: Store, books: str) -> None:
    """One that there is already takes the others back."""
    before = content(books)
    data = A_SCHEME.format("school", "2026-01-01", "10,00") + A_SCHEME.format("culture", "2020-01-01", "10,00")
    with pytest.raises(FileRefused) as refused:
        add_schemes(store, data.encode(), a_stamp())
    assert told(refused) == [(Refusal.SCHEME_REPEATED, 2, "code")]
    assert content(books) == before


def test_budgets_are_booked_by_decision(store: Store, books: str) -> None:
    """Up and down, once for each decision, never below what was awarded; and a file whole or not at all."""
    header = "regeling;jaar;bedrag;besluit\n"
    data = f"{header}culture;2026;100,00;R-1\nculture;2026;-150,00;R-2\nculture;2027;1,00;R-1\n"
    add_budgets(store, data.encode(), a_stamp())
    with store.read() as reader:
        assert dict(reader.stored_balances())[accounts.budget("culture", 2026)] == euros("900,00")
    before = content(books)
    data = (
        f"{header}culture;2026;1,00;R-3\nculture;2026;100,00;R-1\nnothing;2026;1,00;R-4\nculture;2026;-2.000,00;R-5\n"
    )
    with pytest.raises(FileRefused) as refused:
        add_budgets(store, data.encode(), a_stamp())
    assert told(refused) == [
        (Refusal.BUDGET_REPEATED, 3, "besluit"),
        (Refusal.SCHEME_UNKNOWN, 4, "regeling"),
        (Refusal.BUDGET_TOO_SMALL, 5, "bedrag"),
    ]
    assert content(books) == before
    assert verify(store).is_sound


@pytest.mark.parametrize("approved_by", [None, "clerk", " CLERK "])
def test_where_money_can_go_takes_four_eyes(store: Store, books: str, approved_by: str | None) -> None:
    """Schemes, budgets and merchants need a second pair; holders and their cards do not."""
    alone = a_stamp(approved_by=approved_by)
    before = content(books)
    faults: list[Fault] = []
    for add, data in (
        (add_schemes, A_SCHEME.format("school", "2026-01-01", "10,00")),
        (add_budgets, "regeling;jaar;bedrag;besluit\nculture;2026;100,00;R-1\n"),
        (add_merchants, MERCHANTS + SCHOOL),
    ):
        with pytest.raises(FileRefused) as refused:
            add(store, data.encode(), alone)
        faults += refused.value.faults
    assert [fault.reason for fault in faults] == [Refusal.SAME_PERSON] * 3
    assert content(books) == before
    assert add_holders(store, b"pashouder\nP-7\n", alone, CardState.ACTIVE)[0].holder is not None


def test_a_reference_stands_in_one_place(store: Store, books: str) -> None:
    """The reference of a holder is in the one table from which it can be deleted."""
    add_holders(store, b"pashouder\nOPAQUE-7\n", a_stamp(), CardState.ACTIVE)
    found = [table for table, rows in content(books).items() if HolderReference("OPAQUE-7") in str(rows)]
    assert found == ["holder_reference"]
