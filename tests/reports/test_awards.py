"""What an award batch came to."""

from datetime import date

from pasledger.ledger.ids import EntitlementId, EntryId, HolderId
from pasledger.ledger.periods import Period
from pasledger.reports.awards import AwardLine, award_lines
from pasledger.rules.records import Entitlement
from tests.support.town import euros

THIS_YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))


def an_entitlement(number: int, scheme: str, holder: int, amount: str) -> Entitlement:
    """Return what an award put on a holder's name."""
    owner = HolderId.of(holder)
    return Entitlement(EntitlementId.of(number), EntryId.of(number), owner, scheme, 1, THIS_YEAR, euros(amount))


def test_awards_are_summed_up_by_scheme() -> None:
    """Each scheme has its number of awards and of holders, the sum, and the smallest and the largest award."""
    granted = (
        an_entitlement(1, "music", 1, "75,00"),
        an_entitlement(2, "culture", 1, "10,00"),
        an_entitlement(3, "culture", 1, "340,00"),
        an_entitlement(4, "culture", 2, "150,00"),
    )
    assert award_lines(granted) == (
        AwardLine("culture", 3, 2, euros("500,00"), euros("10,00"), euros("340,00")),
        AwardLine("music", 1, 1, euros("75,00"), euros("75,00"), euros("75,00")),
    )


def test_no_awards_no_lines() -> None:
    """An empty batch comes to nothing."""
    assert award_lines([]) == ()
