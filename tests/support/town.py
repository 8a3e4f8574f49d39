"""A small town and the requests that can be made in it: deterministic, with every id drawn from a small number.

The town has a scheme `culture`, a sports club, and a holder with an active card; most tests change one of them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from pasledger.ledger.ids import (
    CardId,
    ChangeId,
    EntitlementId,
    EntryId,
    HolderId,
    MerchantId,
    OfferId,
    PayoutId,
    PersonId,
    RedemptionId,
    RefundId,
    RunId,
    StatementId,
    TerminalId,
    UseId,
)
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.attempts import AttemptKey, key_of
from pasledger.rules.banking import SettlementRequest, StatementLineRequest, StatementRequest
from pasledger.rules.budgets import BudgetRequest
from pasledger.rules.card_entry import CardEntry, PinCheck
from pasledger.rules.cards import CardNumber, CardState, TokenHash, card_number
from pasledger.rules.corrections import CorrectionRequest
from pasledger.rules.crediting import AwardRequest
from pasledger.rules.deciding import Outcome, Request, decide_each
from pasledger.rules.ends import ExtensionRequest, WithdrawalRequest
from pasledger.rules.expiry import BudgetRestRequest, FreeingRequest, LapseRequest, YearCloseRequest
from pasledger.rules.holders import HolderReference
from pasledger.rules.keys import SecretKey
from pasledger.rules.merchants import MerchantChangeRequest, MerchantCheckRequest, MerchantEndRequest
from pasledger.rules.offers import OfferApprovalRequest, OfferRequest, OfferStopRequest, OfferUseRequest
from pasledger.rules.payouts import (
    PaymentSettingsRequest,
    PayoutCancelRequest,
    PayoutRequest,
    PayoutRunRequest,
    RunReleaseRequest,
    WriteOffRequest,
)
from pasledger.rules.records import (
    BankStatement,
    Card,
    CheckResult,
    CheckWay,
    Event,
    Holder,
    LinePurpose,
    Merchant,
    MerchantContact,
    Offer,
    OfferKind,
    PaymentFile,
    PaymentSettings,
    Person,
    PersonRole,
    StatementLine,
    Terminal,
)
from pasledger.rules.redemption import RedemptionRequest
from pasledger.rules.refunds import RefundRequest
from pasledger.rules.schemes import Scheme, ValidityRule
from pasledger.rules.town import Town

TODAY = date(2026, 3, 2)
A_KEY = SecretKey(bytes(range(32)))
CLUB, CAFE, SHOP = MerchantId.of(1), MerchantId.of(2), MerchantId.of(3)


def euros(text: str) -> Money:
    """Return the amount that `text` writes; below zero where it starts with a minus."""
    return -Money.read(text[1:]) if text.startswith("-") else Money.read(text)


def a_stamp(on: date = TODAY, *, prepared_by: str = "clerk", approved_by: str | None = "approver") -> Stamp:
    """Return a stamp of noon on a day."""
    return Stamp(datetime.combine(on, time(12), UTC), on, prepared_by, approved_by)


def a_scheme(
    code: str = "culture",
    *,
    categories: tuple[str, ...] = ("sport",),
    merchants: tuple[str, ...] = (),
    fixed: Period | None = None,
    validity: ValidityRule | None = None,
    least: str = "1,00",
    most: str = "500,00",
    amounts: Mapping[str, str] | None = None,
) -> Scheme:
    """Return the first version of a scheme, for the calendar year where nothing else is said."""
    return Scheme(
        code,
        version=1,
        effective_from=date(2025, 1, 1),
        name_nl=f"Regeling {code}",
        name_en=f"Scheme {code}",
        categories=frozenset(categories),
        merchants=frozenset(merchants),
        validity=validity or (ValidityRule.FIXED if fixed else ValidityRule.CALENDAR_YEAR),
        fixed_period=fixed,
        least=euros(least),
        most=euros(most),
        legal_basis="Gemeentewet 108",
        task_field="6.3",
        iv3_category="4.3.3",
        amounts=tuple((category, euros(amount)) for category, amount in sorted((amounts or {}).items())),
    )


def a_person(
    number: int = 1,
    *,
    merchant: MerchantId = CLUB,
    role: PersonRole = PersonRole.ADMINISTRATOR,
    name: str | None = None,
) -> Person:
    """Return a person of a merchant."""
    return Person(
        PersonId.of(number), f"{number:08}", merchant, role, name or f"Bestuurslid {number}", f"salt {number}"
    )


def a_merchant(
    merchant: MerchantId = CLUB,
    *,
    name: str = "De Club",
    categories: tuple[str, ...] = ("sport",),
    since: date = date(2025, 1, 1),
) -> Merchant:
    """Return the first version of a merchant."""
    return Merchant(merchant, 1, since, name, "Dronten", categories, "NL91ABNA0417164300", "12345678")


def a_cafe() -> Merchant:
    """Return a second merchant, where `culture` may not be spent."""
    return a_merchant(CAFE, name="Het Café", categories=("catering",))


def a_check(
    merchant: MerchantId = CLUB,
    *,
    iban: str = "NL91ABNA0417164300",
    account_name: str = "SV De Club",
    on: date = TODAY,
    result: CheckResult = CheckResult.MATCH,
) -> MerchantCheckRequest:
    """Return the check of a merchant's account."""
    return MerchantCheckRequest(merchant, iban, account_name, on, CheckWay.CALL_BACK, result, "caller")


