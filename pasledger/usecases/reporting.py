"""An auditor's report, all of it from one snapshot of the books."""

from collections.abc import Callable
from datetime import datetime

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.views import View
from pasledger.reports.audit import (
    AuditReport,
    Checked,
    FindingTold,
    MerchantTotal,
    SealTold,
    told_balance,
    told_merchants,
    told_schemes,
)
from pasledger.reports.findings import Finding
from pasledger.reports.registers import in_order
from pasledger.reports.schemes import scheme_lines
from pasledger.reports.small_numbers import grouped
from pasledger.reports.trial_balance import trial_balance
from pasledger.rules.records import FollowUpState
from pasledger.store import Reader
from pasledger.usecases import auditing
from pasledger.usecases.booking import Progress
from pasledger.usecases.covering import proof_of_cover
from pasledger.usecases.verifying import Verification, verify_snapshot


def audit_report(
    reader: Reader,
    period: Period,
    reason_of: Callable[[Finding], str],
    progress: Progress,
    *,
    at: datetime,
    program: str,
) -> AuditReport:
    """Return the report of a period. The books are those at its end, their soundness and cover those of now."""
    view = View(as_at=period.last_day)
    small = grouped(reader.auditing.holders())
    sold = reader.auditing.sold(period)
    names = {merchant.id: merchant.name for merchant in reader.merchants()}
    owed: dict[MerchantId, int] = {}
    for account, turnover in reader.turnovers(view):
        if account.kind in (AccountKind.PAYABLE, AccountKind.IN_PAYMENT):
            merchant = MerchantId(account.code.split("/")[1])
            owed[merchant] = owed.get(merchant, 0) + turnover.balance(is_debit_normal=False).cents
    merchants, hidden_merchants = told_merchants(
        MerchantTotal(
            names.get(merchant, merchant),
            one.holders,
            one.payments,
            one.redeemed,
            one.refunded,
            Money(owed.get(merchant, 0)),
        )
        for merchant in sorted({*sold, *owed}, key=lambda merchant: names.get(merchant, merchant))
        for one in (sold.get(merchant, _NOTHING),)
    )
    newest = reader.seals.newest()
    return AuditReport(
        municipality=reader.municipality(),
        period=period,
        made_at=at,
        program=program,
        checked=_checked(verify_snapshot(reader, progress)),
        seal=None if newest is None else SealTold(newest.number, newest.sealed_at, newest.root),
        cover=proof_of_cover(reader),
        balance=told_balance(trial_balance(reader.turnovers(view)), small),
        hidden_schemes=small.is_hidden,
        schemes=told_schemes(scheme_lines(reader.ledger.flows(view), reader.ledger.left_by_year(view)), small),
        merchants=merchants,
        hidden_merchants=hidden_merchants,
        entries=tuple(reader.auditing.counted(period)),
        findings=_findings(reader, period, reason_of, at),
        by_hand=sum(1 for _ in reader.registers.by_hand(period)),
        changes=len(in_order(reader.registers.changes(), period)),
    )


_NOTHING = MerchantTotal("", 0, 0, Money(0), Money(0), Money(0))


def _checked(found: Verification) -> Checked:
    first = found.findings[0] if found.findings else None
    return Checked(
        found.is_sound,
        found.entries,
        found.transfers,
        found.accounts,
        found.seals,
        found.unsealed,
        "" if first is None else f"{first.check}: {first.subject} {first.detail}",
    )


def _findings(
    reader: Reader, period: Period, reason_of: Callable[[Finding], str], at: datetime
) -> tuple[FindingTold, ...]:
    said = auditing.said_of_findings(reader)
    told = []
    for one in auditing.findings(reader, period, on=min(at.date(), period.last_day)):
        last = said.get(one.id)
        state, note, by = (
            (FollowUpState.OPEN, "", "") if last is None else (last.follow_up.state, last.follow_up.note, last.by)
        )
        told.append(FindingTold(one, reason_of(one), state, note, by))
    return tuple(told)
