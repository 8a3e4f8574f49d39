"""Every request and the decision that answers it, and how a sequence of them is answered.

A request that carries a key which the books know already is answered from the record, before anything is decided. What
is granted is applied at once, so that the next request of the batch sees it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import Entry, Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.appointing import (
    ActorRequest,
    CredentialRequest,
    DismissalRequest,
    RoleRequest,
    decide_actor,
    decide_credential,
    decide_dismissal,
    decide_role,
)
from pasledger.rules.attempts import AttemptKey
from pasledger.rules.banking import (
    SettlementRequest,
    StatementLineRequest,
    StatementRequest,
    decide_settlement,
    decide_statement,
    decide_statement_line,
)
from pasledger.rules.batches import (
    BatchAwardRequest,
    BookingRequest,
    KeyRequest,
    PreparationRequest,
    RowsRequest,
    SecondApprovalRequest,
    StepRequest,
    decide_batch_award,
    decide_booking,
    decide_key,
    decide_preparation,
    decide_rows,
    decide_second_approval,
    decide_step,
)
from pasledger.rules.budgets import BudgetRequest, decide_budget
from pasledger.rules.card_entry import counted, uncounted
from pasledger.rules.card_rule import LimitRequest, decide_limit
from pasledger.rules.corrections import CorrectionRequest, decide_correction
from pasledger.rules.credentials import RenewalRequest, UseRequest, decide_renewal, decide_use
from pasledger.rules.crediting import AwardRequest, decide_award
from pasledger.rules.ends import ExtensionRequest, WithdrawalRequest, decide_extension, decide_withdrawal
from pasledger.rules.expiry import (
    BudgetRestRequest,
    FreeingRequest,
    LapseRequest,
    YearCloseRequest,
    decide_budget_rest,
    decide_freeing,
    decide_lapse,
    decide_year_close,
)
from pasledger.rules.follow_ups import FollowUpRequest, decide_follow_up
from pasledger.rules.holds import (
    CaptureRequest,
    ExpiryRequest,
    HoldRefundRequest,
    HoldRequest,
    ReleaseRequest,
    decide_capture,
    decide_expiry,
    decide_hold,
    decide_hold_refund,
    decide_release,
)
from pasledger.rules.merchants import (
    MerchantChangeRequest,
    MerchantCheckRequest,
    MerchantEndRequest,
    decide_merchant_change,
    decide_merchant_check,
    decide_merchant_end,
)
from pasledger.rules.offers import (
    OfferApprovalRequest,
    OfferForgettingRequest,
    OfferRequest,
    OfferStopRequest,
    OfferUseRequest,
    decide_offer,
    decide_offer_approval,
    decide_offer_forgetting,
    decide_offer_stop,
    decide_offer_use,
)
from pasledger.rules.payment_requests import (
    AskedPaymentRequest,
    AskingRequest,
    AskingWithdrawalRequest,
    ReminderRequest,
    decide_asked_payment,
    decide_asking,
    decide_asking_withdrawal,
    decide_reminder,
)
from pasledger.rules.payouts import (
    PaymentSettingsRequest,
    PayoutCancelRequest,
    PayoutRequest,
    PayoutRunRequest,
    RunCancelRequest,
    RunReleaseRequest,
    WriteOffRequest,
    decide_payment_settings,
    decide_payout,
    decide_payout_cancel,
    decide_payout_run,
    decide_run_cancel,
    decide_run_release,
    decide_write_off,
)
from pasledger.rules.persons import (
    OwnSecretRequest,
    PersonEndRequest,
    PersonRequest,
    PersonTryRequest,
    SignInRequest,
    StartRequest,
    decide_own_secret,
    decide_person,
    decide_person_end,
    decide_person_try,
    decide_sign_in,
    decide_start,
)
from pasledger.rules.pins import (
    ActivationRequest,
    CodeTryRequest,
    OwnCardRequest,
    OwnTryRequest,
    PinRequest,
    TryRequest,
    UnlockRequest,
    decide_activation,
    decide_code_try,
    decide_own_card,
    decide_own_try,
    decide_pin,
    decide_try,
    decide_unlock,
)
from pasledger.rules.records import Attempt, Event, Tries
from pasledger.rules.redemption import RedemptionRequest, decide_redemption
from pasledger.rules.refunds import RefundRequest, decide_refund
from pasledger.rules.registration import (
    CardRequest,
    HolderRequest,
    IssueRequest,
    MerchantRequest,
    RevocationRequest,
    SchemeRequest,
    TerminalRequest,
    decide_card,
    decide_holder,
    decide_issue,
    decide_merchant,
    decide_revocation,
    decide_scheme,
    decide_terminal,
)
from pasledger.rules.retention import RetentionRequest, decide_retention
from pasledger.rules.sources import SourceRequest, decide_source
from pasledger.rules.town import Needs, Town

Request = (
    RedemptionRequest
    | RefundRequest
    | HoldRequest
    | CaptureRequest
    | ReleaseRequest
    | ExpiryRequest
    | HoldRefundRequest
    | AwardRequest
    | WithdrawalRequest
    | ExtensionRequest
    | LapseRequest
    | FreeingRequest
    | CorrectionRequest
    | BudgetRestRequest
    | YearCloseRequest
    | PreparationRequest
    | RowsRequest
    | StepRequest
    | BatchAwardRequest
    | BookingRequest
    | KeyRequest
    | SecondApprovalRequest
    | RetentionRequest
    | BudgetRequest
    | SchemeRequest
    | SourceRequest
    | MerchantRequest
    | MerchantChangeRequest
    | MerchantCheckRequest
    | MerchantEndRequest
    | PaymentSettingsRequest
    | PayoutRunRequest
    | PayoutRequest
    | RunReleaseRequest
    | RunCancelRequest
    | PayoutCancelRequest
    | WriteOffRequest
    | StatementRequest
    | StatementLineRequest
    | SettlementRequest
    | TerminalRequest
    | RevocationRequest
    | ActorRequest
    | RoleRequest
    | CredentialRequest
    | DismissalRequest
    | HolderRequest
    | CardRequest
    | IssueRequest
    | RenewalRequest
    | UseRequest
    | PersonRequest
    | StartRequest
    | OwnSecretRequest
    | SignInRequest
    | PersonEndRequest
    | PersonTryRequest
    | OfferRequest
    | OfferApprovalRequest
    | OfferStopRequest
    | OfferUseRequest
    | OfferForgettingRequest
    | AskingRequest
    | AskingWithdrawalRequest
    | ReminderRequest
    | AskedPaymentRequest
    | LimitRequest
    | ActivationRequest
    | PinRequest
    | OwnTryRequest
    | OwnCardRequest
    | TryRequest
    | CodeTryRequest
    | UnlockRequest
    | FollowUpRequest
)

PresentedRequest = RedemptionRequest | HoldRequest | OfferUseRequest
"""What is asked with a card."""

KeyedRequest = (
    RedemptionRequest
    | RefundRequest
    | HoldRequest
    | CaptureRequest
    | ReleaseRequest
    | HoldRefundRequest
    | OfferUseRequest
    | AskingRequest
    | AskingWithdrawalRequest
    | ReminderRequest
    | AskedPaymentRequest
)
"""What merchants ask for, and holders on their own page. Staff repeat freely: their work is unique by what it says."""

DECISIONS: dict[type[Request], Callable[[Any, Town, Stamp], Event]] = {
    RedemptionRequest: decide_redemption,
    RefundRequest: decide_refund,
    HoldRequest: decide_hold,
    CaptureRequest: decide_capture,
    ReleaseRequest: decide_release,
    ExpiryRequest: decide_expiry,
    HoldRefundRequest: decide_hold_refund,
    AwardRequest: decide_award,
    WithdrawalRequest: decide_withdrawal,
    ExtensionRequest: decide_extension,
    LapseRequest: decide_lapse,
    FreeingRequest: decide_freeing,
    CorrectionRequest: decide_correction,
    BudgetRestRequest: decide_budget_rest,
    YearCloseRequest: decide_year_close,
    PreparationRequest: decide_preparation,
    RowsRequest: decide_rows,
    StepRequest: decide_step,
    BatchAwardRequest: decide_batch_award,
    BookingRequest: decide_booking,
    KeyRequest: decide_key,
    SecondApprovalRequest: decide_second_approval,
    RetentionRequest: decide_retention,
    BudgetRequest: decide_budget,
    SchemeRequest: decide_scheme,
    SourceRequest: decide_source,
    MerchantRequest: decide_merchant,
    MerchantChangeRequest: decide_merchant_change,
    MerchantCheckRequest: decide_merchant_check,
    MerchantEndRequest: decide_merchant_end,
    PaymentSettingsRequest: decide_payment_settings,
    PayoutRunRequest: decide_payout_run,
    PayoutRequest: decide_payout,
    RunReleaseRequest: decide_run_release,
    RunCancelRequest: decide_run_cancel,
    PayoutCancelRequest: decide_payout_cancel,
    WriteOffRequest: decide_write_off,
    StatementRequest: decide_statement,
    StatementLineRequest: decide_statement_line,
    SettlementRequest: decide_settlement,
    TerminalRequest: decide_terminal,
    RevocationRequest: decide_revocation,
    ActorRequest: decide_actor,
    RoleRequest: decide_role,
    CredentialRequest: decide_credential,
    DismissalRequest: decide_dismissal,
    HolderRequest: decide_holder,
    CardRequest: decide_card,
    IssueRequest: decide_issue,
    RenewalRequest: decide_renewal,
    UseRequest: decide_use,
    PersonRequest: decide_person,
    StartRequest: decide_start,
    OwnSecretRequest: decide_own_secret,
    SignInRequest: decide_sign_in,
    PersonEndRequest: decide_person_end,
    PersonTryRequest: decide_person_try,
    OfferRequest: decide_offer,
    OfferApprovalRequest: decide_offer_approval,
    OfferStopRequest: decide_offer_stop,
    OfferUseRequest: decide_offer_use,
    OfferForgettingRequest: decide_offer_forgetting,
    AskingRequest: decide_asking,
    AskingWithdrawalRequest: decide_asking_withdrawal,
    ReminderRequest: decide_reminder,
    AskedPaymentRequest: decide_asked_payment,
    LimitRequest: decide_limit,
    ActivationRequest: decide_activation,
    PinRequest: decide_pin,
    OwnTryRequest: decide_own_try,
    OwnCardRequest: decide_own_card,
    TryRequest: decide_try,
    CodeTryRequest: decide_code_try,
    UnlockRequest: decide_unlock,
    FollowUpRequest: decide_follow_up,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one request: what was newly decided, or why not, and what its key stands for from now on."""

    event: Event | None = None
    refused: Refused | None = None
    attempt: Attempt | None = None
    is_repeat: bool = False
    counted: tuple[Tries, ...] = ()
    """How the tries of the card stand from now on, whether it was granted or refused."""


