"""The file that says what the titles of another application mean: one row for each of its columns."""

from pasledger.formats import awards, cells, masterdata
from pasledger.formats.faults import FaultKind, Misread, require_none, twice
from pasledger.formats.tabular import NOTES, Column, folded, read_lines

_OURS = {
    name: column.dutch
    for columns in (
        awards.COLUMNS,
        masterdata.BUDGET_COLUMNS,
        masterdata.MERCHANT_COLUMNS,
        masterdata.HOLDER_COLUMNS,
    )
    for column in columns
    for name in (column.dutch, column.english)
}
NOT_READ = "-"


def _column(text: str) -> str | None:
    """Read one of our columns, by either of its names; None where the column is not to be read."""
    name = folded(text)
    if name == NOT_READ or name in NOTES:
        return None
    if name not in _OURS:
        raise Misread(FaultKind.CHOICE, choices=", ".join([*dict.fromkeys(_OURS.values()), NOT_READ]))
    return _OURS[name]


COLUMNS = (
    Column("titel", "title", cells.words),
    Column("kolom", "column", _column),
)


def read_titles(data: bytes) -> tuple[tuple[str, str | None], ...]:
    """Return the titles of a file with our columns, in the order of the titles. Raises `FileRefused`."""
    lines, faults = read_lines(data, COLUMNS)
    require_none([*faults, *twice((line.row, folded(line["title"])) for line in lines)])
    return tuple(sorted({folded(line["title"]): line["column"] for line in lines}.items()))
