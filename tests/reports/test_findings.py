"""Findings: each kind is planted and found, and what is as it should be is no finding."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.ids import CardId, EntitlementId, EntryId, HolderId, PayoutId, RedemptionId, RefundId, RunId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.cover import Told
from pasledger.reports.findings import (
    CRITERIA,
    THRESHOLDS,
    Approved,
    Criterion,
    Finding,
    FindingKind,
    Given,
    GivenBack,
    Misdated,
    Single,
    Spent,
    SpentPart,
    award_findings,
    back_dated,
    missing_numbers,
    no_rights,
    paid_unchecked,
    roles_combined,
    single_handed,
    spending_findings,
    waiting_lines,
)
from pasledger.reports.findings.spending import Rules, _Bursts
from pasledger.rules.actors import ActorChangeKind, ActorRole
from pasledger.rules.known import Known
from pasledger.rules.records import (
    ActorChange,
    CheckResult,
    CheckWay,
    Entitlement,
    MerchantCheck,
    Payout,
    PayoutRun,
)
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_cafe,
    a_line,
    a_merchant,
    a_scheme,
    a_statement,
    euros,
    settings_of_payment,
)

K = FindingKind
YEAR = Period(starts_on=date(2026, 1, 1), ends_before=date(2027, 1, 1))
NOON = datetime.combine(TODAY, time(12), UTC)
OURS = {("culture", 1): a_scheme(), ("spring", 1): a_scheme("spring", amounts={"child": "80,00"})}


def an_entitlement(
    number: int = 1, amount: str = "50,00", *, holder: int = 1, scheme: str = "culture", valid: Period = YEAR
) -> Entitlement:
    """Return an entitlement as it was awarded."""
    awarded = EntitlementId.of(number), EntryId.of(number), HolderId.of(holder)
    return Entitlement(*awarded, scheme, 1, valid, euros(amount))


def given_to(
    entitlement: Entitlement,
    *,
    reference: str | None = "Z-1",
    instalment: int = 1,
    budget: str | None = None,
    is_withdrawn: bool = False,
) -> Given:
    """Return an award."""
    account = budget or f"budget/{entitlement.scheme}/{entitlement.valid.starts_on.year}"
    return Given(entitlement, NOON, TODAY, account, reference, instalment, is_withdrawn)


def spent(
    amount: str = "7,50",
    *,
    number: int = 1,
    at: datetime = NOON,
    card: int = 1,
    terminal: str | None = "trm_1",
    entitlement: Entitlement | None = None,
    **changed: Any,
) -> Spent:
    """Return a payment at the club."""
    part = SpentPart(entitlement or an_entitlement(), euros(amount))
    return replace(
        Spent(
            EntryId.of(number),
            RedemptionId.of(number),
            is_held=False,
            recorded_at=at,
            effective_on=at.date(),
            merchant=CLUB,
            terminal=terminal,
            card=CardId.of(card),
            versions=(f"merchant:{CLUB}@1", "scheme:culture@1"),
            parts=(part,),
            amount=euros(amount),
        ),
        **changed,
    )


def a_refund(amount: str = "1,00", *, number: int = 1, at: datetime = NOON) -> GivenBack:
    """Return a refund of the club."""
    return GivenBack(EntryId.of(number), RefundId.of(number), at, at.date(), CLUB, euros(amount))


def the_rules(**changed: Any) -> Rules:
    """Return the rules of a town with a club and a café, none of which has stopped."""
    merchants = {(one.id, one.version): one for one in (a_merchant(), a_cafe())}
    return replace(Rules(OURS, merchants, {}, Known().ends_of), **changed)


def kinds(findings: Iterable[Finding]) -> list[FindingKind]:
    """Return what kinds of finding there are, each once."""
    return sorted({one.kind for one in findings})


# --- what they are


def test_every_kind_is_about_a_criterion_and_every_criterion_has_a_kind() -> None:
    """The nine criteria of lawfulness are all looked at, and nothing is looked at for none of them."""
    assert set(CRITERIA) == set(FindingKind)
    assert {one for criteria in CRITERIA.values() for one in criteria} == set(Criterion)
    assert len(Criterion) == 9


def test_the_same_finding_has_the_same_id() -> None:
    """An id follows from the kind and what it is about, and not from how much of it there is by now."""
    [before] = spending_findings([spent(terminal=None)], the_rules())
    [after] = spending_findings([spent(terminal=None), spent(number=2, terminal=None)], the_rules())
    assert (before.id, before.count, after.count) == (after.id, 1, 2)
    [other] = spending_findings([spent(terminal=None, at=NOON + timedelta(days=40))], the_rules())
    assert other.id != before.id


# --- awards


def test_an_ordinary_award_is_no_finding() -> None:
    """An amount and a period that the scheme gives, two instalments of one decision, and another year are as usual."""
    next_year = Period(YEAR.ends_before, date(2028, 1, 1))
    awards = [
        given_to(an_entitlement(1)),
        given_to(an_entitlement(2), instalment=2),
        given_to(an_entitlement(3, valid=next_year), reference="Z-2"),
        given_to(an_entitlement(4, "80,00", scheme="spring"), reference="Z-3"),
        given_to(an_entitlement(5, holder=2), reference="Z-4"),
    ]
    assert list(award_findings(awards, OURS)) == []


@pytest.mark.parametrize(
    ("award", "kind"),
    [
        (given_to(an_entitlement(amount="500,01")), K.AWARD_AMOUNT),
        (given_to(an_entitlement(amount="0,99")), K.AWARD_AMOUNT),
        (given_to(an_entitlement(amount="79,00", scheme="spring")), K.AWARD_NOT_IN_TABLE),
        (given_to(an_entitlement(valid=Period(TODAY, date(2027, 1, 2)))), K.AWARD_OUTSIDE_RULE),
        (given_to(an_entitlement(scheme="unknown")), K.AWARD_OUTSIDE_RULE),
        (given_to(an_entitlement(), budget="budget/culture/2025"), K.AWARD_OTHER_BUDGET),
    ],
)
def test_an_award_outside_its_rule_is_found(award: Given, kind: FindingKind) -> None:
    """Amount, period, scheme and budget are held against the version of the scheme that the award names."""
    [found] = award_findings([award], OURS)
    assert (found.kind, found.amount) == (kind, award.entitlement.amount)
    assert award.entitlement.id in found.evidence


def test_an_award_before_its_scheme_is_found() -> None:
    """A version of a scheme that does not hold yet gives nothing."""
    later = {("culture", 1): replace(a_scheme(), effective_from=TODAY + timedelta(days=1))}
    assert kinds(award_findings([given_to(an_entitlement())], later)) == [K.AWARD_OUTSIDE_RULE]


def test_what_is_awarded_twice_is_found() -> None:
    """The same instalment of a decision once more, and another decision for the same time, are two kinds of finding."""
    twice = [given_to(an_entitlement(1)), given_to(an_entitlement(2))]
    [found] = award_findings(twice, OURS)
    assert (found.kind, found.count, found.amount) == (K.AWARD_TWICE, 2, euros("100,00"))
    other = [given_to(an_entitlement(1)), given_to(an_entitlement(2), reference="Z-2")]
    [found] = award_findings(other, OURS)
    assert (found.kind, found.evidence) == (K.AWARD_SAME_PERIOD, (EntitlementId.of(1), EntitlementId.of(2)))


def test_what_was_withdrawn_or_is_over_is_not_given_again() -> None:
    """A second award is as usual where the first was withdrawn, or was for a time that is over when it begins."""
    withdrawn = [given_to(an_entitlement(1), is_withdrawn=True), given_to(an_entitlement(2), reference="Z-2")]
    early, late = Period(date(2026, 1, 1), date(2026, 6, 1)), Period(date(2026, 6, 1), date(2027, 1, 1))
    after = [given_to(an_entitlement(1, valid=early)), given_to(an_entitlement(2, valid=late), reference="Z-2")]
    assert list(award_findings(withdrawn, OURS)) == list(award_findings(after, OURS)) == []


def test_awards_without_their_references_are_counted_each() -> None:
    """Where the term of the references is over, nobody can say any more that two awards are of one decision."""
    gone = [given_to(an_entitlement(number), reference=None) for number in (1, 2)]
    assert kinds(award_findings(gone, OURS)) == [K.AWARD_SAME_PERIOD]


# --- spending


def test_an_ordinary_payment_is_no_finding() -> None:
    """A card that pays at a till, where and when it may, and a refund now and then."""
    booked = [spent(number=one, at=NOON + timedelta(hours=one)) for one in range(1, 30)]
    assert list(spending_findings([*booked, a_refund(number=40)], the_rules())) == []


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"merchant": CAFE, "versions": (f"merchant:{CAFE}@1", "scheme:culture@1")}, K.SPENT_ELSEWHERE),
        ({"versions": (f"merchant:{CLUB}@2", "scheme:culture@1")}, K.SPENT_ELSEWHERE),
        ({"versions": ()}, K.SPENT_ELSEWHERE),
        ({"effective_on": date(2027, 1, 1)}, K.SPENT_UNTIMELY),
        ({"effective_on": date(2025, 12, 31)}, K.SPENT_UNTIMELY),
        ({"terminal": None}, K.SPENT_WITHOUT_TILL),
        ({"is_held": True, "effective_on": date(2027, 1, 1)}, K.SPENT_UNTIMELY),
    ],
)
def test_a_payment_that_may_not_be_is_found(wrong: dict[str, Any], kind: FindingKind) -> None:
    """Outside the categories of its scheme, outside its validity, or typed by staff: each is found by itself."""
    payment = spent(**wrong)
    [found] = spending_findings([payment], the_rules())
    assert (found.kind, found.amount) == (kind, payment.amount)
    assert payment.id in found.evidence


def test_one_of_several_categories_is_where_it_may_be() -> None:
    """A club with a music school is no finding for either; a café that also sells books is one, which names both."""
    club, cafe = a_merchant(categories=("culture", "sport")), replace(a_cafe(), categories=("books", "catering"))
    rules = the_rules(merchants={(one.id, one.version): one for one in (club, cafe)})
    assert list(spending_findings([spent()], rules)) == []
    elsewhere = spent(merchant=CAFE, versions=(f"merchant:{CAFE}@1", "scheme:culture@1"))
    [found] = spending_findings([elsewhere], rules)
    assert (found.kind, found.figures["categories"]) == (K.SPENT_ELSEWHERE, "books, catering")


def test_an_end_that_was_moved_counts() -> None:
    """A payment is held against the end that held when it was made."""
    moved = the_rules(ends_of=lambda _one, _at: {date(2028, 1, 1)})
    assert list(spending_findings([spent(effective_on=date(2027, 6, 1))], moved)) == []
    ended = the_rules(ends_of=lambda _one, _at: {TODAY})
    assert kinds(spending_findings([spent()], ended)) == [K.SPENT_UNTIMELY]


def test_a_payment_at_a_merchant_that_had_stopped_is_found() -> None:
    """The day itself is decided by the moment at which the end was recorded; a later day is too late."""
    rules = the_rules(merchant_ends={CLUB: (TODAY, NOON)})
    before, after = spent(at=NOON - timedelta(hours=1)), spent(at=NOON + timedelta(hours=1))
    next_day = spent(at=NOON + timedelta(days=1))
    assert list(spending_findings([before], rules)) == []
    assert [kinds(spending_findings([one], rules)) for one in (after, next_day)] == [[K.SPENT_AFTER_MERCHANT]] * 2


def test_many_refunds_are_found() -> None:
    """From so many refunds in a month, and so great a part of the payments, they are one finding of that month."""
    least = THRESHOLDS.refunds
    payments = [spent(number=one, at=NOON + timedelta(hours=one)) for one in range(1, 4 * least + 1)]
    refunds = [a_refund(number=100 + one) for one in range(least)]
    [found] = spending_findings([*payments, *refunds], the_rules())
    assert (found.kind, found.count, found.amount) == (K.MANY_REFUNDS, least, Money(100 * least))
    more = [*payments, spent(number=90, at=NOON + timedelta(days=9))]
    assert list(spending_findings([*more, *refunds], the_rules())) == []
    assert list(spending_findings([*payments, *refunds[1:]], the_rules())) == []
    elsewhen = [replace(refunds[0], effective_on=TODAY + timedelta(days=40)), *refunds[1:]]
    assert list(spending_findings([*payments, *elsewhen], the_rules())) == []


def test_round_amounts_are_found() -> None:
    """From so many payments in a month they are found where nearly all are round."""
    least = THRESHOLDS.round_payments
    amounts = ["20,00"] * (least * 9 // 10) + ["7,50"] * (least - least * 9 // 10)
    booked = [spent(one, number=n, at=NOON + timedelta(hours=n)) for n, one in enumerate(amounts, 1)]
    [found] = spending_findings(booked, the_rules())
    assert (found.kind, found.count) == (K.ROUND_AMOUNTS, least * 9 // 10)
    assert list(spending_findings(booked[1:], the_rules())) == []
    assert len(found.evidence) == min(found.count, THRESHOLDS.evidence)


def at_minutes(*minutes: int, cards: bool = False) -> list[Spent]:
    """Return payments so many minutes after noon, all of one card or each of another."""
    return [
        spent(number=number, at=NOON + timedelta(minutes=minute), card=number if cards else 1)
        for number, minute in enumerate(minutes, 1)
    ]


def test_a_burst_of_a_card_is_one_finding() -> None:
    """So many payments of a card at a merchant in so many minutes, and all that follow as fast."""
    [found] = spending_findings(at_minutes(0, 1, 2, 3, 10, 11), the_rules())
    assert (found.kind, found.count, found.first_at) == (K.BURST_OF_CARD, 6, NOON)
    assert list(spending_findings(at_minutes(0, 1, 2, 3, 11, 12), the_rules())) == []
    again = list(spending_findings(at_minutes(0, 1, 2, 3, 4, 50, 100, 101, 102, 103, 104), the_rules()))
    assert [one.count for one in again] == [5, 5]
    assert len({one.id for one in again}) == 2


def test_a_burst_at_a_merchant_is_one_finding() -> None:
    """The same by any card takes more payments, for a pool is busy at times."""
    many = [minute // 5 for minute in range(THRESHOLDS.burst_at_merchant)]
    [found] = spending_findings(at_minutes(*many, cards=True), the_rules())
    assert (found.kind, found.count) == (K.BURST_AT_MERCHANT, THRESHOLDS.burst_at_merchant)
    assert list(spending_findings(at_minutes(*many[1:], cards=True), the_rules())) == []


@given(st.lists(st.integers(0, 200), max_size=40).map(sorted))
def test_bursts_are_what_a_look_at_everything_finds(minutes: list[int]) -> None:
    """A payment is in a burst where it lies among five within ten minutes, as a look at all of them at once says."""
    expected = {
        number
        for start in range(len(minutes) - 4)
        if minutes[start + 4] - minutes[start] <= 10
        for number in range(start, start + 5)
    }
    found = [one for one in spending_findings(at_minutes(*minutes), the_rules()) if one.kind is K.BURST_OF_CARD]
    assert sum(one.count for one in found) == len(expected)


def test_no_more_is_remembered_than_makes_a_burst() -> None:
    """However many pay at one moment, the newest few of each are kept; who has not paid for a while is forgotten."""
    bursts = _Bursts(K.BURST_OF_CARD, 5, timedelta(minutes=10), 3)
    for number in range(1, 200):
        assert list(bursts.add((f"card {number % 7}",), spent(number=number))) == []
    assert [len(recent.payments) for recent in bursts._recent.values()] == [5] * 7
    late = list(bursts.add(("another",), spent(number=300, at=NOON + timedelta(hours=1))))
    assert (sum(one.count for one in late), list(bursts._recent)) == (199, [("another",)])


# --- people, days, payments, numbers


def test_what_one_person_did_alone_is_found() -> None:
    """A row that has one name where two are needed is named, with its table."""
    row = Single("merchant", "mer_1/2", NOON, "clerk", None, Money(0))
    [found] = single_handed([row])
    assert (found.kind, found.evidence, found.figures["approved_by"]) == (K.FOUR_EYES, ("mer_1/2",), "-")


def test_what_counts_on_another_day_is_found() -> None:
    """Late in the evening the day in the Netherlands is the next one; any other day is found."""
    days = [TODAY + timedelta(days=one) for one in (-1, 0, 1, 2)]
    booked = [Misdated(EntryId.of(1), EntryKind.REDEEMED, NOON, day, Money(1)) for day in days]
    assert [len(list(back_dated([one]))) for one in booked] == [1, 0, 0, 1]


def a_change(number: int, actor: str, role: ActorRole | None = None, *, is_given: bool = True) -> ActorChange:
    """Return a change of an actor, an hour after the one before: it is added, or a role is given or taken."""
    kind = ActorChangeKind.ADDED
    if role is not None:
        kind = ActorChangeKind.ROLE_GIVEN if is_given else ActorChangeKind.ROLE_TAKEN
    return ActorChange(number, actor, kind, NOON + timedelta(hours=number), "boss", role)


COLLEAGUES = [
    a_change(1, "jansen"),
    a_change(2, "jansen", ActorRole.CLERK),
    a_change(3, "bakker"),
    a_change(4, "bakker", ActorRole.APPROVER),
]


def test_roles_that_do_not_go_together_are_found() -> None:
    """Each time that somebody comes to have both is one finding; two people with one role each are none."""
    assert list(roles_combined(COLLEAGUES)) == []
    both = [*COLLEAGUES, a_change(5, "jansen", ActorRole.APPROVER), a_change(6, "jansen", ActorRole.TREASURER)]
    [found] = roles_combined(both)
    assert (found.kind, found.figures["made_by"], found.first_at) == (K.ROLES_COMBINED, "boss", both[4].recorded_at)
    again = [*both[:5], a_change(6, "jansen", ActorRole.CLERK, is_given=False), a_change(7, "jansen", ActorRole.CLERK)]
    assert len(list(roles_combined(again))) == 2


def test_who_had_no_right_is_found() -> None:
    """Rights are those of the moment of the entry; all that somebody did without one is one finding."""

    def booked(hour: int, prepared_by: str = "jansen", approved_by: str = "bakker") -> Approved:
        at = NOON + timedelta(hours=hour, minutes=1)
        return Approved(EntryId.of(hour), at, prepared_by, approved_by, Money(100))

    assert list(no_rights([booked(4), booked(9, "Jansen ")], COLLEAGUES)) == []
    assert list(no_rights([booked(1)], [])) == []
    found = list(no_rights([booked(2), booked(3), booked(5, approved_by="jansen")], COLLEAGUES))
    assert [(one.figures["name"], one.count, one.amount) for one in found] == [
        ("bakker", 2, Money(200)),
        ("jansen", 1, Money(100)),
    ]
    assert kinds(found) == [K.NO_RIGHT]


def a_payout(iban: str = "NL91ABNA0417164300") -> Payout:
    """Return a payout to the club."""
    ids = PayoutId.of(1), EntryId.of(1), RunId.of(1)
    return Payout(*ids, 1, CLUB, Money(500), iban, "SV De Club", TODAY, TODAY, ())


def checked(
    result: CheckResult = CheckResult.MATCH, *, hours: int = -1, iban: str = "NL91ABNA0417164300"
) -> tuple[MerchantCheck, datetime]:
    """Return a check of the club's account, with when it was recorded."""
    check = MerchantCheck(CLUB, 1, "De Club", iban, "SV De Club", TODAY, CheckWay.BANK, result, "", "X")
    return check, NOON + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("checks", "is_found"),
    [
        ([checked()], False),
        ([checked(hours=0)], False),
        ([checked(), checked(CheckResult.RETURNED, hours=1)], False),
        ([], True),
        ([checked(hours=1)], True),
        ([checked(), checked(CheckResult.NO_MATCH)], True),
        ([checked(iban="NL13TEST0123456789")], True),
    ],
)
def test_a_payout_to_an_account_that_was_not_checked_is_found(
    checks: list[tuple[MerchantCheck, datetime]],
    is_found: bool,  # noqa: FBT001 - the answer of a case
) -> None:
    """The newest check before it has to be a match of that very account."""
    assert [one.kind for one in paid_unchecked([(a_payout(), NOON)], checks)] == [K.PAID_UNCHECKED] * is_found


