"""Every reason to say no has a request that meets it, and where two hold at once the first of the list is given."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from pasledger.ledger.ids import BatchId, EntryId, MerchantId, RunId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules.actors import Actor, ActorRole, Permission, require, require_proof
from pasledger.rules.appointing import ActorRequest, DismissalRequest, RoleRequest
from pasledger.rules.batches import SecondApprovalRequest, require_one_approver
from pasledger.rules.card_entry import MOST_REFUSALS, PinCheck
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Request
from pasledger.rules.offers import OfferRequest
from pasledger.rules.payouts import RunCancelRequest
from pasledger.rules.persons import PersonEndRequest, PersonRequest
from pasledger.rules.pins import ActivationRequest, PinRequest
from pasledger.rules.records import LinePurpose
from pasledger.rules.records.batches import BatchStepKind
from pasledger.rules.registration import (
    CardRequest,
    HolderRequest,
    MerchantRequest,
    RevocationRequest,
    SchemeRequest,
)
from pasledger.rules.sources import SourceRequest
from pasledger.rules.town import Town
from tests.support.asking import a_reminder_of, a_withdrawal_of, an_ask, an_asked_payment
from tests.support.batches import a_step, prepared
from tests.support.holds import MOST_DAYS, a_capture, a_hold, a_hold_refund, a_release, an_expiry
from tests.support.town import (
    CAFE,
    TODAY,
    a_budget,
    a_budget_rest,
    a_cafe,
    a_card,
    a_change,
    a_check,
    a_correction,
    a_freeing,
    a_holder,
    a_lapse,
    a_line,
    a_line_read,
    a_merchant,
    a_payout,
    a_person,
    a_redemption,
    a_refund,
    a_run,
    a_run_release,
    a_scheme,
    a_settlement,
    a_stamp,
    a_statement,
    a_terminal,
    a_town,
    a_use,
    a_withdrawal,
    a_write_off,
    a_year_close,
    an_award,
    an_end,
    an_extension,
    an_offer,
    an_offer_stop,
    ask,
    euros,
    grant,
    offered,
    refuses,
    settings_of_payment,
    state_of,
)

ALONE, TOGETHER = a_stamp(approved_by="Clerk"), a_stamp()
A_COLLEAGUE = a_stamp(prepared_by="colleague", approved_by=None)
SUBMITTED, APPROVED = BatchStepKind.SUBMITTED, BatchStepKind.APPROVED
A_LARGE_BATCH = (SecondApprovalRequest(euros("10,00")), prepared("20,00"), a_step(SUBMITTED))
NOBODY = MerchantId.of(99)
AN_ADMINISTRATOR = ActorRequest("clerk", frozenset({ActorRole.ADMINISTRATOR}), "hash")
A_SOURCE = SourceRequest("suite", (("cliënt", "pashouder"),))
JANSEN = ActorRequest("jansen", frozenset({ActorRole.CLERK}), "hash")
A_SECOND_HOLDER = HolderRequest(a_holder(2), a_card(2, holder=2))


TOKEN = a_card().token_hash
A_CAFE_WITH_A_CEILING: tuple[Request, ...] = (
    MerchantRequest(a_cafe(), ()),
    SchemeRequest(replace(a_scheme("coffee", categories=("catering",)), day_ceiling=euros("10,00"))),
    a_budget(scheme="coffee", number=2),
    an_award("20,00", scheme="coffee", number=2),
)


@dataclass(frozen=True)
class Case:
    """What was done before, in a town where card 1 has € 50,00 to spend at the club, and what is asked then."""

    asks: Request
    given: tuple[Request, ...] = ()
    stamp: Stamp = TOGETHER
    given_on: date = TODAY
    given_by_the_same: tuple[Request, ...] = ()
    """What was done after that by who asks."""


KEPT = {"attempts": None, "tries": None}
"""What a refusal leaves behind: its answer under its key, and that something was tried in vain."""

REPRODUCED = {
    Refusal.REFUSED_TOO_OFTEN: Case(
        a_redemption("5,00", pin=PinCheck.NOT_SENT, card=TOKEN),
        given=(a_redemption("60,00", pin=PinCheck.NOT_SENT, card=TOKEN),) * MOST_REFUSALS,
    ),
    Refusal.PIN_NOT_SET: Case(a_redemption(pin=PinCheck.NOT_SET)),
    Refusal.PIN_LOCKED: Case(a_redemption(pin=PinCheck.LOCKED)),
    Refusal.PIN_WAITING: Case(a_redemption(pin=PinCheck.WAITING)),
    Refusal.PIN_WRONG: Case(a_redemption(pin=PinCheck.WRONG)),
    Refusal.PIN_NEEDED: Case(
        a_redemption("20,01", pin=PinCheck.NOT_SENT, card=TOKEN), given=(LimitRequest(euros("20,00")),)
    ),
    Refusal.CODE_WRONG: Case(PinRequest(a_card().number, "a hash", "another code")),
    Refusal.OVER_CEILING: Case(a_redemption("10,01", merchant=CAFE), given=A_CAFE_WITH_A_CEILING),
    Refusal.KEY_REUSED: Case(a_redemption("6,00", key="k"), given=(a_redemption("5,00", key="k"),)),
    Refusal.SAME_PERSON: Case(an_award(number=2), stamp=ALONE),
    Refusal.NO_ACTORS: Case(ActorRequest("clerk", frozenset({ActorRole.CLERK}), "hash")),
    Refusal.ACTOR_UNKNOWN: Case(DismissalRequest("nobody"), given=(AN_ADMINISTRATOR,)),
    Refusal.CARD_UNKNOWN: Case(a_redemption(card=99)),
    Refusal.CARD_NOT_ACTIVE: Case(
        a_redemption(card=2), given=(HolderRequest(a_holder(2), a_card(2, holder=2, state=CardState.ISSUED)),)
    ),
    Refusal.CARD_BLOCKED: Case(a_redemption(), given=(CardRequest(a_card().number, CardState.BLOCKED),)),
    Refusal.CARD_REPLACED: Case(a_redemption(), given=(CardRequest(a_card().number, CardState.REPLACED, a_card(2)),)),
    Refusal.MERCHANT_UNKNOWN: Case(a_redemption(merchant=NOBODY)),
    Refusal.OFFER_UNKNOWN: Case(a_use()),
    Refusal.OFFER_SOLD_OUT: Case(a_use(number=2), given=(*offered(an_offer(stock=1)), a_use())),
    Refusal.OFFER_USED_UP: Case(a_use(number=2), given=(*offered(an_offer(per_card=1)), a_use())),
    Refusal.OFFER_OVER: Case(OfferRequest(an_offer()), stamp=a_stamp(date(2026, 4, 1))),
    Refusal.BRANCH_UNKNOWN: Case(OfferRequest(an_offer(branches=("Elders",)))),
    Refusal.OFFER_STEP_UNKNOWN: Case(an_offer_stop(), given=(*offered(an_offer()), an_offer_stop())),
    Refusal.REQUEST_UNKNOWN: Case(an_asked_payment()),
    Refusal.REQUEST_CLOSED: Case(an_asked_payment(), given=(an_ask(), a_withdrawal_of(1))),
    Refusal.REQUEST_LESS_OPEN: Case(an_asked_payment("20,01"), given=(an_ask("20,00"),)),
    Refusal.REQUEST_TERM: Case(an_ask(last_day=TODAY - timedelta(days=1))),
    Refusal.REMINDER_TOO_SOON: Case(a_reminder_of(1), given=(an_ask(),)),
    Refusal.NO_ENTITLEMENT: Case(a_redemption(card=2), given=(A_SECOND_HOLDER,)),
    Refusal.NOT_STARTED: Case(
        a_redemption(card=2), given=(A_SECOND_HOLDER, an_award(holder=2, starts_on=date(2026, 3, 3), number=2))
    ),
    Refusal.ENDED: Case(a_redemption(), stamp=a_stamp(date(2027, 1, 1))),
    Refusal.NOT_HERE: Case(a_redemption(merchant=CAFE), given=(MerchantRequest(a_cafe(), ()),)),
    Refusal.NOT_ENOUGH: Case(a_redemption("50,01")),
    Refusal.HOLD_TERM: Case(a_hold(last_day=TODAY + timedelta(days=MOST_DAYS + 1))),
    Refusal.HOLD_UNKNOWN: Case(a_capture(of=99)),
    Refusal.HOLD_ENDED: Case(a_capture(), given=(a_hold(last_day=TODAY),), stamp=a_stamp(TODAY + timedelta(days=1))),
    Refusal.HOLD_NOT_ENDED: Case(an_expiry(), given=(a_hold(last_day=TODAY),)),
    Refusal.HOLD_TOO_SMALL: Case(a_release("5,01"), given=(a_hold("5,00"),)),
    Refusal.REDEMPTION_UNKNOWN: Case(a_refund(of=99)),
    Refusal.REFUND_TOO_LARGE: Case(a_refund("5,01"), given=(a_redemption("5,00"),)),
    Refusal.ENTRY_UNKNOWN: Case(a_correction(EntryId.of(99))),
    Refusal.NOT_CORRECTED_SO: Case(a_correction(an_award())),
    Refusal.CORRECTED_ALREADY: Case(
        a_correction(a_redemption(), number=2), given=(a_redemption(), a_correction(a_redemption()))
    ),
    Refusal.NOTHING_TO_CORRECT: Case(a_correction(a_redemption()), given=(a_redemption(), a_refund())),
    Refusal.GONE_SINCE: Case(
        a_correction(a_refund()), given=(a_redemption(), a_refund(), a_redemption("50,00", number=2))
    ),
    Refusal.ENTITLEMENT_UNKNOWN: Case(a_withdrawal(99)),
    Refusal.WITHDRAWN_ALREADY: Case(an_extension(), given=(a_withdrawal(),)),
    Refusal.END_UNFIT: Case(an_extension(until=date(2026, 12, 31))),
    Refusal.LAPSE_FREED: Case(
        an_extension(), given=(a_lapse(), a_freeing()), stamp=a_stamp(date(2027, 1, 1)), given_on=date(2027, 1, 1)
    ),
    Refusal.NOTHING_TO_LAPSE: Case(a_lapse()),
    Refusal.NO_PAYMENT_SETTINGS: Case(a_run()),
    Refusal.RUN_UNKNOWN: Case(a_run_release("1,00")),
    Refusal.RUN_STEP_UNKNOWN: Case(
        a_run_release("0,00", payments=0), given=(settings_of_payment(), a_run(), RunCancelRequest(RunId.of(1)))
    ),
    Refusal.ACCOUNT_UNCHECKED: Case(
        a_run_release("5,00"),
        given=(settings_of_payment(), a_check(), a_redemption("5,00"), a_run(), a_payout(), a_change(name="Other")),
        stamp=a_stamp(prepared_by="other", approved_by=None),
    ),
    Refusal.STATEMENT_FOREIGN: Case(a_statement(iban="NL91ABNA0417164300"), given=(settings_of_payment(),)),
    Refusal.STATEMENT_REPEATED: Case(a_statement(), given=(settings_of_payment(), a_statement())),
    Refusal.STATEMENT_GAP: Case(a_statement(3), given=(settings_of_payment(), a_statement())),
    Refusal.LINE_UNKNOWN: Case(a_settlement(a_line("1,00"))),
    Refusal.LINE_DIFFERS: Case(
        a_settlement(a_line("-1,00"), LinePurpose.BUDGET_IN),
        given=(settings_of_payment(), a_statement(closing="-1,00"), a_line_read(a_line("-1,00"))),
    ),
    Refusal.NO_DEBT: Case(a_write_off()),
    Refusal.ACTOR_REPEATED: Case(AN_ADMINISTRATOR, given=(AN_ADMINISTRATOR,)),
    Refusal.OWN_RIGHTS: Case(DismissalRequest("clerk"), given=(AN_ADMINISTRATOR,)),
    Refusal.ROLE_UNCHANGED: Case(
        RoleRequest("jansen", ActorRole.AUDITOR, is_given=False),
        given=(AN_ADMINISTRATOR, JANSEN),
    ),
    Refusal.MERCHANT_REPEATED: Case(MerchantRequest(a_merchant(), ())),
    Refusal.MERCHANT_UNCHANGED: Case(a_change(name="De Club")),
    Refusal.MERCHANT_ENDED: Case(an_end(), given=(an_end(),)),
    Refusal.ACCOUNT_DIFFERS: Case(a_check(iban="NL20INGB0001234567")),
    Refusal.CHECK_IN_FUTURE: Case(a_check(on=date(2026, 3, 3))),
    Refusal.TERMINAL_UNKNOWN: Case(RevocationRequest(a_terminal().id)),
    Refusal.PERSON_UNKNOWN: Case(PersonEndRequest(a_person().id)),
    Refusal.PERSON_REPEATED: Case(
        PersonRequest(a_person(2, name="bestuurslid 1 "), "a hash"), given=(PersonRequest(a_person(), "a hash"),)
    ),
    Refusal.HOLDER_REPEATED: Case(HolderRequest(a_holder(), a_card(2))),
    Refusal.CARD_REPEATED: Case(HolderRequest(a_holder(2), a_card())),
    Refusal.CARD_STEP_UNKNOWN: Case(CardRequest(a_card().number, CardState.ACTIVE)),
    Refusal.SCHEME_REPEATED: Case(SchemeRequest(a_scheme())),
    Refusal.SOURCE_REPEATED: Case(A_SOURCE, given=(A_SOURCE,)),
    Refusal.HOLDER_UNKNOWN: Case(an_award(holder=99, number=2)),
    Refusal.SCHEME_UNKNOWN: Case(an_award(scheme="school", number=2)),
    Refusal.AWARD_REPEATED: Case(an_award(number=2, decision="Z-1")),
    Refusal.START_OUTSIDE_RULE: Case(an_award(starts_on=date(2025, 12, 31), number=2)),
    Refusal.END_OUTSIDE_RULE: Case(an_award(ends_on=date(2027, 1, 1), number=2)),
    Refusal.CATEGORY_UNKNOWN: Case(an_award(None, category="child", number=2)),
    Refusal.CATEGORY_DISAGREES: Case(
        an_award("60,00", scheme="table", category="child", number=2),
        given=(SchemeRequest(a_scheme("table", amounts={"child": "50,00"})),),
    ),
    Refusal.AMOUNT_OUTSIDE_RULE: Case(an_award("500,01", number=2)),
    Refusal.YEAR_CLOSED: Case(a_budget(year=2025, decision="council 2"), given=(a_year_close(year=2025),)),
    Refusal.YEAR_NOT_OVER: Case(a_year_close()),
    Refusal.BATCH_UNKNOWN: Case(a_step(SUBMITTED)),
    Refusal.BATCH_STEP_UNKNOWN: Case(a_step(APPROVED), given=(prepared(),), stamp=A_COLLEAGUE),
    Refusal.BATCH_APPROVED_ALREADY: Case(
        a_step(APPROVED), given=A_LARGE_BATCH, given_by_the_same=(a_step(APPROVED),), stamp=A_COLLEAGUE
    ),
    Refusal.BATCH_CHANGED: Case(a_step(SUBMITTED, version=2), given=(prepared(),)),
    Refusal.BATCH_REPEATED: Case(prepared(batch=BatchId.of(2)), given=(prepared(),)),
    Refusal.BUDGET_REPEATED: Case(a_budget()),
    Refusal.BUDGET_UNKNOWN: Case(an_award(starts_on=date(2027, 1, 1), number=2)),
    Refusal.NOTHING_TO_FREE: Case(a_freeing()),
    Refusal.BUDGET_LEFT: Case(a_year_close(), stamp=a_stamp(date(2027, 1, 1))),
    Refusal.BUDGET_TOO_SMALL: Case(a_budget("-950,01", decision="council 2")),
}


NOT_DECIDED = {Refusal.NOTHING_TO_PAY, Refusal.FILES_DIFFER}
"""What a use case finds before it asks: tests/usecases/test_paying.py has them."""


BEFORE_ANY_REQUEST: dict[Refusal, Callable[[], object]] = {
    Refusal.CREDENTIAL_WRONG: lambda: require_proof(Actor("clerk", credential_hash="hash"), ["another"]),
    Refusal.SOURCE_UNKNOWN: lambda: str(a_town().file_source("nobody")),
    Refusal.NOT_ALLOWED: lambda: require(Actor("clerk", frozenset({ActorRole.CLERK})), Permission.APPROVE),
}
"""What is refused before there is a request to decide."""
OF_A_WHOLE_FILE: dict[Refusal, Callable[[], object]] = {
    Refusal.SECOND_APPROVER_NEEDED: lambda: require_one_approver(euros("10,01"), euros("10,00")),
}
"""What is refused for all of its requests together."""
BY_NO_REQUEST = BEFORE_ANY_REQUEST | OF_A_WHOLE_FILE


@pytest.mark.parametrize("reason", BY_NO_REQUEST)
def test_who_asks_is_refused_for_this_reason(reason: Refusal) -> None:
    """Before anything is decided, or when all of it was."""
    with refuses(reason):
        BY_NO_REQUEST[reason]()


def test_every_reason_is_reproduced() -> None:
    """The tables have each member of the closed list, and no other."""
    assert {*REPRODUCED, *BY_NO_REQUEST, *NOT_DECIDED} == set(Refusal)


@pytest.mark.parametrize("reason", REPRODUCED)
def test_a_reason_is_given_and_nothing_is_changed(reason: Refusal) -> None:
    """The request is refused for this reason, and the town stays as it was but for the answer under its key."""
    case = REPRODUCED[reason]
    town = a_town()
    for request in case.given:
        ask(town, request, on=case.given_on)
    for request in case.given_by_the_same:
        grant(town, request, stamp=case.stamp)
    before = {**state_of(town), **KEPT}
    outcome = ask(town, case.asks, stamp=case.stamp)
    assert outcome.refused is not None
    assert outcome.refused.reason is reason
    assert outcome.event is None
    assert {**state_of(town), **KEPT} == before


@dataclass(frozen=True)
class Rung:
    """A request, why it is refused (None where it is granted), and what takes that reason away."""

    asks: Request
    reason: Refusal | None = None
    cures: tuple[Request, ...] = ()
    on: date = TODAY
    alone: bool = False


@dataclass(frozen=True)
class Ladder:
    """What was asked before, and the rungs: each shows a reason, and what the next ones name holds where it can."""

    rungs: tuple[Rung, ...]
    given: tuple[Request, ...] = ()


BY_CARD = a_card().number
NEXT_YEAR, SUMMER_DAY, YEARS_LATER = date(2027, 1, 1), date(2026, 7, 1), date(2028, 3, 1)
SPRING = Period(starts_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))
SCHEMES_AND_BUDGETS: tuple[Request, ...] = (
    SchemeRequest(a_scheme()),
    SchemeRequest(a_scheme("spring", fixed=SPRING)),
    SchemeRequest(a_scheme("coffee", categories=("catering",))),
    *(a_budget(scheme=scheme, year=year) for scheme in ("culture", "spring", "coffee") for year in (2026, 2027, 2028)),
)
OLD_CARD_ASKS, NEW_CARD_ASKS = a_redemption("60,00"), a_redemption("60,00", card=2)
REGISTERED = HolderRequest(a_holder(), a_card())
WITH_A_CEILING = SchemeRequest(replace(a_scheme(), day_ceiling=euros("10,00"), effective_from=date(2025, 2, 1)))
TO_CULTURE_2028 = an_award(starts_on=YEARS_LATER, number=4)

LADDERS = {
    "redemption": Ladder(
        given=(*SCHEMES_AND_BUDGETS, a_redemption("1,00", key="k")),
        rungs=(
            Rung(a_redemption("60,00", key="k"), Refusal.KEY_REUSED),
            Rung(
                OLD_CARD_ASKS,
                Refusal.CARD_UNKNOWN,
                cures=(HolderRequest(a_holder(), a_card(state=CardState.ISSUED)),),
            ),
            Rung(OLD_CARD_ASKS, Refusal.CARD_NOT_ACTIVE, cures=(CardRequest(BY_CARD, CardState.BLOCKED),)),
            Rung(OLD_CARD_ASKS, Refusal.CARD_BLOCKED, cures=(CardRequest(BY_CARD, CardState.REPLACED, a_card(2)),)),
            Rung(OLD_CARD_ASKS, Refusal.CARD_REPLACED),
            Rung(NEW_CARD_ASKS, Refusal.MERCHANT_UNKNOWN, cures=(MerchantRequest(a_merchant(), ()),)),
            Rung(
                NEW_CARD_ASKS,
                Refusal.NO_ENTITLEMENT,
                cures=(an_award(scheme="spring", number=1), an_award(starts_on=NEXT_YEAR, number=2)),
            ),
            Rung(NEW_CARD_ASKS, Refusal.NOT_STARTED, on=SUMMER_DAY),
            Rung(
                NEW_CARD_ASKS,
                Refusal.ENDED,
                cures=(an_award(scheme="coffee", starts_on=YEARS_LATER, number=3),),
                on=YEARS_LATER,
            ),
            Rung(NEW_CARD_ASKS, Refusal.NOT_HERE, cures=(TO_CULTURE_2028,), on=YEARS_LATER),
            Rung(NEW_CARD_ASKS, Refusal.NOT_ENOUGH, cures=(replace(TO_CULTURE_2028, instalment=2),), on=YEARS_LATER),
            Rung(a_redemption("50,00", card=2), on=YEARS_LATER),
        ),
    ),
    "redemption at a till": Ladder(
        given=(*SCHEMES_AND_BUDGETS, *[a_redemption("60,00", card=TOKEN, pin=PinCheck.NOT_SENT)] * MOST_REFUSALS),
        rungs=(
            Rung(a_redemption("60,00", card=TOKEN, pin=PinCheck.NOT_SENT), Refusal.REFUSED_TOO_OFTEN),
            Rung(
                a_redemption("60,00", pin=PinCheck.WRONG),
                Refusal.CARD_UNKNOWN,
                cures=(HolderRequest(a_holder(), a_card(state=CardState.BLOCKED)), LimitRequest(euros("1,00"))),
            ),
            Rung(
                a_redemption("60,00", pin=PinCheck.WRONG),
                Refusal.CARD_BLOCKED,
                cures=(CardRequest(BY_CARD, CardState.ACTIVE),),
            ),
            Rung(a_redemption("60,00", pin=PinCheck.NOT_SET), Refusal.PIN_NOT_SET),
            Rung(a_redemption("60,00", pin=PinCheck.LOCKED), Refusal.PIN_LOCKED),
            Rung(a_redemption("60,00", pin=PinCheck.WAITING), Refusal.PIN_WAITING),
            Rung(a_redemption("60,00", pin=PinCheck.WRONG), Refusal.PIN_WRONG),
            Rung(a_redemption("60,00", pin=PinCheck.NOT_SENT), Refusal.PIN_NEEDED),
            Rung(
                a_redemption("60,00", pin=PinCheck.RIGHT),
                Refusal.MERCHANT_UNKNOWN,
                cures=(MerchantRequest(a_merchant(), ()), WITH_A_CEILING, an_award("50,00", number=1)),
            ),
            Rung(a_redemption("60,00", pin=PinCheck.BY_STAFF), Refusal.NOT_ENOUGH),
            Rung(a_redemption("50,00", pin=PinCheck.BY_STAFF), Refusal.OVER_CEILING),
            Rung(a_redemption("10,00", pin=PinCheck.BY_STAFF)),
        ),
    ),
    "a code from a letter": Ladder(
        given=SCHEMES_AND_BUDGETS,
        rungs=(
            Rung(PinRequest(BY_CARD, "a hash", "a code"), Refusal.CARD_UNKNOWN, cures=(REGISTERED,)),
            Rung(
                PinRequest(BY_CARD, "a hash", "a code"),
                Refusal.CODE_WRONG,
                cures=(ActivationRequest(BY_CARD, "a code", NEXT_YEAR),),
            ),
            Rung(PinRequest(BY_CARD, "a hash", "a code")),
            Rung(PinRequest(BY_CARD, "a hash", "a code"), Refusal.CODE_WRONG),
        ),
    ),
    "refund": Ladder(
        given=(*SCHEMES_AND_BUDGETS, REGISTERED, MerchantRequest(a_merchant(), ())),
        rungs=(
            Rung(a_refund("6,00"), Refusal.REDEMPTION_UNKNOWN, cures=(an_award(), a_redemption("5,00"))),
            Rung(a_refund("6,00"), Refusal.REFUND_TOO_LARGE),
            Rung(a_refund("5,00")),
        ),
    ),
    "hold": Ladder(
        given=(*SCHEMES_AND_BUDGETS, a_hold("1,00", key="k")),
        rungs=(
            Rung(a_hold(last_day=YEARS_LATER, key="k"), Refusal.KEY_REUSED),
            Rung(a_hold(last_day=YEARS_LATER), Refusal.HOLD_TERM),
            Rung(a_hold(), Refusal.CARD_UNKNOWN, cures=(REGISTERED,)),
            Rung(a_hold(), Refusal.MERCHANT_UNKNOWN, cures=(MerchantRequest(a_merchant(), ()),)),
            Rung(a_hold(), Refusal.NO_ENTITLEMENT, cures=(an_award(),)),
            Rung(a_hold("50,01"), Refusal.NOT_ENOUGH),
            Rung(a_hold("50,00")),
        ),
    ),
    "capture": Ladder(
        given=(*SCHEMES_AND_BUDGETS, REGISTERED, MerchantRequest(a_merchant(), ()), an_award()),
        rungs=(
            Rung(a_capture("6,00"), Refusal.HOLD_UNKNOWN, cures=(a_hold("5,00", last_day=TODAY),)),
            Rung(a_capture("6,00"), Refusal.HOLD_TOO_SMALL),
            Rung(a_capture("4,00")),
        ),
    ),
    "capture after the end": Ladder(
        given=(
            *(*SCHEMES_AND_BUDGETS, REGISTERED, MerchantRequest(a_merchant(), ()), an_award()),
            a_hold("5,00", last_day=TODAY),
        ),
        rungs=(Rung(a_capture("6,00"), Refusal.HOLD_ENDED, on=SUMMER_DAY), Rung(an_expiry(), on=SUMMER_DAY)),
    ),
    "expiry": Ladder(
        given=(*SCHEMES_AND_BUDGETS, REGISTERED, MerchantRequest(a_merchant(), ()), an_award()),
        rungs=(
            Rung(an_expiry(), Refusal.HOLD_UNKNOWN, cures=(a_hold("5,00", last_day=TODAY), a_release())),
            Rung(an_expiry(), Refusal.HOLD_NOT_ENDED),
            Rung(an_expiry(), Refusal.HOLD_TOO_SMALL, on=SUMMER_DAY),
        ),
    ),
    "refund of a hold": Ladder(
        given=(*SCHEMES_AND_BUDGETS, REGISTERED, MerchantRequest(a_merchant(), ()), an_award()),
        rungs=(
            Rung(a_hold_refund("1,00"), Refusal.HOLD_UNKNOWN, cures=(a_hold("5,00"),)),
            Rung(a_hold_refund("1,00"), Refusal.REFUND_TOO_LARGE, cures=(a_capture("1,00"),)),
            Rung(a_hold_refund("1,00")),
        ),
    ),
    "refund with a key": Ladder(
        given=(*SCHEMES_AND_BUDGETS, a_redemption("1,00", key="k")),
        rungs=(
            Rung(a_refund("6,00", key="k"), Refusal.KEY_REUSED),
            Rung(a_refund("6,00", key="k2"), Refusal.REDEMPTION_UNKNOWN),
        ),
    ),
    "award by card": Ladder(
        rungs=(
            Rung(an_award("0,01", holder=BY_CARD, decision="Z"), Refusal.SAME_PERSON, alone=True),
            Rung(
                an_award("0,01", holder=BY_CARD, decision="Z"),
                Refusal.CARD_UNKNOWN,
                cures=(HolderRequest(a_holder(), a_card(state=CardState.BLOCKED)),),
            ),
            Rung(
                an_award("0,01", holder=BY_CARD, decision="Z"),
                Refusal.CARD_BLOCKED,
                cures=(CardRequest(BY_CARD, CardState.ACTIVE),),
            ),
            Rung(
                an_award("0,01", holder=BY_CARD, decision="Z"),
                Refusal.SCHEME_UNKNOWN,
                cures=(SchemeRequest(a_scheme(amounts={"child": "50,00"})), a_budget(), an_award(decision="Z")),
            ),
            Rung(
                an_award("0,01", holder=BY_CARD, decision="Z", starts_on=YEARS_LATER, number=2), Refusal.AWARD_REPEATED
            ),
            Rung(an_award("0,01", holder=BY_CARD, starts_on=YEARS_LATER, number=2), Refusal.START_OUTSIDE_RULE),
            Rung(
                an_award("0,01", holder=BY_CARD, starts_on=NEXT_YEAR, number=2, ends_on=TODAY, category="adult"),
                Refusal.END_OUTSIDE_RULE,
            ),
            Rung(
                an_award("0,01", holder=BY_CARD, starts_on=NEXT_YEAR, number=2, category="adult"),
                Refusal.CATEGORY_UNKNOWN,
            ),
            Rung(
                an_award("0,01", holder=BY_CARD, starts_on=NEXT_YEAR, number=2, category="child"),
                Refusal.CATEGORY_DISAGREES,
            ),
            Rung(an_award("0,01", holder=BY_CARD, starts_on=NEXT_YEAR, number=2), Refusal.AMOUNT_OUTSIDE_RULE),
            Rung(
                an_award(holder=BY_CARD, starts_on=NEXT_YEAR, number=2),
                Refusal.BUDGET_UNKNOWN,
                cures=(a_budget("10,00", year=2027),),
            ),
            Rung(an_award(holder=BY_CARD, starts_on=NEXT_YEAR, number=2), Refusal.BUDGET_TOO_SMALL),
            Rung(an_award("10,00", holder=BY_CARD, starts_on=NEXT_YEAR, number=2)),
        ),
    ),
    "award by reference": Ladder(
        rungs=(
            Rung(an_award(), Refusal.SAME_PERSON, alone=True),
            Rung(an_award(), Refusal.HOLDER_UNKNOWN, cures=(REGISTERED,)),
            Rung(an_award(), Refusal.SCHEME_UNKNOWN, cures=SCHEMES_AND_BUDGETS),
            Rung(an_award()),
        ),
    ),
    "budget": Ladder(
        rungs=(
            Rung(a_budget("-20,00"), Refusal.SAME_PERSON, alone=True),
            Rung(a_budget("-20,00"), Refusal.SCHEME_UNKNOWN, cures=(SchemeRequest(a_scheme()), a_budget("10,00"))),
            Rung(a_budget("-20,00"), Refusal.BUDGET_REPEATED),
            Rung(a_budget("-20,00", decision="council 2"), Refusal.BUDGET_TOO_SMALL),
            Rung(a_budget("-10,00", decision="council 2")),
        ),
    ),
    "correction": Ladder(
        given=(*SCHEMES_AND_BUDGETS, REGISTERED, MerchantRequest(a_merchant(), ())),
        rungs=(
            Rung(a_correction(a_refund()), Refusal.SAME_PERSON, alone=True),
            Rung(
                a_correction(a_refund()), Refusal.ENTRY_UNKNOWN, cures=(an_award(), a_redemption("50,00"), a_refund())
            ),
            Rung(a_correction(an_award()), Refusal.NOT_CORRECTED_SO),
            Rung(a_correction(a_redemption()), Refusal.NOTHING_TO_CORRECT, cures=(a_redemption("50,00", number=2),)),
            Rung(a_correction(a_refund()), Refusal.GONE_SINCE, cures=(a_refund(of=2, number=2),)),
            Rung(a_correction(a_refund())),
        ),
    ),
    "extension": Ladder(
        given=(*SCHEMES_AND_BUDGETS, REGISTERED),
        rungs=(
            Rung(an_extension(until=TODAY), Refusal.SAME_PERSON, alone=True),
            Rung(an_extension(until=TODAY), Refusal.ENTITLEMENT_UNKNOWN, cures=(an_award(), an_award(number=2))),
            Rung(an_extension(until=TODAY), Refusal.END_UNFIT),
            Rung(an_extension()),
        ),
    ),
    "the rest of a budget": Ladder(
        given=(SchemeRequest(a_scheme()), a_budget("10,00", decision="council 9")),
        rungs=(
            Rung(a_budget_rest("nothing"), Refusal.SAME_PERSON, alone=True),
            Rung(a_budget_rest("nothing"), Refusal.SCHEME_UNKNOWN),
            Rung(a_budget_rest(), Refusal.YEAR_NOT_OVER),
            Rung(a_budget_rest(), Refusal.BUDGET_REPEATED, on=NEXT_YEAR),
            Rung(a_budget_rest(decision="council 10", year=2025), Refusal.NOTHING_TO_FREE, on=NEXT_YEAR),
            Rung(a_budget_rest(decision="council 10"), on=NEXT_YEAR),
        ),
    ),
    "the close of a year": Ladder(
        rungs=(
            Rung(a_year_close(), Refusal.SAME_PERSON, alone=True),
            Rung(a_year_close(), Refusal.SCHEME_UNKNOWN, cures=(SchemeRequest(a_scheme()), a_budget("10,00"))),
            Rung(a_year_close(), Refusal.YEAR_NOT_OVER),
            Rung(a_year_close(), Refusal.BUDGET_LEFT, cures=(a_budget_rest(),), on=NEXT_YEAR),
            Rung(a_year_close(), on=NEXT_YEAR),
        ),
    ),
    "scheme": Ladder(
        given=SCHEMES_AND_BUDGETS,
        rungs=(
            Rung(SchemeRequest(a_scheme()), Refusal.SAME_PERSON, alone=True),
            Rung(SchemeRequest(a_scheme()), Refusal.SCHEME_REPEATED),
        ),
    ),
    "merchant": Ladder(
        given=(MerchantRequest(a_merchant(), ()),),
        rungs=(
            Rung(MerchantRequest(a_merchant(), ()), Refusal.SAME_PERSON, alone=True),
            Rung(MerchantRequest(a_merchant(), ()), Refusal.MERCHANT_REPEATED),
        ),
    ),
    "actor": Ladder(
        rungs=(
            Rung(RoleRequest("clerk", ActorRole.APPROVER, is_given=True), Refusal.NO_ACTORS, cures=(AN_ADMINISTRATOR,)),
            Rung(RoleRequest("jansen", ActorRole.CLERK, is_given=True), Refusal.ACTOR_UNKNOWN, cures=(JANSEN,)),
            Rung(JANSEN, Refusal.ACTOR_REPEATED),
            Rung(RoleRequest("clerk", ActorRole.ADMINISTRATOR, is_given=True), Refusal.OWN_RIGHTS),
            Rung(RoleRequest("jansen", ActorRole.CLERK, is_given=True), Refusal.ROLE_UNCHANGED),
            Rung(RoleRequest("jansen", ActorRole.APPROVER, is_given=True)),
        ),
    ),
    "holder": Ladder(
        given=(REGISTERED,),
        rungs=(
            Rung(REGISTERED, Refusal.HOLDER_REPEATED),
            Rung(HolderRequest(a_holder(2), a_card()), Refusal.CARD_REPEATED),
            Rung(A_SECOND_HOLDER),
        ),
    ),
    "card": Ladder(
        given=(A_SECOND_HOLDER,),
        rungs=(
            Rung(
                CardRequest(BY_CARD, CardState.REPLACED, a_card(2)),
                Refusal.CARD_UNKNOWN,
                cures=(REGISTERED, CardRequest(BY_CARD, CardState.REPLACED, a_card(3))),
            ),
            Rung(CardRequest(BY_CARD, CardState.REPLACED, a_card(2)), Refusal.CARD_REPEATED),
            Rung(CardRequest(BY_CARD, CardState.REPLACED, a_card(4)), Refusal.CARD_STEP_UNKNOWN),
        ),
    ),
}


@pytest.mark.parametrize("name", LADDERS)
def test_of_two_reasons_the_first_of_the_list_is_given(name: str) -> None:
    """Where everything is wrong, curing one thing after another brings the reasons up in the order of the list."""
    ladder, town = LADDERS[name], Town()
    reasons: list[Refusal] = []
    for request in ladder.given:
        ask(town, request)
    for rung in ladder.rungs:
        outcome = ask(town, rung.asks, stamp=ALONE if rung.alone else a_stamp(rung.on))
        assert (None if outcome.refused is None else outcome.refused.reason) is rung.reason
        reasons += [rung.reason] if rung.reason else []
        for cure in rung.cures:
            grant(town, cure, on=rung.on)
    assert reasons == sorted(reasons, key=list(Refusal).index)
