"""Sources of files are kept by version, in both databases, and looked up by whoever reads an export."""

import pytest

from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import Entitlement, FileSource
from pasledger.rules.registration import SchemeRequest
from pasledger.usecases.crediting import credit
from pasledger.usecases.sources import add_source, titles_of
from tests.support.books import A_SMALL_TOWN, MakeBooks, opened
from tests.support.town import a_budget, a_holder, a_scheme, a_stamp

TITLES = "titel;kolom\nRegeling X;regeling\nBesluit;kenmerk\nCliënt;pashouder\nSoort;categorie\n"
A_SCHEME_WITH_AMOUNTS = SchemeRequest(a_scheme("spring", categories=(), amounts={"child": "80,00"}))
ITS_BUDGET = a_budget("200,00", scheme="spring", decision="council 3", number=3)


def test_a_source_has_versions(make_books: MakeBooks) -> None:
    """The newest one holds, the others are kept, and saying the same again is no new version."""
    with opened(make_books()) as store:
        first = add_source(store, "suite", TITLES.encode(), a_stamp())
        second = add_source(store, "suite", f"{TITLES}Team;-\n".encode(), a_stamp())
        with pytest.raises(Refused) as refused:
            add_source(store, "suite", f"{TITLES}TEAM;note\n".encode(), a_stamp())
        with store.read() as reader:
            assert list(reader.file_sources()) == [first, second]
        assert titles_of(store, "suite") == dict(second.titles)
    assert refused.value.reason is Refusal.SOURCE_REPEATED
    assert (first.version, second) == (1, FileSource("suite", 2, tuple(sorted([*first.titles, ("team", None)]))))


def test_without_a_source_titles_are_our_own(make_books: MakeBooks) -> None:
    """And one that nobody added is refused."""
    with opened(make_books()) as store:
        assert titles_of(store, None) == {}
        with pytest.raises(Refused) as refused:
            titles_of(store, "suite")
    assert (refused.value.reason, refused.value.figures) == (Refusal.SOURCE_UNKNOWN, {"source": "suite"})


def test_an_export_with_categories_is_credited(make_books: MakeBooks) -> None:
    """From the titles and words of another application to what the scheme gives, as it is kept in the books."""
    export = f"Regeling X;Besluit;Cliënt;Soort\nspring;Z-91;{a_holder().reference};Child\n"
    with opened(make_books(*A_SMALL_TOWN, A_SCHEME_WITH_AMOUNTS, ITS_BUDGET)) as store:
        add_source(store, "suite", TITLES.encode(), a_stamp())
        (event,) = credit(store, export.encode(), a_stamp(), titles=titles_of(store, "suite"))
        with store.read() as reader:
            kept = [one for one in reader.entitlements() if one.scheme == "spring"]
    assert kept == [fact for fact in event.facts if isinstance(fact, Entitlement)]
    assert [one.amount for one in kept] == [Money(8000)]
