"""Large files are read a row at a time: what is kept is the awards, and not what they were read from."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.spreadsheets import MAIN, a_sheet, in_parts

ROWS = 40_000
MOST_AT_500_000 = 500 * 2**20
TITLES = ("regeling", "kenmerk", "pashouder", "bedrag", "ingangsdatum")
READ = """
import resource, sys
from pathlib import Path
from pasledger.formats.awards import read_awards

def peak():
    # On Linux of this program alone: `ru_maxrss` begins with what the one took that started it.
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

before = peak()
print(len(read_awards(Path(sys.argv[1]).read_bytes())), before, peak())
"""


def in_csv() -> bytes:
    """Return a file of many awards as delimited text."""
    rows = (
        f"culture;TB-2026-{number // 3:06};P-{number:08};{150 + number % 3},50;01-01-2026" for number in range(ROWS)
    )
    return "\r\n".join([";".join(TITLES), *rows]).encode()


def in_xlsx() -> bytes:
    """Return the same as a spreadsheet, with the shared texts, places and formats that Excel writes."""
    texts = [*TITLES, "culture", *(f"TB-2026-{number:06}" for number in range(ROWS // 3 + 1))]
    holders = len(texts)
    texts += [f"P-{number:08}" for number in range(ROWS)]

    def rows() -> Iterator[str]:
        yield "<row>" + "".join(f'<c t="s"><v>{place}</v></c>' for place in range(len(TITLES))) + "</row>"
        for number in range(ROWS):
            row = number + 2
            yield f'<row r="{row}" spans="1:5"><c r="A{row}" t="s"><v>5</v></c>'
            yield f'<c r="B{row}" t="s"><v>{6 + number // 3}</v></c><c r="C{row}" t="s"><v>{holders + number}</v></c>'
            yield f'<c r="D{row}"><v>{150 + number % 3}.5</v></c><c r="E{row}" s="1"><v>46023</v></c></row>'

    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    return in_parts(
        a_sheet("".join(rows())),
        texts=f'<sst xmlns="{MAIN}">{shared}</sst>',
        styles=f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process is asked the POSIX way")
@pytest.mark.parametrize("write", [in_csv, in_xlsx])
def test_half_a_million_rows_fit_in_500_megabytes(write: Callable[[], bytes], tmp_path: Path) -> None:
    """Memory grows with the rows: what a part of them takes, so many times as often, is within bounds."""
    path = tmp_path / "awards"
    path.write_bytes(write())
    done = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, check=True, encoding="utf-8")
    rows, before, peak = map(int, done.stdout.split())
    assert rows == ROWS
    assert before + (peak - before) * 500_000 // ROWS < MOST_AT_500_000
