"""The merchant file: versions, checks of accounts, and the end of a merchant."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pasledger.ledger.refusals import Refusal
from pasledger.rules.merchants import MerchantChangeRequest, account_to_pay
from pasledger.rules.records import CheckResult, Merchant, MerchantCheck
from pasledger.rules.registration import MerchantRequest
from pasledger.rules.town import Town
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_cafe,
    a_change,
    a_check,
    a_merchant,
    a_redemption,
    a_refund,
    a_stamp,
    a_town,
    an_end,
    ask,
    grant,
    refuses,
)

OTHER_IBAN = "NL20INGB0001234567"


def paid_on(town: Town, *, on: date = TODAY) -> MerchantCheck | None:
    """Return the check by which the club is paid on a day."""
    return account_to_pay(town.merchant_version(CLUB, on=on), town.checks.get(CLUB, ()))


def test_a_change_is_a_new_version_from_today() -> None:
    """What is not named stays, and the version of before is still that of the days before."""
    town = a_town()
    grant(town, a_change(place="Swifterbant", categories=("culture", "sport")))
    assert town.merchant(CLUB, on=TODAY) == replace(
        a_merchant(), version=2, effective_from=TODAY, place="Swifterbant", categories=("culture", "sport")
    )
    assert town.merchant(CLUB, on=TODAY - timedelta(days=1)) == a_merchant()


@pytest.mark.parametrize(
    "categories", [(), ("",), ("sport", "culture"), ("sport", "sport"), ("sport culture",), ("sport", "")]
)
def test_a_merchant_has_its_categories_in_order(categories: tuple[str, ...]) -> None:
    """At least one, each once, and none that would be read back as two."""
    with pytest.raises(ValueError, match="each once and in order"):
        a_merchant(categories=categories)


def test_nobody_takes_the_name_of_another() -> None:
    """Not one that is used, and not one that was: a scheme that names its merchants would mean another."""
    town = a_town()
    grant(town, MerchantRequest(a_cafe(), ()))
    with refuses(Refusal.MERCHANT_REPEATED):
        grant(town, a_change(name="Het Café"))
    grant(town, a_change(name="De Nieuwe Club"))
    with refuses(Refusal.MERCHANT_REPEATED):
        grant(town, a_change(CAFE, name="De Club"))
    grant(town, a_change(name="De Club"))


@pytest.mark.parametrize("request_", [a_change(place="x"), a_check(), an_end()], ids=lambda one: type(one).__name__)
def test_all_of_it_needs_four_eyes(request_: object) -> None:
    """Where a merchant is paid is decided by nobody alone."""
    outcome = ask(a_town(), request_, stamp=a_stamp(approved_by=" CLERK "))  # type: ignore[arg-type]
    assert outcome.refused is not None
    assert outcome.refused.reason is Refusal.SAME_PERSON


def test_a_merchant_is_paid_after_a_match_and_on_nothing_else() -> None:
    """A new merchant is blocked, and so is one whose newest check is anything but a match."""
    town = a_town()
    assert paid_on(town) is None
    grant(town, a_check())
    assert paid_on(town) is not None
    for result in CheckResult:
        grant(town, a_check(result=result))
        assert (paid_on(town) is not None) is (result is CheckResult.MATCH)


@pytest.mark.parametrize("changed", ["name", "iban"])
def test_another_name_or_account_blocks_payouts_until_checked(changed: str) -> None:
    """The check was of what it was; going back to what was checked needs no new one."""
    town = a_town()
    grant(town, a_check())
    grant(town, a_change(name="Other") if changed == "name" else a_change(iban=OTHER_IBAN))
    assert paid_on(town) is None
    grant(town, a_change(name="De Club", iban="NL91ABNA0417164300"))
    assert paid_on(town) is not None


@pytest.mark.parametrize("change", [a_change(place="x"), a_change(categories=("x",)), a_change(contact="x")])
def test_any_other_change_blocks_nothing(change: MerchantChangeRequest) -> None:
    """The account is what was checked."""
    town = a_town()
    grant(town, a_check())
    grant(town, change)
    assert paid_on(town) is not None


def test_a_merchant_that_stopped_takes_no_money_and_gives_back() -> None:
    """From the day of its end nobody pays there; a refund still comes back to the holder."""
    town = a_town()
    grant(town, a_redemption("5,00"))
    tomorrow = TODAY + timedelta(days=1)
    grant(town, an_end(on=tomorrow))
    grant(town, a_redemption("5,00", number=2))
    with refuses(Refusal.MERCHANT_UNKNOWN):
        grant(town, a_redemption("5,00", number=3), on=tomorrow)
    grant(town, a_refund(of=1), on=tomorrow)


def test_an_end_is_never_in_the_past() -> None:
    """What was paid there yesterday was paid there."""
    town = a_town()
    grant(town, an_end(on=TODAY - timedelta(days=9)))
    assert town.ends == {CLUB: TODAY}
    assert isinstance(town.merchant_version(CLUB, on=TODAY), Merchant)
