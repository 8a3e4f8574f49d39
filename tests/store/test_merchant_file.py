"""The merchant file on the disk: what was written is read back, in both kinds of database."""

from pasledger.rules.merchants import account_to_pay
from pasledger.rules.records import CheckResult, CheckWay
from pasledger.rules.registration import MerchantRequest
from pasledger.rules.town import Needs
from pasledger.store import Store
from tests.support.books import granted
from tests.support.town import CLUB, TODAY, a_cafe, a_change, a_check, a_merchant, an_end


def test_the_history_of_a_merchant(store: Store) -> None:
    """Versions, checks, contact and end, in order, with who did each."""
    granted(store, a_change(name="De Nieuwe Club", contact="Jo"), a_check(), a_check(result=CheckResult.NO_MATCH))
    granted(store, an_end())
    with store.read() as reader:
        found = reader.merchant_history(CLUB)
        town = reader.load(Needs(merchants={CLUB}, merchant_files={CLUB}))
    assert [version.name for version, _ in found.versions] == ["De Club", "De Nieuwe Club"]
    assert [(check.number, check.way, check.result) for check, _ in found.checks] == [
        (1, CheckWay.CALL_BACK, CheckResult.MATCH),
        (2, CheckWay.CALL_BACK, CheckResult.NO_MATCH),
    ]
    assert {(signed.prepared_by, signed.approved_by) for _, signed in found.versions} == {("clerk", "approver")}
    assert found.contact is not None
    assert (found.contact.name, found.contact.version) == ("Jo", 2)
    assert found.ends_before == TODAY
    assert town.ends == {CLUB: TODAY}
    assert town.checks[CLUB] == tuple(check for check, _ in found.checks)
    assert account_to_pay(town.merchants[CLUB][-1], town.checks[CLUB]) is None


def test_a_name_of_before_brings_all_versions(store: Store) -> None:
    """A merchant is loaded whole by any name that it had, once, also where it is asked for by its id too."""
    granted(store, a_change(name="De Nieuwe Club"), MerchantRequest(a_cafe(), ()))
    for needs in (Needs(merchant_names={"De Club"}), Needs(merchants={CLUB}, merchant_names={"De Club", "Het Café"})):
        with store.read() as reader:
            town = reader.load(needs)
        assert [version.version for version in town.merchants[CLUB]] == [1, 2]
        assert town.merchants[CLUB][0] == a_merchant()
