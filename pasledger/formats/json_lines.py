"""All of the books as JSON Lines: one object on each line, in an order in which they can be added up and verified.

The first line says what it is and which tables there are; then come the seals, then every leaf with its rows, then the
rows that are no leaves, and last how many of each there were. `docs/reference/json-lines.md` has it in words.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

FORMAT = "pasledger jsonl 1"

Line = Mapping[str, Any]


class NoKit(ValueError):  # noqa: N818 - an answer, not an error
    """A line is not one of such a file: which one, and what is wrong with it."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"line {number}: {why}")
        self.number = number
        self.why = why


def header(municipality: str, version: str, tables: Line) -> Line:
    """Return the first line."""
    return {"format": FORMAT, "municipality": municipality, "version": version, "tables": tables}


def footer(*, seals: int, leaves: int, rows: int) -> Line:
    """Return the last line. A file without it was cut off."""
    return {"end": {"seals": seals, "leaves": leaves, "rows": rows}}


def write(lines: Iterable[Line]) -> Iterator[str]:
    """Yield each line as text."""
    for line in lines:
        yield _ENCODER.encode(line) + "\n"


def read(lines: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each object with the number of its line. Raises `NoKit`, also for a file that was cut off."""
    number, is_whole = 0, False
    for number, line in enumerate(lines, start=1):
        if is_whole:
            raise NoKit(number, "there is something after the end")
        try:
            content = json.loads(line)
        except ValueError as fault:
            raise NoKit(number, str(fault)) from fault
        if not isinstance(content, dict) or not content:
            raise NoKit(number, "no object")
        if number == 1 and content.get("format") != FORMAT:
            raise NoKit(number, f"not {FORMAT}")
        is_whole = "end" in content
        yield number, content
    if not is_whole:
        raise NoKit(number + 1, "the end is not there")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
