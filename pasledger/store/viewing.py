"""The journal as a view sees it, as a condition in SQL and the values for its parameters."""

from sqlalchemy import bindparam

from pasledger.ledger.views import View
from pasledger.store import rows, tables

_entry = tables.entry.c

SEEN = (_entry.effective_on <= bindparam("as_at"), _entry.recorded_at < bindparam("recorded_before"))
"""The condition that an entry is seen; its parameters are those of `values_of`."""

_AFTER_ALL = "~"
"""Sorts after each day and moment, as the books write them."""


def values_of(view: View) -> dict[str, str]:
    """Return the values for the parameters of `SEEN`."""
    return {
        "as_at": _AFTER_ALL if view.as_at is None else view.as_at.isoformat(),
        "recorded_before": _AFTER_ALL if view.recorded_before is None else rows.moment(view.recorded_before),
    }
