"""The town: the books, and beside them all that a decision may look at.

Held whole in memory by tests and simulations, or loaded by a store for one batch with just what its requests need.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Never, TypeVar

from pasledger.ledger.accounts import Account
from pasledger.ledger.books import Books
from pasledger.ledger.ids import (
    BatchId,
    CardId,
    EntitlementId,
    EntryId,
    FindingId,
    HolderId,
    HoldId,
    MerchantId,
    OfferId,
    PaymentRequestId,
    PayoutId,
    PersonId,
    RedemptionId,
    RunId,
    StatementId,
    TerminalId,
)
from pasledger.ledger.journal import Entry
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.actors import Actors
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.ceilings import Spent, count_spending
from pasledger.rules.holders import HolderReference
from pasledger.rules.keys import SecretKey
from pasledger.rules.records import (
    NOTHING_YET,
    Activation,
    ActorChange,
    Attempt,
    AwardDecision,
    AwardKey,
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
    FollowUp,
    Freeing,
    Hold,
    HoldCaptured,
    Holder,
    HoldRefunded,
    HoldReleased,
    HoldUse,
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
    OfferStep,
    OfferStopped,
    OfferUsed,
    OpenLine,
    PaymentRequest,
    PaymentRequestProgress,
    PaymentRequestReference,
    PaymentRequestStep,
    PaymentRequestStepped,
    PaymentSettings,
    Payout,
    PayoutCancelled,
    PayoutLine,
    PayoutRun,
    PayoutStep,
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
    RunStep,
    RunStepped,
    SecondApproval,
    StatementLine,
    Terminal,
    TerminalRevoked,
    Tries,
    WrittenOff,
    YearClosed,
    open_lines_of,
)
from pasledger.rules.schemes import Scheme


@dataclass(slots=True)
class Needs:
    """What a batch of requests has to know and, where it will change it, to lock."""

    attempts: set[str] = field(default_factory=set)
    cards: set[CardNumber | TokenHash] = field(default_factory=set)
    spending_cards: set[CardNumber | TokenHash] = field(default_factory=set)
    """Cards whose holder's entitlements are needed too."""
    pins: set[CardNumber | TokenHash] = field(default_factory=set)
    pin_tries: set[str] = field(default_factory=set)
    """Cards and persons whose PIN or secret is tried, and what was typed for one that is not there."""
    activations: set[CardNumber | TokenHash] = field(default_factory=set)
    refusals: set[tuple[MerchantId, CardNumber | TokenHash]] = field(default_factory=set)
    """Which card is presented at which merchant: how often it was refused there is needed too."""
    holders: set[HolderReference] = field(default_factory=set)
    merchants: set[MerchantId] = field(default_factory=set)
    merchant_files: set[MerchantId] = field(default_factory=set)
    """Merchants of which the checks of their accounts are needed too."""
    open_lines: set[MerchantId] = field(default_factory=set)
    """Merchants of which the lines that are in no payout are needed."""
    runs: set[RunId] = field(default_factory=set)
    """Payout runs, with their payouts and what became of them."""
    bank_references: set[str] = field(default_factory=set)
    """What lines of a bank statement call what they are about."""
    open_bank_lines: set[str] = field(default_factory=set)
    pays: bool = False
    """Whether it matters how the town pays."""
    merchant_names: set[str] = field(default_factory=set)
    terminals: set[TerminalId] = field(default_factory=set)
    terminals_of: set[MerchantId] = field(default_factory=set)
    """Merchants of which all terminals are needed."""
    offers: set[OfferId] = field(default_factory=set)
    """Offers, with how often each was used, which is locked."""
    offer_cards: set[tuple[OfferId, CardNumber | TokenHash]] = field(default_factory=set)
    """Which card uses which offer: how often its holder did is needed too."""
    secret: SecretKey | None = field(default=None, repr=False)
    """The key of the books, by which that is found."""
    payment_requests: set[PaymentRequestId] = field(default_factory=set)
    """Payment requests, with what became of each."""
    credentials: set[TerminalId] = field(default_factory=set)
    """Terminals of which the later credentials are needed too."""
    persons: set[str] = field(default_factory=set)
    persons_of: set[MerchantId] = field(default_factory=set)
    """Merchants of which all persons are needed: they are few."""
    actors: set[str] = field(default_factory=set)
    """Where there is any, all actors are needed: they are few."""
    redemptions: set[RedemptionId] = field(default_factory=set)
    entitlements: set[EntitlementId] = field(default_factory=set)
    """Entitlements whose end or money is to be changed: with the budgets of their schemes, and what lapsed of them."""
    corrected_entries: set[EntryId] = field(default_factory=set)
    """Entries that are to be countered: with what they were about, and the budgets of their schemes."""
    closing_schemes: set[str] = field(default_factory=set)
    """Schemes of which money is freed, a budget changed or a year closed: with all their budgets, and what lapsed."""
    holds: set[HoldId] = field(default_factory=set)
    budgets: set[Account] = field(default_factory=set)
    award_references: set[str] = field(default_factory=set)
    batches: set[BatchId] = field(default_factory=set)
    batch_sources: set[str] = field(default_factory=set)
    """What files say: whether it belongs to a batch already."""
    file_sources: set[str] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    """The settings of a part of the books; those of awards come with each batch too."""
    findings: set[FindingId] = field(default_factory=set)
    """Findings of which it matters what was said before."""
    budget_references: set[str] = field(default_factory=set)
    retention: bool = False
    """Whether it matters how long references are kept."""
    today: date | None = None
    """The day whose spending counts against a ceiling."""


