"""Refusals: a closed list of reasons, each carried with the figures that explain it."""

import pytest

from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused


@pytest.mark.parametrize("reason", Refusal)
def test_a_reason_is_written_as_it_is_named(reason: Refusal) -> None:
    """Who has read the name in the code knows the code in the books."""
    assert reason.value == reason.name.lower().replace("_", "-")


def test_a_refusal_carries_its_reason_and_figures() -> None:
    """The edge that says the sentence finds all it needs."""
    refused = Refused(Refusal.NOT_ENOUGH, short_by=Money(250))
    assert str(refused) == "not-enough"
    assert refused.reason is Refusal.NOT_ENOUGH
    assert refused.figures == {"short_by": Money(250)}