def a_change(
    merchant: MerchantId = CLUB,
    *,
    categories: tuple[str, ...] | None = None,
    contact: str | None = None,
    **changed: str,
) -> MerchantChangeRequest:
    """Return a change of a merchant: of its categories or its contact, or of what is named."""
    who = None if contact is None else MerchantContact(merchant, 0, contact, "", "", "salt")
    return MerchantChangeRequest(merchant, categories=categories, contact=who, **changed)


def a_statement(
    number: int = 1, *, opening: str = "0,00", closing: str = "0,00", iban: str = "NL13TEST0123456789"
) -> StatementRequest:
    """Return a bank statement, whose lines are asked for beside it."""
    named = StatementId.of(number)
    return StatementRequest(
        BankStatement(named, iban, f"S{number}", number, TODAY, euros(opening), euros(closing), "hash")
    )


def a_line(amount: str, position: int = 1, *, payment: str = "", statement: int = 1, iban: str = "") -> StatementLine:
    """Return a line of a bank statement."""
    named = StatementId.of(statement)
    return StatementLine(named, position, euros(amount), TODAY, payment, "", iban, "", "", "")


def a_line_read(line: StatementLine, number: int = 1) -> StatementLineRequest:
    """Return the request to take a line."""
    return StatementLineRequest(line, EntryId.of(18_000_000 + number))


def a_settlement(line: StatementLine, purpose: LinePurpose = LinePurpose.OTHER, number: int = 1) -> SettlementRequest:
    """Return what two people say of a line."""
    return SettlementRequest(line, purpose, EntryId.of(19_000_000 + number))


def settings_of_payment(
    *,
    minimum: str = "1,00",
    most_payment: str = "10.000,00",
    most_run: str = "50.000,00",
    most_in_file: int = 1000,
    is_dedicated: bool = True,
    iban: str = "NL13TEST0123456789",
) -> PaymentSettingsRequest:
    """Return how the town pays."""
    settings = PaymentSettings(
        0,
        "Gemeente Dronten",
        iban,
        None,
        euros(minimum),
        euros(most_payment),
        euros(most_run),
        most_in_file,
        is_dedicated,
    )
    return PaymentSettingsRequest(settings)


def a_run(number: int = 1, *, execute_on: date = TODAY) -> PayoutRunRequest:
    """Return a payout run."""
    return PayoutRunRequest(RunId.of(number), execute_on)


def a_payout(number: int = 1, merchant: MerchantId = CLUB, *, run: int = 1) -> PayoutRequest:
    """Return the payout of a merchant in a run."""
    return PayoutRequest(PayoutId.of(number), EntryId.of(15_000_000 + number), RunId.of(run), merchant)


def a_run_release(amount: str, *, run: int = 1, payments: int = 1) -> RunReleaseRequest:
    """Return the release of a run in one file."""
    return RunReleaseRequest(RunId.of(run), (PaymentFile(1, payments, euros(amount), f"hash of {run}"),))


def a_payout_cancelled(number: int = 1, *, run: int = 1) -> PayoutCancelRequest:
    """Return the cancellation of one payout."""
    return PayoutCancelRequest(PayoutId.of(number), RunId.of(run), EntryId.of(16_000_000 + number), "AC04")


def a_write_off(merchant: MerchantId = CLUB, *, number: int = 1, year: int = 2026) -> WriteOffRequest:
    """Return the write-off of what a merchant owes."""
    return WriteOffRequest(EntryId.of(17_000_000 + number), merchant, "B-1", year, ("culture", "spring"))


def an_end(merchant: MerchantId = CLUB, *, on: date = TODAY) -> MerchantEndRequest:
    """Return the end of a merchant."""
    return MerchantEndRequest(merchant, on)


def a_shop() -> Merchant:
    """Return a third merchant, whose account nobody checked."""
    return a_merchant(SHOP, name="De Winkel", categories=("sport",))


