"""Reading the files that towns send, by the reader of each kind."""

from collections.abc import Callable
from typing import TypeVar

import pytest

from pasledger.formats.faults import Fault, FileRefused

Row = TypeVar("Row")
Read = Callable[[bytes], list[Row]]


def in_bytes(data: bytes | str) -> bytes:
    """Return a file, which tests write as text where its encoding does not matter."""
    return data if isinstance(data, bytes) else data.encode()


def faults_of(read: Read[Row], data: bytes | str) -> list[Fault]:
    """Return the faults for which a file is refused; it must be."""
    with pytest.raises(FileRefused) as refused:
        read(in_bytes(data))
    return list(refused.value.faults)


def rows_or_faults(read: Read[Row], data: bytes | str) -> tuple[list[Row], list[Fault]]:
    """Return the rows of a file, or the faults for which it is refused; one of the two is empty, and not both."""
    try:
        rows, faults = read(in_bytes(data)), list[Fault]()
    except FileRefused as refused:
        rows, faults = [], list(refused.faults)
    assert bool(rows) is not bool(faults)
    return rows, faults