class Town(Books):
    """The books with the cards, schemes, merchants and records of a municipality."""

    def __init__(self) -> None:
        super().__init__()
        self.schemes: dict[str, tuple[Scheme, ...]] = {}
        self.file_sources: dict[str, tuple[FileSource, ...]] = {}
        self.merchants: dict[MerchantId, tuple[Merchant, ...]] = {}
        self.merchants_by_name: dict[str, MerchantId] = {}
        self.ends: dict[MerchantId, date] = {}
        self.checks: dict[MerchantId, tuple[MerchantCheck, ...]] = {}
        self.terminals: dict[TerminalId, Terminal] = {}
        self.credentials: dict[TerminalId, Credential] = {}
        """The newest of each terminal that has more than its first."""
        self.persons: dict[PersonId, Person] = {}
        """Those that have not ended."""
        self.person_secrets: dict[PersonId, PersonSecret] = {}
        self.code_steps: dict[PersonId, int] = {}
        """The newest code of each that was used."""
        self.offers: dict[OfferId, Offer] = {}
        self.offer_proposers: dict[OfferId, str] = {}
        self.offer_steps: dict[OfferId, tuple[OfferStep, ...]] = {}
        self.offer_uses: dict[OfferId, int] = {}
        self.offer_marks: dict[tuple[OfferId, str], int] = {}
        """How often one holder used an offer, where it is counted."""
        self.payment_requests: dict[PaymentRequestId, PaymentRequest] = {}
        self.payment_request_references: dict[PaymentRequestId, str] = {}
        self.payment_request_progress: dict[PaymentRequestId, PaymentRequestProgress] = {}
        self.payment_request_of: dict[EntryId, PaymentRequestId] = {}
        """The request of which an entry is a payment, or gives one back."""
        self.actors = Actors()
        self.holders: dict[HolderReference, Holder] = {}
        self.cards: dict[CardNumber | TokenHash, Card] = {}
        self.card_rule: CardRule | None = None
        self.pins: dict[CardId, Pin] = {}
        self.activations: dict[CardId, Activation] = {}
        self.used_activations: set[tuple[CardId, int]] = set()
        self.tries: dict[str, Tries] = {}
        self.spent: Spent = {}
        self.entitlements: dict[EntitlementId, Entitlement] = {}
        self.entitlements_of: dict[HolderId, list[Entitlement]] = {}
        self.withdrawn: set[EntitlementId] = set()
        self.lapses: dict[EntitlementId, Lapse] = {}
        """The last lapse of each entitlement, unless it came back."""
        self.freeings: dict[tuple[str, int], int] = {}
        self.newest_freeings: dict[tuple[str, int], EntryId] = {}
        self.closed_through: dict[str, int] = {}
        self.entries: dict[EntryId, Entry] = {}
        self.countered: dict[EntryId, Redemption | Refund | BudgetDecision] = {}
        """What an entry was about, where a correction can counter it."""
        self.corrections: dict[EntryId, Correction] = {}
        """Each correction, by the entry that it countered."""
        self.awards: set[AwardKey] = set()
        self.batch_contents: dict[BatchId, list[BatchContent]] = {}
        self.batch_steps: dict[BatchId, list[BatchStep]] = {}
        self.batch_sources: dict[str, BatchId] = {}
        self.batch_key: str | None = None
        self.second_approval_above: Money | None = None
        self.second_approvals = 0
        self.retention: tuple[RetentionPeriod, ...] = ()
        self.budget_decisions: set[tuple[str, int, str]] = set()
        self.redemptions: dict[RedemptionId, Redemption] = {}
        self.refunds: dict[RedemptionId, list[Refund]] = {}
        self.holds: dict[HoldId, Hold] = {}
        self.hold_uses: dict[HoldId, list[HoldUse]] = {}
        self.attempts: dict[str, Attempt] = {}
        self.payment_settings: tuple[PaymentSettings, ...] = ()
        self.open_lines: dict[MerchantId, dict[tuple[EntryId, int], OpenLine]] = {}
        self.runs: dict[RunId, PayoutRun] = {}
        self.newest_run: dict[int, int] = {}
        self.run_preparers: dict[RunId, str] = {}
        self.run_steps: dict[RunId, tuple[RunStep, ...]] = {}
        self.payouts: dict[PayoutId, Payout] = {}
        self.payout_steps: dict[PayoutId, tuple[PayoutStep, ...]] = {}
        self.newest_statement: dict[str, BankStatement] = {}
        self.open_bank_lines: set[tuple[StatementId, int]] = set()
        self.follow_ups: dict[FindingId, int] = {}
        """How often something was said of a finding."""
        self._payouts_of: dict[RunId, list[Payout]] = {}
        self._numbers: dict[CardId, CardNumber] = {}

    def scheme(self, code: str, *, on: date) -> Scheme:
        """Return the version of a scheme that holds on a day, or refuse."""
        return _version_on(self.schemes.get(code, ()), on) or _refuse(Refusal.SCHEME_UNKNOWN, scheme=code)

    def file_source(self, code: str) -> FileSource:
        """Return the newest version of a source of files, or refuse."""
        versions = self.file_sources.get(code)
        return versions[-1] if versions else _refuse(Refusal.SOURCE_UNKNOWN, source=code)

    def merchant(self, merchant: MerchantId, *, on: date) -> Merchant:
        """Return the version of a merchant that holds on a day, or refuse, also after its end."""
        if on >= self.ends.get(merchant, date.max):
            _refuse(Refusal.MERCHANT_UNKNOWN)
        return self.merchant_version(merchant, on=on)

    def merchant_version(self, merchant: MerchantId, *, on: date) -> Merchant:
        """Return the version of a merchant that holds on a day, whether it has ended or not, or refuse."""
        return _version_on(self.merchants.get(merchant, ()), on) or _refuse(Refusal.MERCHANT_UNKNOWN)

    def card(self, key: CardNumber | TokenHash) -> Card:
        """Return the card with this number or token, or refuse."""
        return self.cards.get(key) or _refuse(Refusal.CARD_UNKNOWN)

    def is_closed(self, scheme: str, year: int) -> bool:
        """Return whether a fiscal year of a scheme is closed, itself or with a later one."""
        return year <= self.closed_through.get(scheme, 0)

    def payouts_of(self, run: RunId) -> list[Payout]:
        """Return the payouts of a run, in the order of their places."""
        return self._payouts_of.get(run, [])

    def apply(self, event: Event) -> None:
        """Take over what an event establishes, so that the next decision sees it."""
        if event.entry is not None:
            self.post(event.entry)
            self.entries[event.entry.id] = event.entry
            count_spending(self.spent, event)
            for merchant, line in open_lines_of(event.entry):
                self.open_lines.setdefault(merchant, {})[line.entry, line.position] = line
        for fact in event.facts:
            if isinstance(fact, PayoutRun):
                self.run_preparers[fact.id] = event.stamp.prepared_by
            if isinstance(fact, Offer):
                self.offer_proposers[fact.id] = event.stamp.prepared_by
            self.learn(fact)

    def learn(self, fact: Fact) -> None:  # noqa: C901 - one arm for each kind of fact, each of one line
        """Take over one fact."""
        match fact:
            case Scheme():
                self.schemes[fact.code] = (*self.schemes.get(fact.code, ()), fact)
            case FileSource():
                self.file_sources[fact.code] = (*self.file_sources.get(fact.code, ()), fact)
            case Merchant():
                self.merchants[fact.id] = (*self.merchants.get(fact.id, ()), fact)
                self.merchants_by_name[fact.name] = fact.id
            case MerchantEnd():
                self.ends[fact.merchant] = fact.ends_before
            case MerchantCheck():
                self.checks[fact.merchant] = (*self.checks.get(fact.merchant, ()), fact)
            case PaymentSettings():
                self.payment_settings = (*self.payment_settings, fact)
            case PayoutRun():
                self.runs[fact.id] = fact
                self.newest_run[fact.year] = max(fact.number, self.newest_run.get(fact.year, 0))
            case RunStepped():
                self.run_steps[fact.run] = (*self.run_steps.get(fact.run, ()), fact.step)
            case Payout():
                self.payouts[fact.id] = fact
                self._payouts_of.setdefault(fact.run, []).append(fact)
                self.open_lines.pop(fact.merchant, None)  # a payout takes all lines there are
            case PayoutStepped():
                self.payout_steps[fact.payout] = (*self.payout_steps.get(fact.payout, ()), fact.step)
            case BankStatement():
                self.newest_statement[fact.iban] = fact
            case StatementLine():
                self.open_bank_lines.add((fact.statement, fact.position))
            case BankLine():
                self.open_bank_lines.discard((fact.statement, fact.position))
            case MerchantContact() | PayoutLine() | PayoutWaiting() | PayoutCancelled() | WrittenOff():
                pass  # no decision looks at it
            case Terminal():
                self.terminals[fact.id] = fact
            case TerminalRevoked():
                self.terminals.pop(fact.terminal, None)
            case ActorChange():
                self.actors = self.actors.after(fact.actor, fact.kind, fact.role, fact.credential_hash)
            case Holder():
                self.holders[fact.reference] = fact
            case Card():
                self.cards[fact.number] = self.cards[fact.token_hash] = fact
                self._numbers[fact.id] = fact.number
            case CardChange():
                self._change_card(fact)
            case CardRule():
                self.card_rule = fact
            case Pin():
                self.pins[fact.card] = fact
                self.used_activations.add((fact.card, fact.activation or 0))
            case Activation():
                self.activations[fact.card] = fact
            case Tries():
                self.tries[fact.subject] = fact
            case Person():
                self.persons[fact.id] = fact
            case PersonSecret():
                self.person_secrets[fact.person] = fact
            case PersonEnd():
                self.persons.pop(fact.person, None)
                self.person_secrets.pop(fact.person, None)
            case CodeUsed():
                self.code_steps[fact.person] = fact.step
            case Offer():
                self.offers[fact.id] = fact
            case OfferApproved():
                self._step_offer(fact.offer, OfferStep.APPROVED)
            case OfferStopped():
                self._step_offer(fact.offer, OfferStep.STOPPED)
            case OfferUsed():
                self.offer_uses[fact.offer] = fact.number
            case OfferMarked():
                self.offer_marks[fact.offer, fact.mark] = fact.number
            case OfferForgotten():
                self._step_offer(fact.offer, OfferStep.FORGOTTEN)
                for offer, mark in [key for key in self.offer_marks if key[0] == fact.offer]:
                    del self.offer_marks[offer, mark]
            case PaymentRequest():
                self.payment_requests[fact.id] = fact
            case PaymentRequestReference():
                self.payment_request_references[fact.request] = fact.text
            case PaymentRequestStepped():
                self._step_payment_request(fact)
            case Credential():
                self.credentials[fact.terminal] = fact
            case PinToVerify() | PinUnlocked() | CredentialUsed():
                pass  # which change nothing that a decision looks at
            case Entitlement():
                self.entitlements[fact.id] = fact
                self.entitlements_of.setdefault(fact.holder, []).append(fact)
            case EntitlementEnd():
                self._move_end(fact)
            case Lapse():
                self.lapses[fact.entitlement] = fact
            case Freeing():
                self.freeings[fact.scheme, fact.year] = fact.number
                self.newest_freeings[fact.scheme, fact.year] = fact.entry
            case Correction():
                self.corrections[fact.corrects] = fact
                self._pay_less(self.payment_request_of.get(fact.corrects), fact.amount)
            case YearClosed():
                self.closed_through[fact.scheme] = max(fact.year, self.closed_through.get(fact.scheme, 0))
            case AwardDecision():
                self.awards.add(fact.unique_key)
            case BatchContent():
                self.batch_contents.setdefault(fact.batch, []).append(fact)
            case BatchStep():
                self.batch_steps.setdefault(fact.batch, []).append(fact)
            case BatchSource():
                self.batch_sources[fact.source] = fact.batch
            case BatchHand() | BatchRow() | BatchAward():
                pass  # for the books: no decision looks at them
            case BatchKey():
                self.batch_key = fact.key
            case SecondApproval():
                self.second_approvals, self.second_approval_above = fact.number, fact.above
            case RetentionPeriod():
                self.retention = (*self.retention, fact)
            case BudgetDecision():
                self.budget_decisions.add((fact.scheme, fact.year, fact.reference))
                self.countered[fact.entry] = fact
            case Redemption():
                self.redemptions[fact.id] = self.countered[fact.entry] = fact
            case Refund():
                self.refunds.setdefault(fact.redemption, []).append(fact)
                self.countered[fact.entry] = fact
                self._give_back(fact)
            case Hold():
                self.holds[fact.id] = fact
            case HoldCaptured() | HoldReleased() | HoldRefunded():
                self.hold_uses.setdefault(fact.hold, []).append(fact)
            case FollowUp():
                self.follow_ups[fact.finding] = fact.number
            case MerchantReference():
                pass  # which no decision looks at
            case _:
                raise TypeError(f"no decision looks at {type(fact).__name__}")

    def _move_end(self, end: EntitlementEnd) -> None:
        before = self.entitlements[end.entitlement]
        after = self.entitlements[end.entitlement] = before.ending(end.ends_before)
        owned = self.entitlements_of[before.holder]
        owned[owned.index(before)] = after
        if end.is_withdrawn:
            self.withdrawn.add(end.entitlement)
        if end.lapse is not None:
            self.lapses.pop(end.entitlement, None)

    def _step_offer(self, offer: OfferId, step: OfferStep) -> None:
        self.offer_steps[offer] = (*self.offer_steps.get(offer, ()), step)

    def _step_payment_request(self, taken: PaymentRequestStepped) -> None:
        before = self.payment_request_progress.get(taken.request, NOTHING_YET)
        self.payment_request_progress[taken.request] = before.after(taken)
        if taken.step is PaymentRequestStep.PAID and taken.entry is not None:
            self.payment_request_of[taken.entry] = taken.request

    def _give_back(self, refund: Refund) -> None:
        """What was given back of the payment of a request is open again."""
        paid = self.redemptions.get(refund.redemption)
        request = None if paid is None else self.payment_request_of.get(paid.entry)
        if request is not None:
            self.payment_request_of[refund.entry] = request
            self._pay_less(request, refund.amount)

    def _pay_less(self, request: PaymentRequestId | None, amount: Money) -> None:
        if request is not None:
            before = self.payment_request_progress[request]
            self.payment_request_progress[request] = replace(before, paid=before.paid - amount)

    def _change_card(self, change: CardChange) -> None:
        before = self.cards[self._numbers[change.card]]
        self.learn(Card(before.id, before.holder, before.number, before.token_hash, change.state))


Versioned = TypeVar("Versioned", Scheme, Merchant)


def _version_on(versions: tuple[Versioned, ...], day: date) -> Versioned | None:
    """Return the newest of the versions that hold on a day."""
    return max(
        (version for version in versions if version.effective_from <= day),
        key=lambda version: version.version,
        default=None,
    )


def _refuse(reason: Refusal, **figures: object) -> Never:
    raise Refused(reason, **figures)
