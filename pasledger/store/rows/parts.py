"""The parts of a record, in one column: a list of [entitlement, scheme, cents]."""

import json
from collections.abc import Iterable

from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import Money
from pasledger.rules.records import Part


def parts_text(parts: Iterable[Part]) -> str:
    """Write parts, in their order."""
    return json.dumps([(part.entitlement, part.scheme, part.amount.cents) for part in parts], separators=(",", ":"))


def read_parts(text: str) -> tuple[Part, ...]:
    """Read parts."""
    return tuple(Part(EntitlementId(owner), scheme, Money(cents)) for owner, scheme, cents in json.loads(text))