def needs_of(requests: Iterable[Request]) -> Needs:
    """Return what all of the requests together have to know."""
    needs = Needs()
    for request in requests:
        request.need(needs)
        if (asked := _key(request)) is not None:
            needs.attempts.add(asked.key)
    return needs


def decide_each(requests: Iterable[Request], town: Town, stamp: Stamp) -> list[Outcome]:
    """Return the answers to `requests`, in order; `town` is then what they made of it."""
    return [_decide(request, town, stamp) for request in requests]


def _decide(request: Request, town: Town, stamp: Stamp) -> Outcome:
    asked = _key(request)
    if asked is not None and (before := town.attempts.get(asked.key)) is not None:
        return replace(_repeat(asked, before), counted=_uncounted(request, town))
    try:
        event = DECISIONS[type(request)](request, town, stamp)
        if event.entry is not None and town.closed_through:
            _require_open_years(event.entry, town)
    except Refused as refused:
        attempt = _attempt(request, town, stamp, refused.reason)
        return Outcome(refused=refused, attempt=attempt, counted=_counted(request, town, stamp, refused.reason))
    town.apply(event)
    counts = _counted(request, town, stamp, None)
    return Outcome(event=event, attempt=_attempt(request, town, stamp, None), counted=counts)


def _counted(request: Request, town: Town, stamp: Stamp, refusal: Refusal | None) -> tuple[Tries, ...]:
    if not isinstance(request, PresentedRequest):
        return ()
    is_refused = refusal not in _ABOUT_NO_CARD
    counts = counted(request.card, town, stamp, at=request.merchant, is_refused=is_refused)
    for count in counts:
        town.learn(count)
    return counts