def a_terminal(number: int = 1, merchant: MerchantId = CLUB) -> Terminal:
    """Return a terminal of a merchant."""
    return Terminal(TerminalId.of(number), merchant, f"Kassa {number}", f"pk{number}", f"hash of {number}")


def a_holder(number: int = 1) -> Holder:
    """Return a holder; a holder and the first card have the same number."""
    return Holder(HolderId.of(number), HolderReference(f"P-{number}"), salt=f"salt {number}")


def a_card(number: int = 1, *, holder: int = 1, state: CardState = CardState.ACTIVE) -> Card:
    """Return a card of a holder."""
    return Card(CardId.of(number), HolderId.of(holder), card_number(number), TokenHash.of(f"token {number}"), state)


def a_budget(
    change: str = "1.000,00", *, scheme: str = "culture", year: int = 2026, decision: str = "council 1", number: int = 1
) -> BudgetRequest:
    """Return a council decision on a budget."""
    return BudgetRequest(EntryId.of(1_000_000 + number), scheme, year, euros(change), decision)


def an_award(
    amount: str | None = "50,00",
    *,
    scheme: str = "culture",
    holder: HolderReference | CardNumber | int = 1,
    starts_on: date = TODAY,
    number: int = 1,
    decision: str | None = None,
    instalment: int = 1,
    category: str | None = None,
    ends_on: date | None = None,
) -> AwardRequest:
    """Return an award; each number is another entitlement, and another decision where none is named."""
    return AwardRequest(
        EntitlementId.of(number),
        EntryId.of(2_000_000 + number),
        scheme,
        decision or f"Z-{number}",
        a_holder(holder).reference if isinstance(holder, int) else holder,
        None if amount is None else euros(amount),
        starts_on,
        instalment,
        salt=f"salt {number}",
        category=category,
        ends_on=ends_on,
    )


def a_redemption(
    amount: str = "5,00",
    *,
    card: int | CardNumber | TokenHash = 1,
    merchant: MerchantId = CLUB,
    number: int = 1,
    key: str | None = None,
    pin: PinCheck = PinCheck.BY_STAFF,
) -> RedemptionRequest:
    """Return a redemption; with a key, its fingerprint is what it asks for."""
    named = card_number(card) if isinstance(card, int) else card
    attempt = AttemptKey(key_of(merchant, key), f"redeem {named} {amount}") if key else None
    entry = EntryId.of(3_000_000 + number)
    return RedemptionRequest(
        RedemptionId.of(number), entry, merchant, None, CardEntry(named, pin), euros(amount), attempt
    )


def a_refund(
    amount: str | None = None, *, of: int = 1, merchant: MerchantId = CLUB, number: int = 1, key: str | None = None
) -> RefundRequest:
    """Return a refund of the redemption with the number `of`; without an amount, of all that is left of it."""
    attempt = AttemptKey(key_of(merchant, key), f"refund {of} {amount}") if key else None
    given_back = None if amount is None else euros(amount)
    entry = EntryId.of(4_000_000 + number)
    return RefundRequest(RefundId.of(number), entry, merchant, RedemptionId.of(of), given_back, attempt)


def an_offer(
    number: int = 1,
    *,
    merchant: MerchantId = CLUB,
    starts_on: date = TODAY,
    last_day: date = date(2026, 3, 31),
    per_card: int | None = None,
    stock: int | None = None,
    branches: tuple[str, ...] = (),
    kind: OfferKind = OfferKind.PERCENTAGE,
) -> Offer:
    """Return an offer of a merchant."""
    return Offer(
        OfferId.of(number),
        merchant,
        f"Aanbieding {number}",
        f"Offer {number}",
        kind,
        10 if kind is OfferKind.PERCENTAGE else None,
        euros("2,50") if kind in (OfferKind.AMOUNT_OFF, OfferKind.PRICE) else None,
        Period.through(starts_on, last_day),
        per_card,
        stock,
        branches,
    )


def offered(offer: Offer) -> tuple[Request, Request]:
    """Return what proposes an offer and what approves it, asked by a clerk for an approver."""
    return OfferRequest(offer), OfferApprovalRequest(offer.id)


def an_offer_stop(number: int = 1) -> OfferStopRequest:
    """Return what stops an offer."""
    return OfferStopRequest(OfferId.of(number))


