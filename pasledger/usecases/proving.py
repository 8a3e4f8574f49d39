"""Proving that something is in the sealed books, to who has nothing but a published root."""

from collections.abc import Mapping
from dataclasses import dataclass

from pasledger.ledger.seals import Seal, path_to
from pasledger.store import Reader


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf with its rows as they are sealed, and the way from it to the root of its seal."""

    rows: tuple[tuple[str, Mapping[str, object]], ...]
    seal: Seal
    place: int
    path: tuple[str, ...]


def proof_of(reader: Reader, table: str, key: str) -> Proof | None:
    """Return the proof of a leaf, or None where it is in no seal yet."""
    number = reader.seals.seal_of(table, key)
    if number is None:
        return None
    seal = next(one for one, _ in reader.seals.seals() if one.number == number)
    leaves = list(reader.seals.sealed_in(number))
    place = next(place for place, one in enumerate(leaves) if one[:2] == (table, key))
    path = path_to(place, [bytes.fromhex(one.digest) for one in leaves])
    return Proof(tuple(reader.seals.rows_of(table, key)), seal, place, path)
