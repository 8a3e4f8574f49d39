"""Sources of files: kept from a file, and looked up by whoever reads an export."""

from pasledger.formats.sources import read_titles
from pasledger.formats.tabular import OUR_OWN, Titles
from pasledger.ledger.journal import Stamp
from pasledger.rules.records import FileSource
from pasledger.rules.sources import SourceRequest
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked, book_all


def add_source(store: Store, code: str, data: bytes, stamp: Stamp) -> FileSource:
    """Keep what a file says of the titles of a source, as its newest version. Raises `FileRefused`, or `Refused`."""
    request = SourceRequest(code, read_titles(data))
    try:
        book_all(store, [request], stamp)
    except NothingBooked as nothing:
        raise nothing.refusals[0] from None
    return _newest(store, code)


def titles_of(store: Store, code: str | None) -> Titles:
    """Return what the titles of a source mean; those of our own where none is named. Raises `Refused`."""
    return OUR_OWN if code is None else dict(_newest(store, code).titles)


def _newest(store: Store, code: str) -> FileSource:
    with store.read() as reader:
        return reader.load(Needs(file_sources={code})).file_source(code)
