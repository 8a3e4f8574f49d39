"""All accounting of the product, on one page: which account each event debits and which it credits.

One function for each event, in the order of the money's life. Amounts are whole cents above zero. The account kinds
that an event may touch are listed once more, in one table, at the end: the checks hold every entry of the journal
against it.
"""

from pasledger.ledger import accounts
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntitlementId, MerchantId
from pasledger.ledger.journal import EntryKind, Transfer
from pasledger.ledger.money import Money


def budget_raised(*, scheme: str, year: int, amount: Money) -> Transfer:
    """Budget vastgesteld: the council sets money aside for a scheme in a year."""
    return Transfer(debit=accounts.treasury(scheme), credit=accounts.budget(scheme, year), amount=amount)


def budget_lowered(*, scheme: str, year: int, amount: Money) -> Transfer:
    """Budget verlaagd: the council takes back, or the rest of a year goes back to general means."""
    return Transfer(debit=accounts.budget(scheme, year), credit=accounts.treasury(scheme), amount=amount)


def awarded(*, scheme: str, year: int, entitlement: EntitlementId, amount: Money) -> Transfer:
    """Toekenning: a decision puts an amount on a holder's name."""
    return Transfer(
        debit=accounts.budget(scheme, year), credit=accounts.entitlement(entitlement, scheme), amount=amount
    )


def withdrawn(*, scheme: str, entitlement: EntitlementId, amount: Money, budget_year: int) -> Transfer:
    """Intrekking, back to the budget of the award's year; once that is closed or the entitlement ended: `lapsed`."""
    return Transfer(
        debit=accounts.entitlement(entitlement, scheme),
        credit=accounts.budget(scheme, budget_year),
        amount=amount,
    )


def redeemed(*, scheme: str, entitlement: EntitlementId, merchant: MerchantId, amount: Money) -> Transfer:
    """Besteding: what was promised to the holder is owed to the merchant from now on."""
    return Transfer(
        debit=accounts.entitlement(entitlement, scheme),
        credit=accounts.payable(merchant, scheme),
        amount=amount,
    )


def held(*, scheme: str, entitlement: EntitlementId, amount: Money) -> Transfer:
    """Reservering: set aside for a merchant, and still the holder's if it is never taken."""
    return Transfer(debit=accounts.entitlement(entitlement, scheme), credit=accounts.held(scheme), amount=amount)


def captured(*, scheme: str, merchant: MerchantId, amount: Money) -> Transfer:
    """Afgerekend: the merchant takes what was set aside, also after the entitlement's end: it was held in time."""
    return Transfer(debit=accounts.held(scheme), credit=accounts.payable(merchant, scheme), amount=amount)


def released(*, scheme: str, entitlement: EntitlementId, amount: Money) -> Transfer:
    """Vrijgegeven: what was set aside goes back to where it came from."""
    return Transfer(debit=accounts.held(scheme), credit=accounts.entitlement(entitlement, scheme), amount=amount)


def released_after_end(*, scheme: str, year: int, amount: Money) -> Transfer:
    """Vrijgegeven after the entitlement ended: it lapses, for giving it back would revive what has ended."""
    return Transfer(debit=accounts.held(scheme), credit=accounts.lapsed(scheme, year), amount=amount)


def refunded(*, scheme: str, entitlement: EntitlementId, merchant: MerchantId, amount: Money) -> Transfer:
    """Terugboeking: the merchant gives back, to the entitlement that paid."""
    return Transfer(
        debit=accounts.payable(merchant, scheme),
        credit=accounts.entitlement(entitlement, scheme),
        amount=amount,
    )


def refunded_after_end(*, scheme: str, merchant: MerchantId, year: int, amount: Money) -> Transfer:
    """Terugboeking after the entitlement ended: it lapses in the year of the refund."""
    return Transfer(debit=accounts.payable(merchant, scheme), credit=accounts.lapsed(scheme, year), amount=amount)


def put_in_payout(*, scheme: str, merchant: MerchantId, amount: Money) -> Transfer:
    """Uitbetaling klaargezet: what is owed is on its way. A negative share of a scheme is `payout_cancelled`."""
    return Transfer(
        debit=accounts.payable(merchant, scheme), credit=accounts.in_payment(merchant, scheme), amount=amount
    )


def payout_cancelled(*, scheme: str, merchant: MerchantId, amount: Money) -> Transfer:
    """Afgekeurd: the run was cancelled, or the bank rejected it before it debited us; it is owed again."""
    return Transfer(
        debit=accounts.in_payment(merchant, scheme), credit=accounts.payable(merchant, scheme), amount=amount
    )


def paid(*, scheme: str, merchant: MerchantId, amount: Money) -> Transfer:
    """Betaald: the bank debited us."""
    return Transfer(debit=accounts.in_payment(merchant, scheme), credit=accounts.treasury(scheme), amount=amount)


