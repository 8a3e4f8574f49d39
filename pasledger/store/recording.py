"""Appending what was decided: one statement for each table touched, however many rows, transfers before entries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Stamp
from pasledger.rules.deciding import Outcome
from pasledger.rules.records import (
    Activation,
    ActorChange,
    AwardDecision,
    BankLine,
    BankStatement,
    BatchAward,
    BatchContent,
    BatchHand,
    BatchKey,
    BatchRow,
    BatchSource,
    BatchStep,
    BudgetDecision,
    Card,
    CardChange,
    CardRule,
    CodeUsed,
    Correction,
    Credential,
    CredentialUsed,
    Entitlement,
    EntitlementEnd,
    Event,
    Fact,
    FileSource,
    FirstTries,
    FollowUp,
    Freeing,
    Hold,
    HoldCaptured,
    Holder,
    HoldRefunded,
    HoldReleased,
    Lapse,
    Merchant,
    MerchantCheck,
    MerchantContact,
    MerchantEnd,
    MerchantReference,
    Offer,
    OfferApproved,
    OfferForgotten,
    OfferMarked,
    OfferStopped,
    OfferUsed,
    PaymentRequest,
    PaymentRequestReference,
    PaymentRequestStepped,
    PaymentSettings,
    Payout,
    PayoutCancelled,
    PayoutLine,
    PayoutRun,
    PayoutStepped,
    PayoutWaiting,
    Person,
    PersonEnd,
    PersonSecret,
    Pin,
    PinToVerify,
    PinUnlocked,
    Redemption,
    Refund,
    RetentionPeriod,
    RunStepped,
    SecondApproval,
    StatementLine,
    Terminal,
    TerminalRevoked,
    Tries,
    WrittenOff,
    YearClosed,
)
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Town
from pasledger.store import rows, tables
from pasledger.store.statements import Deletion, Insertion, InsertionIfMissing, InsertionWithout, Row, Update, Writing

_t = tables


def record(connection: Connection, outcomes: Iterable[Outcome], town: Town) -> None:
    """Append what the outcomes say; `town` has what the floored balances are after them."""
    written: dict[Writing, list[Row]] = defaultdict(list)
    touched: dict[Account, None] = {}
    for outcome in outcomes:
        if outcome.event is not None:
            _write_event(outcome.event, written, touched)
        for count in outcome.counted:
            _write_tries(count, written)
        if outcome.attempt is not None and not outcome.is_repeat:
            written[_ATTEMPT].append(rows.attempt_row(outcome.attempt))
    _write_accounts(town, touched, written)
    for listed in (_ATTEMPT, _FIRST_TRIES):  # two batches with the same keys wait for each other in one order
        written[listed].sort()
    for statement in _IN_ORDER:
        statement.write(connection, written[statement])


def _write_event(event: Event, written: dict[Writing, list[Row]], touched: dict[Account, None]) -> None:
    if event.entry is not None:
        is_approved = event.entry.stamp.approved_by is not None
        written[_ENTRY if is_approved else _UNAPPROVED_ENTRY].append(rows.entry_row(event.entry))
        written[_TRANSFER].extend(rows.transfer_rows(event.entry))
        for transfer in event.entry.transfers:
            touched[transfer.debit] = touched[transfer.credit] = None
    for fact in event.facts:
        if type(fact) is Scheme:
            written[_SCHEME_AMOUNT].extend(rows.scheme_amount_rows(fact))
        for statement, row_of in _FACTS[type(fact)]:
            written[statement].append(row_of(fact, event.stamp))
        if isinstance(fact, RunStepped):
            written[_PAYMENT_FILE].extend(rows.payment_file_rows(fact))


def _write_tries(count: Tries, written: dict[Writing, list[Row]]) -> None:
    if isinstance(count, FirstTries):
        written[_FIRST_TRIES].append(rows.first_tries_row(count))
    else:
        written[_TRIES].append(rows.tries_row(count))


def _write_accounts(town: Town, touched: Mapping[Account, None], written: dict[Writing, list[Row]]) -> None:
    """Open what is new, at the balance that it ends with, and set the balances of what was there."""
    for account in sorted(touched):  # two batches that open the same accounts do so in one order
        if not account.kind.is_floored:
            written[_OPEN_IF_MISSING].append((account.code, account.kind.value, account.scheme, None))
        elif town.is_new(account):
            opened = (account.code, account.kind.value, account.scheme, town.balance(account).cents)
            written[_OPEN].append(opened)
        else:
            written[_SET_BALANCE].append((town.balance(account).cents, account.code))


_OPEN_IF_MISSING = InsertionIfMissing(_t.account)
_OPEN = Insertion(_t.account)
_SET_BALANCE = Update(_t.account, _t.account.c.balance_cents)
_TRANSFER = Insertion(_t.transfer)
_ENTRY = Insertion(_t.entry)
_UNAPPROVED_ENTRY = InsertionWithout(_t.entry, _t.entry.c.approved_by)  # for a role that may approve nothing
_SCHEME = Insertion(_t.scheme)
_FILE_SOURCE = Insertion(_t.file_source)
_SCHEME_AMOUNT = Insertion(_t.scheme_amount)
_MERCHANT = Insertion(_t.merchant)
_MERCHANT_CONTACT = Insertion(_t.merchant_contact)
_MERCHANT_CHECK = Insertion(_t.merchant_check)
_MERCHANT_END = Insertion(_t.merchant_end)
_TERMINAL = Insertion(_t.terminal)
_REVOKE = Update(_t.terminal, _t.terminal.c.revoked_at, _t.terminal.c.revoked_by)
_ACTOR_CHANGE = Insertion(_t.actor_change)
_REVOCATION = Insertion(_t.terminal_revocation)
_CREDENTIAL = Insertion(_t.credential)
_CREDENTIAL_USE = InsertionIfMissing(_t.credential_use)
_PERSON = Insertion(_t.person)
_PERSON_NAME = Insertion(_t.person_name)
_PERSON_SECRET = Insertion(_t.person_secret)
_PERSON_END = Insertion(_t.person_end)
_CODE_USE = Insertion(_t.code_use)
_OFFER = Insertion(_t.offer)
_OFFER_STEP = Insertion(_t.offer_step)
_UNAPPROVED_OFFER_STEP = InsertionWithout(_t.offer_step, _t.offer_step.c.approved_by)
_OFFER_USE = Insertion(_t.offer_use)
_SET_USED = Update(_t.offer, _t.offer.c.used)
_OFFER_MARK = Insertion(_t.offer_mark)
_FORGET_MARKS = Deletion(_t.offer_mark, _t.offer_mark.c.offer_id)
_PAYMENT_REQUEST = Insertion(_t.payment_request)
_PAYMENT_REQUEST_REFERENCE = Insertion(_t.payment_request_reference)
_PAYMENT_REQUEST_STEP = Insertion(_t.payment_request_step)
_HOLDER = Insertion(_t.holder)
_HOLDER_REFERENCE = Insertion(_t.holder_reference)
_CARD = Insertion(_t.card)
_SET_CARD_STATE = Update(_t.card, _t.card.c.state)
_CARD_CHANGE = Insertion(_t.card_change)
_CARD_RULE = Insertion(_t.card_rule)
_SCHEME_CEILING = Insertion(_t.scheme_ceiling)
_ACTIVATION = Insertion(_t.activation)
_PIN = Insertion(_t.pin)
_PIN_UNLOCK = Insertion(_t.pin_unlock)
_FIRST_TRIES = Insertion(_t.tries)
_TRIES = Update(_t.tries, _t.tries.c.number, _t.tries.c.counted_at)
_ENTITLEMENT = Insertion(_t.entitlement)
_ENTITLEMENT_END = Insertion(_t.entitlement_end)
_LAPSE = Insertion(_t.lapse)
_FREEING = Insertion(_t.freeing)
_CORRECTION = Insertion(_t.correction)
_YEAR_CLOSED = Insertion(_t.year_closed)
_AWARD_DECISION = Insertion(_t.award_decision)
_BATCH_CONTENT = Insertion(_t.batch_content)
_BATCH_SOURCE = Insertion(_t.batch_source)
_BATCH_HAND = Insertion(_t.batch_hand)
_BATCH_STEP = Insertion(_t.batch_step)
_BATCH_ROW = Insertion(_t.batch_row)
_BATCH_AWARD = Insertion(_t.batch_award)
_BATCH_KEY = Insertion(_t.batch_key)
_SECOND_APPROVAL = Insertion(_t.second_approval)
_RETENTION_PERIOD = Insertion(_t.retention_period)
_BUDGET_DECISION = Insertion(_t.budget_decision)
_REDEMPTION = Insertion(_t.redemption)
_REFUND = Insertion(_t.refund)
_HOLD = Insertion(_t.hold)
_HOLD_CAPTURE = Insertion(_t.hold_capture)
_HOLD_RELEASE = Insertion(_t.hold_release)
_HOLD_REFUND = Insertion(_t.hold_refund)
_MERCHANT_REFERENCE = Insertion(_t.merchant_reference)
_ATTEMPT = Insertion(_t.attempt)
_BANK_STATEMENT = Insertion(_t.bank_statement)
_STATEMENT_LINE = Insertion(_t.bank_line)
_BANK_LINE = Insertion(_t.bank_line_settled)
_PAYMENT_SETTINGS = Insertion(_t.payment_settings)
_PAYOUT_RUN = Insertion(_t.payout_run)
_RUN_STEP = Insertion(_t.run_step)
_PAYMENT_FILE = Insertion(_t.payment_file)
_PAYOUT = Insertion(_t.payout)
_PAYOUT_LINE = Insertion(_t.payout_line)
_PAYOUT_WAITING = Insertion(_t.payout_waiting)
_PAYOUT_STEP = Insertion(_t.payout_step)
_PAYOUT_CANCELLED = Insertion(_t.payout_cancelled)
_WRITTEN_OFF = Insertion(_t.written_off)
_FOLLOW_UP = Insertion(_t.follow_up)

# What is referred to comes first, and entries after their transfers.
_IN_ORDER = (
    *(_OPEN_IF_MISSING, _OPEN, _SET_BALANCE, _TRANSFER, _ENTRY, _UNAPPROVED_ENTRY),
    *(_SCHEME, _SCHEME_AMOUNT, _SCHEME_CEILING, _CARD_RULE),
    *(_MERCHANT, _MERCHANT_CONTACT, _MERCHANT_CHECK, _MERCHANT_END, _TERMINAL, _REVOKE, _REVOCATION),
    *(_ACTOR_CHANGE, _FILE_SOURCE, _CREDENTIAL, _CREDENTIAL_USE, _RETENTION_PERIOD),
    *(_PERSON, _PERSON_NAME, _PERSON_SECRET, _PERSON_END, _CODE_USE),
    *(_OFFER, _OFFER_STEP, _UNAPPROVED_OFFER_STEP, _OFFER_USE, _SET_USED, _OFFER_MARK, _FORGET_MARKS),
    *(_PAYMENT_REQUEST, _PAYMENT_REQUEST_REFERENCE, _PAYMENT_REQUEST_STEP),
    *(_HOLDER, _HOLDER_REFERENCE, _CARD, _SET_CARD_STATE, _CARD_CHANGE),
    *(_LAPSE, _ENTITLEMENT_END, _FREEING, _CORRECTION, _YEAR_CLOSED),
    *(_ACTIVATION, _PIN, _PIN_UNLOCK, _FIRST_TRIES, _TRIES),
    *(_HOLD, _HOLD_CAPTURE, _HOLD_RELEASE, _HOLD_REFUND, _MERCHANT_REFERENCE),
    *(_BATCH_KEY, _SECOND_APPROVAL, _BATCH_CONTENT, _BATCH_SOURCE, _BATCH_HAND, _BATCH_STEP, _BATCH_ROW),
    *(_ENTITLEMENT, _BATCH_AWARD, _AWARD_DECISION, _BUDGET_DECISION, _REDEMPTION, _REFUND, _ATTEMPT),
    *(
        _PAYMENT_SETTINGS,
        _PAYOUT_RUN,
        _RUN_STEP,
        _PAYMENT_FILE,
        _PAYOUT,
        _PAYOUT_LINE,
        _PAYOUT_WAITING,
        _PAYOUT_STEP,
        _PAYOUT_CANCELLED,
        _WRITTEN_OFF,
        *(_BANK_STATEMENT, _STATEMENT_LINE, _BANK_LINE),
        _FOLLOW_UP,
    ),
)

RowOf = Callable[[Any, Stamp], Row]


def _unstamped(row_of: Callable[[Any], Row]) -> RowOf:
    return lambda fact, _stamp: row_of(fact)


_FACTS: dict[type[Fact], tuple[tuple[Writing, RowOf], ...]] = {
    Scheme: ((_SCHEME, rows.scheme_row), (_SCHEME_CEILING, _unstamped(rows.scheme_ceiling_row))),
    CardRule: ((_CARD_RULE, rows.card_rule_row),),
    FileSource: ((_FILE_SOURCE, rows.file_source_row),),
    Merchant: ((_MERCHANT, rows.merchant_row),),
    MerchantContact: ((_MERCHANT_CONTACT, _unstamped(rows.merchant_contact_row)),),
    MerchantCheck: ((_MERCHANT_CHECK, rows.merchant_check_row),),
    MerchantEnd: ((_MERCHANT_END, rows.merchant_end_row),),
    Terminal: ((_TERMINAL, rows.terminal_row),),
    ActorChange: ((_ACTOR_CHANGE, _unstamped(rows.actor_change_row)),),
    TerminalRevoked: ((_REVOKE, rows.revocation_row), (_REVOCATION, rows.revocation_log_row)),
    Credential: ((_CREDENTIAL, rows.credential_row),),
    CredentialUsed: ((_CREDENTIAL_USE, _unstamped(rows.credential_use_row)),),
    Person: ((_PERSON, rows.person_row), (_PERSON_NAME, _unstamped(rows.person_name_row))),
    PersonSecret: ((_PERSON_SECRET, rows.person_secret_row),),
    PersonEnd: ((_PERSON_END, rows.person_end_row),),
    CodeUsed: ((_CODE_USE, rows.code_use_row),),
    Offer: ((_OFFER, rows.offer_row),),
    OfferApproved: ((_OFFER_STEP, rows.offer_approved_row),),
    OfferStopped: ((_UNAPPROVED_OFFER_STEP, rows.offer_stopped_row),),
    OfferUsed: ((_OFFER_USE, _unstamped(rows.offer_use_row)), (_SET_USED, _unstamped(rows.offer_used_row))),
    OfferMarked: ((_OFFER_MARK, _unstamped(rows.offer_mark_row)),),
    OfferForgotten: (
        (_UNAPPROVED_OFFER_STEP, rows.offer_forgotten_row),
        (_FORGET_MARKS, _unstamped(rows.forgotten_marks_row)),
    ),
    PaymentRequest: ((_PAYMENT_REQUEST, rows.payment_request_row),),
    PaymentRequestReference: ((_PAYMENT_REQUEST_REFERENCE, _unstamped(rows.payment_request_reference_row)),),
    PaymentRequestStepped: ((_PAYMENT_REQUEST_STEP, rows.payment_request_step_row),),
    Holder: ((_HOLDER, rows.holder_row), (_HOLDER_REFERENCE, _unstamped(rows.holder_reference_row))),
    Card: ((_CARD, rows.card_row), (_CARD_CHANGE, rows.first_state_row)),
    CardChange: ((_SET_CARD_STATE, _unstamped(rows.card_state_row)), (_CARD_CHANGE, rows.card_change_row)),
    Activation: ((_ACTIVATION, rows.activation_row),),
    Pin: ((_PIN, rows.pin_row),),
    PinToVerify: (),
    PinUnlocked: ((_PIN_UNLOCK, rows.unlock_row),),
    Tries: ((_TRIES, _unstamped(rows.tries_row)),),
    FirstTries: ((_FIRST_TRIES, _unstamped(rows.first_tries_row)),),
    Entitlement: ((_ENTITLEMENT, _unstamped(rows.entitlement_row)),),
    EntitlementEnd: ((_ENTITLEMENT_END, rows.entitlement_end_row),),
    Lapse: ((_LAPSE, _unstamped(rows.lapse_row)),),
    Freeing: ((_FREEING, _unstamped(rows.freeing_row)),),
    Correction: ((_CORRECTION, _unstamped(rows.correction_row)),),
    YearClosed: ((_YEAR_CLOSED, rows.year_closed_row),),
    AwardDecision: ((_AWARD_DECISION, _unstamped(rows.award_decision_row)),),
    BatchContent: ((_BATCH_CONTENT, _unstamped(rows.batch_content_row)),),
    BatchSource: ((_BATCH_SOURCE, _unstamped(rows.batch_source_row)),),
    BatchHand: ((_BATCH_HAND, rows.batch_hand_row),),
    BatchStep: ((_BATCH_STEP, _unstamped(rows.batch_step_row)),),
    BatchRow: ((_BATCH_ROW, _unstamped(rows.batch_row_row)),),
    BatchAward: ((_BATCH_AWARD, _unstamped(rows.batch_award_row)),),
    BatchKey: ((_BATCH_KEY, _unstamped(rows.batch_key_row)),),
    SecondApproval: ((_SECOND_APPROVAL, rows.second_approval_row),),
    RetentionPeriod: ((_RETENTION_PERIOD, rows.retention_period_row),),
    BudgetDecision: ((_BUDGET_DECISION, _unstamped(rows.budget_decision_row)),),
    Redemption: ((_REDEMPTION, _unstamped(rows.redemption_row)),),
    Refund: ((_REFUND, _unstamped(rows.refund_row)),),
    BankStatement: ((_BANK_STATEMENT, rows.bank_statement_row),),
    StatementLine: ((_STATEMENT_LINE, _unstamped(rows.statement_line_row)),),
    BankLine: ((_BANK_LINE, rows.bank_line_row),),
    PaymentSettings: ((_PAYMENT_SETTINGS, rows.payment_settings_row),),
    PayoutRun: ((_PAYOUT_RUN, rows.payout_run_row),),
    RunStepped: ((_RUN_STEP, rows.run_step_row),),
    Payout: ((_PAYOUT, _unstamped(rows.payout_row)),),
    PayoutLine: ((_PAYOUT_LINE, _unstamped(rows.payout_line_row)),),
    PayoutWaiting: ((_PAYOUT_WAITING, _unstamped(rows.payout_waiting_row)),),
    PayoutStepped: ((_PAYOUT_STEP, _unstamped(rows.payout_step_row)),),
    PayoutCancelled: ((_PAYOUT_CANCELLED, _unstamped(rows.payout_cancelled_row)),),
    FollowUp: ((_FOLLOW_UP, rows.follow_up_row),),
    WrittenOff: ((_WRITTEN_OFF, _unstamped(rows.written_off_row)),),
    Hold: ((_HOLD, _unstamped(rows.hold_row)),),
    HoldCaptured: ((_HOLD_CAPTURE, _unstamped(rows.hold_use_row)),),
    HoldReleased: ((_HOLD_RELEASE, _unstamped(rows.hold_use_row)),),
    HoldRefunded: ((_HOLD_REFUND, _unstamped(rows.hold_use_row)),),
    MerchantReference: ((_MERCHANT_REFERENCE, _unstamped(rows.merchant_reference_row)),),
}
