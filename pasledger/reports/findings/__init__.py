"""Findings for who audits the books: what a rule or a habit says should not be, each with its reason and its evidence.

Verifying tells whether the books are what was recorded; a finding tells of what was recorded that somebody has to look
at. None of these is a verdict. Records come in, in an order that lets each rule forget what is behind it, and findings
come out.
"""

from pasledger.reports.findings.awards import award_findings
from pasledger.reports.findings.control import (
    back_dated,
    missing_numbers,
    no_rights,
    paid_unchecked,
    roles_combined,
    single_handed,
    waiting_lines,
)
from pasledger.reports.findings.kinds import CRITERIA, THRESHOLDS, Criterion, Finding, FindingKind, Thresholds
from pasledger.reports.findings.records import Approved, Given, GivenBack, Misdated, Single, Spent, SpentPart
from pasledger.reports.findings.spending import spending_findings

__all__ = [
    "CRITERIA",
    "THRESHOLDS",
    "Approved",
    "Criterion",
    "Finding",
    "FindingKind",
    "Given",
    "GivenBack",
    "Misdated",
    "Single",
    "Spent",
    "SpentPart",
    "Thresholds",
    "award_findings",
    "back_dated",
    "missing_numbers",
    "no_rights",
    "paid_unchecked",
    "roles_combined",
    "single_handed",
    "spending_findings",
    "waiting_lines",
]
