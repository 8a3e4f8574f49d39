"""What is kept of a holder as JSON: for a program, and to take along."""

import json

from pasledger.formats.paper import Available, Overview, kept_of


def own_data(overview: Overview, language: str) -> str:
    """Return all that `paper.overview_page` says, as one object."""
    data = {
        "municipality": overview.municipality,
        "reference": overview.reference,
        "on": overview.on.isoformat(),
        "cards": [{"number": card.number, "state": card.state.value} for card in overview.cards],
        "entitlements": [_entitlement(one, language) for one in (*overview.available, *overview.ended)],
        "held": [
            {"until": one.until.isoformat(), "merchant": one.merchant, "amount": one.amount.plain}
            for one in overview.held
        ],
        "payments": [
            {"on": one.on.isoformat(), "merchant": one.merchant, "amount": one.amount.plain}
            for one in overview.payments
        ],
        "kept": kept_of(overview, language),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _entitlement(one: Available, language: str) -> dict[str, str | None]:
    return {
        "for": one.name_nl if language == "nl" else one.name_en,
        "legal_basis": one.legal_basis,
        "decision": one.decision,
        "first_day": one.valid.starts_on.isoformat(),
        "last_day": one.valid.last_day.isoformat(),
        "amount": one.amount.plain,
        "left": one.left.plain,
    }
