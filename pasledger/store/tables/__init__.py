"""Every table, with what holds for its rows. The rules that no constraint can say are triggers, in `guards`."""

from pasledger.store.tables.actors import act, act_result, actor_change, look_up
from pasledger.store.tables.amounts import scheme_amount
from pasledger.store.tables.bank import bank_line, bank_line_settled, bank_statement
from pasledger.store.tables.batches import (
    batch_award,
    batch_content,
    batch_hand,
    batch_key,
    batch_row,
    batch_source,
    batch_step,
    second_approval,
)
from pasledger.store.tables.cards import activation, books_key, card_rule, pin, pin_unlock, scheme_ceiling, tries
from pasledger.store.tables.changes import correction, entitlement_end, freeing, lapse, year_closed
from pasledger.store.tables.columns import CHANGES, IS_PASSING, IS_REFERENCE, SEALED_AS, SealedAs, metadata
from pasledger.store.tables.credentials import credential, credential_use
from pasledger.store.tables.follow_ups import follow_up
from pasledger.store.tables.holds import hold, hold_capture, hold_refund, hold_release, merchant_reference
from pasledger.store.tables.ledger import account, entry, municipality, transfer
from pasledger.store.tables.masterdata import (
    card,
    card_change,
    holder,
    holder_reference,
    merchant,
    scheme,
    terminal,
    terminal_revocation,
)
from pasledger.store.tables.merchants import merchant_check, merchant_contact, merchant_end
from pasledger.store.tables.money import attempt, award_decision, budget_decision, entitlement, redemption, refund
from pasledger.store.tables.offers import offer, offer_mark, offer_step, offer_use
from pasledger.store.tables.payment_requests import (
    payment_request,
    payment_request_reference,
    payment_request_step,
)
from pasledger.store.tables.persons import code_use, person, person_end, person_name, person_secret
from pasledger.store.tables.retention import retention_period, unlinked, unlinking
from pasledger.store.tables.seals import seal, sealed
from pasledger.store.tables.settlement import (
    payment_file,
    payment_settings,
    payout,
    payout_cancelled,
    payout_line,
    payout_run,
    payout_step,
    payout_waiting,
    run_step,
    written_off,
)
from pasledger.store.tables.sources import file_source

__all__ = [
    "CHANGED_IN_PART",
    "DELETED_ONLY",
    "LEAVES",
    "NEVER_CHANGED",
    "PARTS_OF_ENTRIES",
    "PASSING",
    "account",
    "act",
    "act_result",
    "activation",
    "actor_change",
    "attempt",
    "award_decision",
    "bank_line",
    "bank_line_settled",
    "bank_statement",
    "batch_award",
    "batch_content",
    "batch_hand",
    "batch_key",
    "batch_row",
    "batch_source",
    "batch_step",
    "books_key",
    "budget_decision",
    "card",
    "card_change",
    "card_rule",
    "code_use",
    "correction",
    "credential",
    "credential_use",
    "entitlement",
    "entitlement_end",
    "entry",
    "file_source",
    "follow_up",
    "freeing",
    "hold",
    "hold_capture",
    "hold_refund",
    "hold_release",
    "holder",
    "holder_reference",
    "lapse",
    "look_up",
    "merchant",
    "merchant_check",
    "merchant_contact",
    "merchant_end",
    "merchant_reference",
    "metadata",
    "municipality",
    "offer",
    "offer_mark",
    "offer_step",
    "offer_use",
    "payment_file",
    "payment_request",
    "payment_request_reference",
    "payment_request_step",
    "payment_settings",
    "payout",
    "payout_cancelled",
    "payout_line",
    "payout_run",
    "payout_step",
    "payout_waiting",
    "person",
    "person_end",
    "person_name",
    "person_secret",
    "pin",
    "pin_unlock",
    "redemption",
    "refund",
    "retention_period",
    "run_step",
    "scheme",
    "scheme_amount",
    "scheme_ceiling",
    "seal",
    "sealed",
    "second_approval",
    "terminal",
    "terminal_revocation",
    "transfer",
    "tries",
    "unlinked",
    "unlinking",
    "written_off",
    "year_closed",
]

_BY_NAME = sorted(metadata.tables.items())

CHANGED_IN_PART: dict[str, tuple[str, ...]] = {
    name: table.info[CHANGES] for name, table in _BY_NAME if table.info[CHANGES]
}
"""Tables of which no row is deleted, with the only columns that change."""

DELETED_ONLY = tuple(name for name, table in _BY_NAME if table.info[IS_REFERENCE])
"""Tables of references, which can be deleted when their term is over, and never changed."""

PASSING = tuple(name for name, table in _BY_NAME if table.info[IS_PASSING])
"""Tables of which the rows are deleted with what they were kept for, and never changed."""

NEVER_CHANGED = tuple(name for name, _ in _BY_NAME if name not in (*CHANGED_IN_PART, *DELETED_ONLY, *PASSING))
"""Tables of which no row is ever changed or deleted."""

LEAVES = tuple(table for _, table in _BY_NAME if table.info[SEALED_AS] is SealedAs.LEAF)
"""Tables of which each row is sealed by itself, an entry with its parts."""

PARTS_OF_ENTRIES = tuple(table for _, table in _BY_NAME if table.info[SEALED_AS] is SealedAs.PART_OF_ENTRY)
"""Tables of which the rows are sealed with their entry."""