def negative_share(transfer: Transfer) -> Transfer:
    """Negatief deel: what a payout takes off for a scheme is the same event, the other way round."""
    return Transfer(debit=transfer.credit, credit=transfer.debit, amount=transfer.amount)


def returned(*, scheme: str, merchant: MerchantId, amount: Money) -> Transfer:
    """Retour, terugbetaling: money came back after we were debited; it is owed again, or a debt is settled."""
    return Transfer(debit=accounts.treasury(scheme), credit=accounts.payable(merchant, scheme), amount=amount)


def written_off(*, scheme: str, merchant: MerchantId, year: int, amount: Money) -> Transfer:
    """Afboeking: the debt of a merchant that left is borne by the scheme's budget."""
    return Transfer(debit=accounts.budget(scheme, year), credit=accounts.payable(merchant, scheme), amount=amount)


def lapsed(*, scheme: str, entitlement: EntitlementId, year: int, amount: Money) -> Transfer:
    """Verval: what is left when the validity is over."""
    return Transfer(
        debit=accounts.entitlement(entitlement, scheme), credit=accounts.lapsed(scheme, year), amount=amount
    )


def extended(*, scheme: str, entitlement: EntitlementId, year: int, amount: Money) -> Transfer:
    """Verlenging after lapse: it comes back, up to what lapsed and was not freed yet."""
    return Transfer(
        debit=accounts.lapsed(scheme, year), credit=accounts.entitlement(entitlement, scheme), amount=amount
    )


def freed(*, scheme: str, year: int, amount: Money) -> Transfer:
    """Vrijval: what lapsed goes back to general means."""
    return Transfer(debit=accounts.lapsed(scheme, year), credit=accounts.treasury(scheme), amount=amount)


def corrected(transfer: Transfer, amount: Money) -> Transfer:
    """Tegenboeking: an earlier transfer's sides swapped, less what was given back; ended: `refunded_after_end`."""
    return Transfer(debit=transfer.credit, credit=transfer.debit, amount=amount)


_K = AccountKind
SIDES: dict[EntryKind, frozenset[tuple[AccountKind, AccountKind]]] = {
    EntryKind.BUDGET_RAISED: frozenset({(_K.TREASURY, _K.BUDGET)}),
    EntryKind.BUDGET_LOWERED: frozenset({(_K.BUDGET, _K.TREASURY)}),
    EntryKind.AWARDED: frozenset({(_K.BUDGET, _K.ENTITLEMENT)}),
    EntryKind.WITHDRAWN: frozenset({(_K.ENTITLEMENT, _K.BUDGET), (_K.ENTITLEMENT, _K.LAPSED)}),
    EntryKind.REDEEMED: frozenset({(_K.ENTITLEMENT, _K.PAYABLE)}),
    EntryKind.HELD: frozenset({(_K.ENTITLEMENT, _K.HELD)}),
    EntryKind.CAPTURED: frozenset({(_K.HELD, _K.PAYABLE)}),
    EntryKind.RELEASED: frozenset({(_K.HELD, _K.ENTITLEMENT), (_K.HELD, _K.LAPSED)}),
    EntryKind.REFUNDED: frozenset({(_K.PAYABLE, _K.ENTITLEMENT), (_K.PAYABLE, _K.LAPSED)}),
    EntryKind.PUT_IN_PAYOUT: frozenset({(_K.PAYABLE, _K.IN_PAYMENT), (_K.IN_PAYMENT, _K.PAYABLE)}),
    EntryKind.PAYOUT_CANCELLED: frozenset({(_K.IN_PAYMENT, _K.PAYABLE), (_K.PAYABLE, _K.IN_PAYMENT)}),
    EntryKind.PAID: frozenset({(_K.IN_PAYMENT, _K.TREASURY), (_K.TREASURY, _K.IN_PAYMENT)}),
    EntryKind.RETURNED: frozenset({(_K.TREASURY, _K.PAYABLE), (_K.PAYABLE, _K.TREASURY)}),
    EntryKind.WRITTEN_OFF: frozenset({(_K.BUDGET, _K.PAYABLE)}),
    EntryKind.LAPSED: frozenset({(_K.ENTITLEMENT, _K.LAPSED)}),
    EntryKind.EXTENDED: frozenset({(_K.LAPSED, _K.ENTITLEMENT)}),
    EntryKind.FREED: frozenset({(_K.LAPSED, _K.TREASURY)}),
    EntryKind.CORRECTED: frozenset(
        {
            (_K.PAYABLE, _K.ENTITLEMENT),
            (_K.PAYABLE, _K.LAPSED),
            (_K.PAYABLE, _K.HELD),
            (_K.ENTITLEMENT, _K.PAYABLE),
            (_K.LAPSED, _K.PAYABLE),
            (_K.BUDGET, _K.TREASURY),
            (_K.TREASURY, _K.BUDGET),
        }
    ),
}
"""Which kind of account each event debits, and which it credits."""
