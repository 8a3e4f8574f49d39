"""Award rows as texts: how a batch keeps what its file said, with what each row came to when it was checked."""

import json
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from pasledger.formats.awards import AwardRow
from pasledger.ledger.money import Money
from pasledger.rules.batches import AwardTerms
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference


@dataclass(frozen=True, slots=True)
class CheckedAward:
    """A row of a file and what it came to: the holder's id, the validity and the cents, which are what is approved."""

    row: AwardRow
    terms: AwardTerms

    @property
    def text(self) -> str:
        """Both, as one line."""
        return _encoded([_values(self.row), self.terms])

    @property
    def asked(self) -> AwardRow:
        """The row, with the start that it was checked and approved with."""
        return replace(self.row, starts_on=read_day(self.terms[1]))

    @classmethod
    def read(cls, text: str) -> "CheckedAward":
        """Return what `text` says."""
        values, (holder, starts_on, ends_before, cents) = _DECODER.decode(text)
        named = values["holder"]
        values["holder"] = named if isinstance(named, CardNumber) else HolderReference(named)
        return cls(AwardRow(**values), (holder, starts_on, ends_before, cents))


def source_text(row: AwardRow) -> str:
    """Return what a row says, wherever in the file it stands."""
    return _encoded({name: value for name, value in _values(row).items() if name != "row"})


_FIELDS = tuple(field.name for field in fields(AwardRow))


def _values(row: AwardRow) -> dict[str, Any]:
    """Return the values of a row by their names, but for those that it has none of."""
    found = {name: getattr(row, name) for name in _FIELDS}
    if isinstance(row.holder, CardNumber):
        found["holder"] = {"card": row.holder}
    return found


def _plain(value: object) -> dict[str, Any]:
    match value:
        case Money():
            return {"cents": value.cents}
        case date():
            return {"day": value.isoformat()}
        case _:
            raise TypeError(f"no text for {type(value).__name__}")


def _read(plain: dict[str, Any]) -> object:
    match plain:
        case {"cents": int(cents)}:
            return Money(cents)
        case {"day": str(day)}:
            return read_day(day)
        case {"card": str(number)}:
            return CardNumber(number)
        case _:
            return plain


# A batch has few days, again and again.
read_day = lru_cache(maxsize=4096)(date.fromisoformat)

_encoded = json.JSONEncoder(default=_plain, separators=(",", ":"), ensure_ascii=False).encode
_DECODER = json.JSONDecoder(object_hook=_read)
