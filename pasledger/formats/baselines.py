"""Files of how many residents each scheme is meant for (nulmeting)."""

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.tabular import Column, read_lines

MOST = 100_000_000
COLUMNS = (
    Column("regeling", "scheme", cells.code),
    Column("aantal", "number", cells.number(1, MOST)),
)


def read_baselines(data: bytes) -> dict[str, int]:
    """Return how many residents each scheme of a file is meant for. Raises `FileRefused` with all faults there are."""
    lines, faults = read_lines(data, COLUMNS)
    found: dict[str, int] = {}
    first: dict[str, int] = {}
    for line in lines:
        scheme = line["scheme"]
        if first.setdefault(scheme, line.row) != line.row:
            faults.append(Fault(FaultKind.ROW_TWICE, line.row, figures={"first": first[scheme]}))
        found[scheme] = line["number"]
    if faults:
        raise FileRefused(sorted(faults, key=lambda fault: fault.row or 0))
    return found
