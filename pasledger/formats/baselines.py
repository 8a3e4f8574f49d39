"""Files of how many residents each scheme is meant for (nulmeting)."""

from pasledger.formats import cells
from pasledger.formats.faults import require_none, twice
from pasledger.formats.tabular import Column, read_lines

MOST = 100_000_000
COLUMNS = (
    Column("regeling", "scheme", cells.code),
    Column("aantal", "number", cells.number(1, MOST)),
)


def read_baselines(data: bytes) -> dict[str, int]:
    """Return how many residents each scheme of a file is meant for. Raises `FileRefused` with all faults there are."""
    lines, faults = read_lines(data, COLUMNS)
    require_none([*faults, *twice((line.row, line["scheme"]) for line in lines)])
    return {line["scheme"]: line["number"] for line in lines}
