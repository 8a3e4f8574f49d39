"""Accounts: named by a code that people can read, each of one kind and one scheme."""

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import EntitlementId, MerchantId

ENT, MER = EntitlementId.of(1), MerchantId.of(2)

CODES = {
    AccountKind.TREASURY: (accounts.treasury("culture"), "treasury/culture"),
    AccountKind.BUDGET: (accounts.budget("culture", 2026), "budget/culture/2026"),
    AccountKind.ENTITLEMENT: (accounts.entitlement(ENT, "culture"), f"entitlement/{ENT}"),
    AccountKind.HELD: (accounts.held("culture"), "held/culture"),
    AccountKind.PAYABLE: (accounts.payable(MER, "culture"), f"payable/{MER}/culture"),
    AccountKind.IN_PAYMENT: (accounts.in_payment(MER, "culture"), f"in-payment/{MER}/culture"),
    AccountKind.LAPSED: (accounts.lapsed("culture", 2026), "lapsed/culture/2026"),
}


@pytest.mark.parametrize("kind", AccountKind)
def test_each_kind_has_a_code_that_people_can_read(kind: AccountKind) -> None:
    """The code starts with the kind; the account knows its kind and its scheme."""
    account, code = CODES[kind]
    assert (account.code, account.kind, account.scheme) == (code, kind, "culture")


def test_an_account_is_its_code() -> None:
    """Two accounts with one code are one account, and accounts sort by their codes."""
    same = Account("held/culture", AccountKind.HELD, "culture")
    assert {same, accounts.held("culture")} == {same}
    assert sorted([accounts.treasury("a"), accounts.budget("b", 2026)])[0].kind is AccountKind.BUDGET


def test_which_kinds_are_special_is_written_down_once() -> None:
    """Only treasury is debit-normal, only two kinds have a stored floor, only what merchants owe may be negative."""
    assert [kind for kind in AccountKind if kind.is_debit_normal] == [AccountKind.TREASURY]
    assert [kind for kind in AccountKind if kind.is_floored] == [AccountKind.BUDGET, AccountKind.ENTITLEMENT]
    assert [kind for kind in AccountKind if kind.may_be_negative] == [AccountKind.PAYABLE, AccountKind.IN_PAYMENT]
