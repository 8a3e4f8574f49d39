"""Several processes read one snapshot, whoever of them starts when, and whoever writes meanwhile."""

from collections.abc import Iterable
from itertools import repeat

from sqlalchemy import text

from pasledger.store.crew import Crew, read_together
from pasledger.store.reading import Reader
from tests.support.books import granted, is_postgresql, opened
from tests.support.town import a_redemption

PIECES = 20


def the_reader(reader: Reader) -> Reader:
    """Return what the work is done with."""
    return reader


def entries(reader: Reader) -> int:
    """Count the entries: a piece of work."""
    found: int = reader._connection.execute(text("SELECT count(*) FROM entry")).scalar_one()
    return found


def test_work_begins_before_the_others_have_started(books: str) -> None:
    """Who asks does not wait for them; all see the same, to the last piece."""
    with opened(books) as store:
        with store.read() as reader:
            before = entries(reader)

        def work(crew: Crew[Reader]) -> list[int]:
            waiting = crew.submit(entries)
            assert not waiting.is_done
            return [*crew.each(repeat(entries, PIECES)), waiting.result()]

        assert read_together(store, the_reader, work, processes=3, at_once=True) == [before] * (PIECES + 1)


def test_who_writes_while_they_start_is_read_by_all_or_by_none(books: str) -> None:
    """Where a snapshot cannot be handed over it begins again, with all of them; a server hands it over."""
    begun: list[int] = []
    with opened(books) as store, opened(books) as till:

        def work(crew: Crew[Reader]) -> list[int]:
            begun.append(entries(crew.mine))
            if len(begun) == 1:
                granted(till, a_redemption("0,01", number=100))
            is_last = len(begun) == 2 or is_postgresql(books)
            pieces: Iterable[int] = crew.each(repeat(entries, PIECES) if is_last else repeat(entries))
            return [*pieces]

        seen = read_together(store, the_reader, work, processes=3, at_once=True)
        assert seen == [begun[-1]] * PIECES
        assert begun == ([seen[0]] if is_postgresql(books) else [seen[0] - 1, seen[0]])
