"""Files that are given out once: credentials for merchants, and what the printer of the cards needs.

They hold secrets of which the books keep a hash only. So such a file is on the disk before anything is booked, only its
owner can read it, and no file is ever overwritten.
"""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pasledger.formats.faults import FileRefused
from pasledger.ledger.refusals import Refused
from pasledger.store import BooksUnusable
from pasledger.usecases.registering import Carrier

Write = Callable[[Iterable[Sequence[str]]], None]


CARRIERS = ("pashouder", "pasnummer", "pascode", "link")
"""The columns of what the printer of the cards needs."""


def carrier_rows(carriers: Iterable[Carrier], base: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield what is printed on each card, with the address that the QR begins with."""
    for one in carriers:
        reference = one.holder.reference if one.holder else ""
        # With its spaces a spreadsheet leaves the number alone; as one number it would lose the last digits.
        yield reference, one.card.number.printed, one.token, f"{base}#{one.token}"


@contextmanager
def handout(path: Path, *columns: str) -> Iterator[Write]:
    """Create a file for its owner only, and yield what writes rows to it, safely on the disk.

    It is removed where nothing was booked. After an interrupt it stays: whether it was booked is then not known.
    """
    # The mark at the start tells a spreadsheet that it is UTF-8.
    with _new(path, encoding="utf-8-sig") as file:

        def write(rows: Iterable[Sequence[str]]) -> None:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(columns)
            writer.writerows(rows)
            _keep(file)

        yield write


@contextmanager
def printed(path: Path) -> Iterator[Callable[[str], None]]:
    """Create a page to print, for its owner only, and yield what writes it, in the same way."""
    with _new(path, encoding="utf-8") as file:

        def write(page: str) -> None:
            file.write(page)
            _keep(file)

        yield write


@contextmanager
def _new(path: Path, *, encoding: str) -> Iterator[TextIO]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding=encoding, newline="") as file:
            yield file
    except (FileRefused, Refused, BooksUnusable, OSError):
        path.unlink(missing_ok=True)
        raise


def _keep(file: TextIO) -> None:
    """Put what was written on the disk."""
    file.flush()
    os.fsync(file.fileno())