def a_use(
    of: int = 1,
    *,
    amount: str | None = None,
    card: int | CardNumber | TokenHash = 1,
    merchant: MerchantId = CLUB,
    branch: str | None = None,
    number: int = 1,
    key: str | None = None,
    pin: PinCheck = PinCheck.BY_STAFF,
) -> OfferUseRequest:
    """Return the use of an offer and, with an amount, a payment in the same gesture."""
    named = card_number(card) if isinstance(card, int) else card
    payment = None if amount is None else a_redemption(amount, card=card, merchant=merchant, number=number, pin=pin)
    return OfferUseRequest(
        UseId.of(number) if payment is None else payment.id,
        UseId.of(1_000_000 + number),
        merchant,
        None,
        CardEntry(named, pin),
        OfferId.of(of),
        AttemptKey(key_of(merchant, key), f"use {of} {named} {amount}") if key else None,
        branch,
        payment,
        secret=A_KEY,
    )


def a_withdrawal(of: int = 1, *, from_day: date | None = None, number: int = 1) -> WithdrawalRequest:
    """Return the withdrawal of the entitlement with the number `of`, at once or from a day."""
    return WithdrawalRequest(ChangeId.of(number), EntryId.of(5_000_000 + number), EntitlementId.of(of), from_day)


def an_extension(of: int = 1, *, until: date = date(2027, 6, 30), number: int = 1) -> ExtensionRequest:
    """Return the extension of the entitlement with the number `of`, until and including a day."""
    ends_before = until + timedelta(days=1)
    entry = EntryId.of(5_500_000 + number)
    return ExtensionRequest(ChangeId.of(500_000 + number), entry, EntitlementId.of(of), ends_before)


def a_lapse(of: int = 1, *, number: int = 1) -> LapseRequest:
    """Return the lapse of the entitlement with the number `of`."""
    return LapseRequest(EntryId.of(6_000_000 + number), EntitlementId.of(of))


def a_freeing(scheme: str = "culture", *, year: int = 2026, number: int = 1) -> FreeingRequest:
    """Return the freeing of what lapsed under a scheme in a year."""
    return FreeingRequest(EntryId.of(6_500_000 + number), scheme, year)


def a_budget_rest(
    scheme: str = "culture", *, year: int = 2026, decision: str = "council 9", number: int = 1
) -> BudgetRestRequest:
    """Return the freeing of what is left of a budget."""
    return BudgetRestRequest(EntryId.of(7_000_000 + number), scheme, year, decision)


def a_year_close(scheme: str = "culture", *, year: int = 2026, number: int = 1) -> YearCloseRequest:
    """Return the close of a year of a scheme."""
    return YearCloseRequest(ChangeId.of(1_000_000 + number), scheme, year)


def a_correction(of: Request | EntryId, *, number: int = 1) -> CorrectionRequest:
    """Return the correction of an entry, or of the one that a request led to."""
    corrected = of if isinstance(of, EntryId) else EntryId(of.entry)  # type: ignore[union-attr]
    return CorrectionRequest(EntryId.of(7_500_000 + number), corrected)


def a_town(
    *,
    scheme: Scheme | None = None,
    merchant: Merchant | None = None,
    card: Card | None = None,
    budget: str | None = "1.000,00",
    balance: str | None = "50,00",
) -> Town:
    """Return a town with one scheme, merchant, holder and card, and `balance` on the holder's name."""
    town = Town()
    scheme = scheme or a_scheme()
    for fact in (scheme, merchant or a_merchant(), a_holder(), card or a_card()):
        town.learn(fact)
    if budget:
        grant(town, a_budget(budget, scheme=scheme.code))
    if balance:
        grant(town, an_award(balance, scheme=scheme.code))
    return town


def ask(town: Town, request: Request, *, on: date = TODAY, stamp: Stamp | None = None) -> Outcome:
    """Return the answer to one request, along the way that every request goes."""
    (outcome,) = decide_each([request], town, stamp or a_stamp(on))
    return outcome


def grant(town: Town, request: Request, *, on: date = TODAY, stamp: Stamp | None = None) -> Event:
    """Return the event that a request led to, or raise what refused it."""
    outcome = ask(town, request, on=on, stamp=stamp)
    if outcome.refused is not None:
        raise outcome.refused
    assert outcome.event is not None, "a repeat leads to no event"
    return outcome.event


@contextmanager
def refuses(reason: Refusal, **figures: object) -> Iterator[None]:
    """Pass only if what is done within is refused for exactly this reason, with these figures."""
    with pytest.raises(Refused) as refused:
        yield
    assert refused.value.reason is reason
    assert {name: refused.value.figures.get(name) for name in figures} == figures


def state_of(town: Town) -> dict[str, Any]:
    """Return all that a town knows, for comparing it with itself or with another."""
    return {name: _settled(held) for name, held in vars(town).items()}


def _settled(held: object) -> object:
    if isinstance(held, dict):
        return {key: _settled(value) for key, value in held.items()}
    if isinstance(held, list):
        return tuple(held)
    return frozenset(held) if isinstance(held, set) else held
