"""What is kept of a holder as JSON: for a program, and to take along."""

import json
from collections.abc import Iterable

from pasledger.formats.paper import Available, Overview, Payment, Reserved, kept_of


def own_data(overview: Overview, language: str) -> str:
    """Return all that `paper.overview_page` says, as one object."""
    data: dict[str, object] = {
        "municipality": overview.municipality,
        "reference": overview.reference,
        "on": overview.on.isoformat(),
        "cards": [{"number": card.number, "state": card.state.value} for card in overview.cards],
    }
    data |= money_as_data(overview.available, overview.ended, overview.held, overview.payments, language)
    data["kept"] = kept_of(overview, language)
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def money_as_data(
    available: Iterable[Available],
    ended: Iterable[Available],
    held: Iterable[Reserved],
    payments: Iterable[Payment],
    language: str,
) -> dict[str, object]:
    """Return the money of a holder: what was given and is left of it, what is set aside, and what was spent where."""
    return {
        "entitlements": [_entitlement(one, language) for one in (*available, *ended)],
        "held": [
            {"until": one.until.isoformat(), "merchant": one.merchant, "amount": one.amount.plain} for one in held
        ],
        "payments": [
            {"on": one.on.isoformat(), "merchant": one.merchant, "amount": one.amount.plain} for one in payments
        ],
    }


def _entitlement(one: Available, language: str) -> dict[str, str | None]:
    return {
        "for": one.name_in(language),
        "legal_basis": one.legal_basis,
        "decision": one.decision,
        "first_day": one.valid.starts_on.isoformat(),
        "last_day": one.valid.last_day.isoformat(),
        "amount": one.amount.plain,
        "left": one.left.plain,
    }
