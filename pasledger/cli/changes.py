"""A change of what was booked: shown first, and booked with `--yes`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.printing import Row, answer, table
from pasledger.cli.progress import progress
from pasledger.cli.tables import Table
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money, total
from pasledger.rules.deciding import Request
from pasledger.rules.ends import ExtensionRequest, WithdrawalRequest
from pasledger.rules.expiry import LapseRequest
from pasledger.rules.records import EntitlementEnd
from pasledger.store import Store
from pasledger.store.changeable import Owned
from pasledger.usecases.changing import Plan, Planned, carry_out, plan

Yes = Annotated[bool, typer.Option("--yes", help="Book it; without this it is only shown what would be booked.")]

MOST_SHOWN = 20
"""Entitlements that a person is shown one by one; of more, sums."""

OfEntitlement = WithdrawalRequest | ExtensionRequest | LapseRequest


def settled(call: Call, store: Store, requests: Sequence[Request], stamp: Stamp, *, books: bool) -> Plan:
    """Return what the requests lead to, booked or not. Raises `Refused` where all of them are refused."""
    with progress(call, "cli.planning", total=len(requests)) as tell:
        planned = plan(store, requests, stamp, tell)
    if planned.left_out and not planned.granted:
        reasons = {one.refused.reason for one in planned.left_out if one.refused is not None}
        first = planned.left_out[0].refused
        if len(reasons) == 1 and first is not None:
            raise first
    if not books or not planned.granted:
        return planned
    with progress(call, "cli.booking", total=len(planned.granted)) as tell:
        return carry_out(store, planned, stamp, tell)


def answer_changed(call: Call, store: Store, changed: Plan, *, books: bool) -> None:
    """Tell which entitlements change, by how much, what is left out, and what stays held."""
    owned = _owned(store, changed)
    rows = [_row(one.request, one, owned) for one in changed.granted if isinstance(one.request, OfEntitlement)]
    left_out = [_left_out(call, one) for one in changed.left_out]
    with store.read() as reader:
        held = [
            {"entitlement": hold.entitlement, "hold": hold.hold, "amount": hold.amount}
            for hold in reader.changeable.open_holds(list(owned))
        ]
    answer(
        call,
        {
            "is_booked": books and bool(rows),
            "amount": changed.amount,
            "entitlements": rows,
            "left_out": left_out,
            "held": held,
        },
        *_paragraphs(call, rows, left_out, held),
        call.say("cli.changed", count=len(rows), amount=changed.amount, left_out=len(left_out)),
        call.say("cli.only-shown" if not books else "cli.booked" if rows else "cli.nothing-booked"),
    )


def _paragraphs(call: Call, rows: Sequence[Row], left_out: Sequence[Row], held: Sequence[Row]) -> list[Table | str]:
    shown: list[Table | str] = []
    if len(rows) <= MOST_SHOWN:
        shown.append(table(call, rows, "entitlement", "scheme", "awarded", "spent", "amount", "last_day"))
    else:
        shown.append(table(call, _by_scheme(rows), "scheme", "entitlements", "awarded", "spent", "amount"))
    if left_out:
        shown.append(table(call, left_out[:MOST_SHOWN], "left_out", "reason"))
    if held:
        shown.append(table(call, held, "entitlement", "held", "amount"))
    return shown


def _owned(store: Store, changed: Plan) -> dict[EntitlementId, Owned]:
    wanted = [one.request.entitlement for one in changed.planned if isinstance(one.request, OfEntitlement)]
    with store.read() as reader:
        return {one.entitlement.id: one for one in reader.changeable.entitlements(wanted)}


def _row(request: OfEntitlement, planned: Planned, owned: dict[EntitlementId, Owned]) -> Row:
    entitlement = owned[request.entitlement].entitlement
    facts = () if planned.event is None else planned.event.facts
    end = next((fact for fact in facts if isinstance(fact, EntitlementEnd)), None)
    return {
        "entitlement": entitlement.id,
        "scheme": entitlement.scheme,
        "awarded": entitlement.amount,
        "spent": entitlement.amount - max(planned.amount, owned[request.entitlement].left),
        "amount": planned.amount,
        "last_day": (entitlement if end is None else entitlement.ending(end.ends_before)).valid.last_day,
    }


def _left_out(call: Call, planned: Planned) -> Row:
    refused = planned.refused
    assert refused is not None  # noqa: S101 - that is why it is left out
    named = planned.request.entitlement if isinstance(planned.request, OfEntitlement) else ""
    return {
        "left_out": named,
        "entitlement": named,
        "reason": call.say(f"refusal.{refused.reason}", **refused.figures),
        "code": refused.reason,
    }


def _by_scheme(rows: Sequence[Row]) -> list[Row]:
    sums: list[Row] = []
    for scheme in sorted({str(row["scheme"]) for row in rows}):
        of_it = [row for row in rows if row["scheme"] == scheme]
        sums.append({"scheme": scheme, "entitlements": len(of_it)} | {name: _sum(of_it, name) for name in _SUMMED})
    return sums


_SUMMED = ("awarded", "spent", "amount")


def _sum(rows: Sequence[Row], name: str) -> Money:
    return total(amount for row in rows if isinstance(amount := row[name], Money))
