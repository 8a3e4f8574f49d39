"""What can be wrong with the books as a whole: the balances are held against all records together.

The auditor's sentence (treasury = budget + entitlements + held + payables + in payment + lapsed, per scheme) holds by
construction, so that it proves nothing about a posting to the wrong account. The others do.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.money import Money
from pasledger.rules.findings import Finding, compared
from pasledger.rules.sums import Sums


def check_sentence(sums: Sums) -> Iterator[Finding]:
    """Treasury = budget + entitlements + held + payables + in payment + lapsed, for each scheme."""
    difference: dict[str, int] = defaultdict(int)
    for account, cents in sums.balances.items():
        difference[account.scheme] += cents if account.kind.is_debit_normal else -cents
    for scheme, cents in difference.items():
        if cents:
            yield Finding("sentence", scheme, f"treasury differs by {Money(cents)} from what it stands for")


def check_signs(sums: Sums) -> Iterator[Finding]:
    """No balance is on the wrong side, but for what merchants owe us."""
    for account, cents in sums.balances.items():
        if cents < 0 and not account.kind.may_be_negative:
            yield Finding("sign", account.code, f"stands at {Money(cents)}")


def check_holds(sums: Sums) -> Iterator[Finding]:
    """What is held is what the open holds say."""
    yield from compared("held", "open holds", _sum(sums, AccountKind.HELD), sums.open_holds)


def check_taken(sums: Sums) -> Iterator[Finding]:
    """Of no part of a hold was more taken and released than was held."""
    for hold, left in sums.held.items():
        for entitlement, cents in left.items():
            if cents < 0:
                yield Finding("taken", hold, f"{Money(-cents)} more than was held of {entitlement}")


def check_payables(sums: Sums) -> Iterator[Finding]:
    """What is payable to a merchant is its lines that are in no payout."""
    yield from _compare_by_merchant("payable", AccountKind.PAYABLE, sums, sums.owed)


def check_in_payment(sums: Sums) -> Iterator[Finding]:
    """What is in payment to a merchant is its payouts that are not settled."""
    yield from _compare_by_merchant("in payment", AccountKind.IN_PAYMENT, sums, sums.on_its_way)


def check_bank(sums: Sums) -> Iterator[Finding]:
    """What was paid, less what came back, is what the matched bank lines say."""
    yield from compared("bank", "matched bank lines", sums.through_the_bank, sums.bank_lines)


def _sum(sums: Sums, kind: AccountKind) -> int:
    return sum(cents for account, cents in sums.balances.items() if account.kind is kind)


def _compare_by_merchant(
    check: str, kind: AccountKind, sums: Sums, recorded: dict[MerchantId, int]
) -> Iterator[Finding]:
    booked: dict[MerchantId, int] = defaultdict(int)
    for account, cents in sums.balances.items():
        if account.kind is kind:
            booked[MerchantId(account.code.split("/")[1])] += cents
    for merchant in sorted({*booked, *recorded}):
        yield from compared(check, merchant, booked.get(merchant, 0), recorded.get(merchant, 0))


BooksCheck = Callable[[Sums], Iterator[Finding]]

BOOKS_CHECKS: tuple[BooksCheck, ...] = (
    check_sentence,
    check_signs,
    check_holds,
    check_taken,
    check_payables,
    check_in_payment,
    check_bank,
)
