"""What a merchant knows an entry by: the id of what it did, and what it calls it itself.

What staff countered is known as the thing that was countered. A capture has no reference of its own and goes by that of
its hold; a refund without one goes by that of what it gives back.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from pasledger.store import tables

_t = tables


def done_by(entry: ColumnElement[str]) -> ColumnElement[str]:
    """Return the entry that the merchant made: this one, or the one that it counters."""
    corrects = _one(select(_t.correction.c.corrects).where(_t.correction.c.entry_id == entry), entry)
    return func.coalesce(corrects, entry)


def id_of(entry: ColumnElement[str]) -> ColumnElement[str | None]:
    """Return the id of what the merchant did with an entry; none for what staff did."""
    return func.coalesce(
        *(
            _one(select(table.c.id).where(table.c.entry_id == done_by(entry)), entry)
            for table in (_t.redemption, _t.refund, _t.hold_capture, _t.hold_refund)
        )
    )


def reference_of(entry: ColumnElement[str]) -> ColumnElement[str | None]:
    """Return what the merchant itself calls an entry; none where it was deleted, or there is none."""
    made = done_by(entry)
    return func.coalesce(
        _one(select(_t.merchant_reference.c.reference).where(_t.merchant_reference.c.entry_id == made), entry),
        *(
            _one(
                select(_t.merchant_reference.c.reference)
                .join(of, of.c.entry_id == _t.merchant_reference.c.entry_id)
                .join(table, table.c[f"{of.name}_id"] == of.c.id)
                .where(table.c.entry_id == made),
                entry,
            )
            for table, of in (
                (_t.hold_capture, _t.hold),
                (_t.refund, _t.redemption),
                (_t.hold_refund, _t.hold),
            )
        ),
    )


def _one(found: Select[Any], entry: ColumnElement[str]) -> Any:  # noqa: ANN401 - a column of what is found
    return found.correlate(entry.table).scalar_subquery()