def test_numbers_that_are_missing_are_found() -> None:
    """A run that is not there although a later one is, and a statement that does not follow on the one before."""
    runs = [PayoutRun(RunId.of(one), 2026, one, TODAY, settings_of_payment().settings) for one in (1, 2, 4)]
    assert [one.evidence for one in missing_numbers(runs, [])] == [("2026-0003",)]
    assert list(missing_numbers(runs[:2], [])) == []
    first, second = (a_statement(1, closing="5,00").statement, a_statement(2, opening="5,00").statement)
    assert list(missing_numbers([], [first, second])) == []
    [gap] = missing_numbers([], [first, replace(second, opening=euros("4,00"))])
    assert (gap.kind, gap.amount) == (K.NUMBER_MISSING, euros("-1,00"))


def test_a_line_that_waits_too_long_is_found() -> None:
    """What the bank said thirty days ago has been settled by somebody, or is a finding."""
    line = Told("2026-001/1", a_line("-5,00"), None)
    late = TODAY + timedelta(days=THRESHOLDS.waiting_days)
    assert list(waiting_lines([line], on=late - timedelta(days=1))) == []
    [found] = waiting_lines([line], on=late)
    assert (found.kind, found.amount, found.evidence) == (K.LINE_WAITING, euros("5,00"), ("2026-001/1",))
