"""What is to be looked at in the awards: outside the rule of their scheme, or given twice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from pasledger.ledger import accounts
from pasledger.reports.findings.kinds import THRESHOLDS, Finding, FindingKind, Gathered, found_at
from pasledger.reports.findings.records import Given
from pasledger.rules.schemes import Scheme

Schemes = Mapping[tuple[str, int], Scheme]
"""Every version of every scheme, by code and version."""


def award_findings(awards: Iterable[Given], schemes: Schemes) -> Iterator[Finding]:
    """Yield what there is to find in awards, which come by holder and scheme; no more than one holder's are kept."""
    for _, group in groupby(awards, lambda one: (one.entitlement.holder, one.entitlement.scheme)):
        of_holder = list(group)
        for award in of_holder:
            yield from _outside_rule(award, schemes)
        yield from _twice(of_holder)
        yield from _in_same_period(of_holder)


def _outside_rule(award: Given, schemes: Schemes) -> Iterator[Finding]:
    """Yield where an award differs from what its own version of the scheme allows."""
    given, at = award.entitlement, award.recorded_at
    evidence, scheme = (given.id, given.entry), schemes.get((given.scheme, given.scheme_version))

    def found(kind: FindingKind, **figures: object) -> Finding:
        return found_at(kind, given.id, evidence, at, given.amount, scheme=given.scheme, **figures)

    budget = accounts.budget(given.scheme, given.valid.starts_on.year).code
    if award.budget != budget:
        yield found(FindingKind.AWARD_OTHER_BUDGET, budget=award.budget, expected=budget)
    if scheme is None or scheme.effective_from > award.effective_on or not _is_in_period(award, scheme):
        yield found(FindingKind.AWARD_OUTSIDE_RULE, first=given.valid.starts_on, last=given.valid.last_day)
    if scheme is None:
        return
    if not scheme.least <= given.amount <= scheme.most:
        yield found(FindingKind.AWARD_AMOUNT, given=given.amount, least=scheme.least, most=scheme.most)
    elif scheme.amounts and given.amount not in dict(scheme.amounts).values():
        yield found(FindingKind.AWARD_NOT_IN_TABLE, given=given.amount)


def _is_in_period(award: Given, scheme: Scheme) -> bool:
    """Return whether an award is valid within what the scheme allows from its start."""
    valid = award.entitlement.valid
    if not date.min.year < valid.starts_on.year < date.max.year:
        return False  # a span around the first or the last year would reach beyond what a date can hold
    allowed = scheme.validity_from(valid.starts_on)
    return allowed is not None and valid.ends_before <= allowed.ends_before


def _twice(of_holder: Sequence[Given]) -> Iterator[Finding]:
    """Yield each instalment of a decision that was awarded more than once."""
    by_decision: dict[tuple[str, int | None], list[Given]] = {}
    for award in of_holder:
        if award.reference is not None:
            by_decision.setdefault((award.reference, award.instalment), []).append(award)
    for (reference, instalment), awards in by_decision.items():
        if len(awards) > 1:
            about = f"{_holder_and_scheme(awards[0])}/{reference}/{instalment}"
            figures = {"scheme": awards[0].entitlement.scheme, "reference": reference}
            yield _gathered(awards).finding(FindingKind.AWARD_TWICE, about, **figures)


def _in_same_period(of_holder: Sequence[Given]) -> Iterator[Finding]:
    """Yield awards of one holder under one scheme that are valid at the same time by different decisions.

    What was withdrawn is none. Where the references are gone, each award counts as a decision of its own.
    """
    standing = sorted(
        (award for award in of_holder if not award.is_withdrawn),
        key=lambda award: (award.entitlement.valid.starts_on, award.entitlement.id),
    )
    overlapping: list[Given] = []
    ends_before = date.min
    for award in standing:
        if award.entitlement.valid.starts_on >= ends_before:
            yield from _of_several_decisions(overlapping)
            overlapping = []
        overlapping.append(award)
        ends_before = max(ends_before, award.entitlement.valid.ends_before)
    yield from _of_several_decisions(overlapping)


def _of_several_decisions(awards: Sequence[Given]) -> Iterator[Finding]:
    if len({award.reference or award.entitlement.id for award in awards}) > 1:
        about = f"{_holder_and_scheme(awards[0])}/{awards[0].entitlement.id}"
        figures = {"scheme": awards[0].entitlement.scheme}
        yield _gathered(awards).finding(FindingKind.AWARD_SAME_PERIOD, about, **figures)


def _holder_and_scheme(award: Given) -> str:
    return f"{award.entitlement.holder}/{award.entitlement.scheme}"


def _gathered(awards: Iterable[Given]) -> Gathered:
    found = Gathered(THRESHOLDS.evidence)
    for award in awards:
        found.add(award.entitlement.id, award.entitlement.amount, award.recorded_at)
    return found
