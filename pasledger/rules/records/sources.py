"""Where files come from: what another application calls the columns that we read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileSource:
    """One version of a source (bron): its titles in small letters, each with the Dutch name of our column.

    A title with no column behind it is not read.
    """

    code: str
    version: int
    titles: tuple[tuple[str, str | None], ...]
