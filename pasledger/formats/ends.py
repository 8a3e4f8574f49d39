"""Files of holders whose entitlements end: moved away, or died."""

from dataclasses import dataclass
from datetime import date

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.tabular import Column, read_lines
from pasledger.rules.holders import HolderReference

COLUMNS = (
    Column("pashouder", "holder", cells.holder),
    Column("vanaf", "from", cells.day),
)


@dataclass(frozen=True, slots=True)
class EndRow:
    """From this day the holder has nothing to spend any more."""

    row: int
    holder: HolderReference
    from_day: date


def read_ends(data: bytes) -> list[EndRow]:
    """Return every row of a file. Raises `FileRefused` with all faults there are."""
    lines, faults = read_lines(data, COLUMNS)
    found = [EndRow(line.row, line["holder"], line["from"]) for line in lines]
    first: dict[str, int] = {}
    for one in found:
        same = first.setdefault(one.holder, one.row)
        if same != one.row:
            faults.append(Fault(FaultKind.ROW_TWICE, one.row, figures={"first": same}))
    if faults:
        raise FileRefused(sorted(faults, key=lambda fault: fault.row or 0))
    return found