def _uncounted(request: Request, town: Town) -> tuple[Tries, ...]:
    counts = uncounted(request.card, town) if isinstance(request, PresentedRequest) else ()
    for count in counts:
        town.learn(count)
    return counts


_ABOUT_NO_CARD = (None, Refusal.HOLD_TERM, Refusal.OFFER_UNKNOWN)


def _require_open_years(entry: Entry, town: Town) -> None:
    """Refuse whatever would count in a closed year, or change its budget."""
    for transfer in entry.transfers:
        for account in (transfer.debit, transfer.credit):
            years = {entry.stamp.effective_on.year}
            if account.kind is AccountKind.BUDGET:
                years.add(int(account.code.rpartition("/")[2]))
            for year in years:
                if town.is_closed(account.scheme, year):
                    raise Refused(Refusal.YEAR_CLOSED, scheme=account.scheme, year=year)


def _key(request: Request) -> AttemptKey | None:
    return request.attempt if isinstance(request, KeyedRequest) else None


def _repeat(asked: AttemptKey, before: Attempt) -> Outcome:
    if not asked.is_the_same_as(before.fingerprint):
        return Outcome(refused=Refused(Refusal.KEY_REUSED))
    refused = None if before.refusal is None else Refused(before.refusal)
    return Outcome(refused=refused, attempt=before, is_repeat=True)


# That something is not there says nothing about a sale, so that the key stays free.
_NOT_FINAL = frozenset(
    {
        Refusal.REDEMPTION_UNKNOWN,
        Refusal.HOLD_UNKNOWN,
        Refusal.MERCHANT_UNKNOWN,
        Refusal.OFFER_UNKNOWN,
        Refusal.REQUEST_UNKNOWN,
    }
)


def _attempt(request: Request, town: Town, stamp: Stamp, refusal: Refusal | None) -> Attempt | None:
    """Keep the answer under the request's key: a sale refused at the till must not succeed later unseen."""
    if not isinstance(request, KeyedRequest) or request.attempt is None or refusal in _NOT_FINAL:
        return None
    if isinstance(request, AskedPaymentRequest) and refusal is not None:
        return None  # why somebody did not pay at home is kept nowhere
    attempt = Attempt(
        request.attempt.key,
        request.attempt.fingerprint,
        stamp.recorded_at,
        request.id if refusal is None else None,
        refusal,
    )
    town.attempts[attempt.key] = attempt
    return attempt
