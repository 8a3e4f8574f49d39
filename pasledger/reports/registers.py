"""Registers that auditors ask for: what people booked by hand, and every change of master data, from what to what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum, StrEnum
from itertools import groupby
from typing import Any

from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.records import ActorChange


class ManualKind(StrEnum):
    """What somebody decided that is no entry by itself."""

    END_MOVED = "end-moved"
    YEAR_CLOSED = "year-closed"
    LINE_SETTLED = "line-settled"
    UNLINKED = "unlinked"


BY_HAND = frozenset(
    {
        EntryKind.BUDGET_RAISED,
        EntryKind.BUDGET_LOWERED,
        EntryKind.WITHDRAWN,
        EntryKind.EXTENDED,
        EntryKind.FREED,
        EntryKind.CORRECTED,
        EntryKind.WRITTEN_OFF,
        EntryKind.PAYOUT_CANCELLED,
    }
)
"""Entries that somebody decides one by one. Awards and lapses come by the file and by the scheme."""

BY_TILL = frozenset({EntryKind.REDEEMED, EntryKind.HELD, EntryKind.CAPTURED, EntryKind.RELEASED, EntryKind.REFUNDED})
"""Entries that merchants make, and that are by hand where staff made them."""


@dataclass(frozen=True, slots=True)
class ManualBooking:
    """One thing that a person decided: what, about what, why as far as the books know, and who approved it."""

    recorded_at: datetime
    effective_on: date
    kind: EntryKind | ManualKind
    id: str
    about: str
    amount: Money
    reason: str
    prepared_by: str
    approved_by: str | None


class MasterData(StrEnum):
    """What has a change log."""

    SCHEME = "scheme"
    MERCHANT = "merchant"
    TERMINAL = "terminal"
    PERSON = "person"
    ACTOR = "actor"
    CARD_RULE = "card-rule"
    APPROVAL_RULE = "approval-rule"
    PAYMENT_RULE = "payment-rule"
    RETENTION_RULE = "retention-rule"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class MasterChange:
    """One change of master data. Before and after are written as programs write them; empty where there is nothing."""

    at: datetime
    about: MasterData
    name: str
    what: str
    before: str
    after: str
    made_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of something, with who made it."""

    key: str
    """What all versions of the same thing have in common."""
    name: str
    record: Any
    at: datetime
    made_by: str
    approved_by: str | None


ADDED = "added"
CONTACT = "contact"
"""Of whom to speak to it is told that it changed, and not what to: that can be a person's."""

_NOT_TOLD = frozenset({"id", "version", "code", "number"})


def version_changes(about: MasterData, versions: Iterable[Version]) -> Iterator[MasterChange]:
    """Yield what each version changed against the one before it; versions of one thing come after each other."""
    for _, group in groupby(versions, lambda version: version.key):
        before: Mapping[str, str] = {}
        for version in group:
            after = _told(version.record)
            changed = [name for name in after if after[name] != before.get(name)]
            if about is MasterData.MERCHANT and not set(changed) - {"effective_from"}:
                changed.append(CONTACT)
            if not before:
                everything = "; ".join(f"{name}={text}" for name, text in after.items() if text)
                yield _change(about, version, ADDED, "", everything)
            else:
                for name in changed:
                    yield _change(about, version, name, before.get(name, ""), after.get(name, ""))
            before = after


def actor_changes(changes: Iterable[ActorChange]) -> Iterator[MasterChange]:
    """Yield each change of who may do what; never a credential."""
    for one in changes:
        role = one.role.value if one.role else ""
        before, after = (role, "") if one.kind == "role-taken" else ("", role)
        yield MasterChange(
            one.recorded_at, MasterData.ACTOR, one.actor, one.kind.value, before, after, one.made_by, None
        )


def in_order(changes: Iterable[MasterChange], period: Period) -> list[MasterChange]:
    """Return the changes that were recorded in a period, the oldest first."""
    return sorted(
        (one for one in changes if one.at.date() in period), key=lambda one: (one.at, one.about, one.name, one.what)
    )


def _change(about: MasterData, version: Version, what: str, before: str, after: str) -> MasterChange:
    return MasterChange(version.at, about, version.name, what, before, after, version.made_by, version.approved_by)


def _told(record: Any) -> dict[str, str]:  # noqa: ANN401 - a record of any kind
    """Return what a record says, field by field."""
    return {one.name: _text(getattr(record, one.name)) for one in fields(record) if one.name not in _NOT_TOLD}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case Money():
            return value.plain
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case Period():
            return f"{value.starts_on}..{value.last_day}"
        case frozenset():
            return ", ".join(sorted(map(_text, value)))
        case tuple():
            return ", ".join(" ".join(map(_text, one)) if isinstance(one, tuple) else _text(one) for one in value)
        case _:
            return str(value)
