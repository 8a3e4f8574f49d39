"""Files of holders whose entitlements end: moved away, or died."""

from dataclasses import dataclass
from datetime import date

from pasledger.formats import cells
from pasledger.formats.faults import require_none, twice
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
    require_none([*faults, *twice((line.row, line["holder"]) for line in lines)])
    return [EndRow(line.row, line["holder"], line["from"]) for line in lines]
