"""The file of carriers that is written for the printer: on each line a card with its secret."""

from dataclasses import dataclass, field

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.tabular import Column, read_lines
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference

CARRIER_COLUMNS = (
    Column("pashouder", "holder", cells.holder),
    Column("pasnummer", "card", cells.card_number),
    Column("pascode", "token", cells.words),
    Column("link", "link", cells.words),
)


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """What is printed on one card, and whose it is."""

    row: int
    reference: HolderReference
    number: CardNumber
    link: str = field(repr=False)


def read_carriers(data: bytes) -> list[CarrierRow]:
    """Return every carrier of a file. Raises `FileRefused`."""
    lines, faults = read_lines(data, CARRIER_COLUMNS)
    if not lines and not faults:
        faults.append(Fault(FaultKind.NO_ROWS))
    if faults:
        raise FileRefused(faults)
    return [CarrierRow(line.row, line["holder"], line["card"], line["link"]) for line in lines]
