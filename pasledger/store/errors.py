"""What can be the matter with books that cannot be used, as a closed list; the sentences are in `pasledger.texts`."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from sqlalchemy.exc import DatabaseError, OperationalError


class BooksProblem(StrEnum):
    """Why books cannot be used."""

    MISSING = "books-missing"
    EXIST_ALREADY = "books-exist-already"
    NOT_BOOKS = "books-not-books"
    OLDER = "books-older"
    NEWER = "books-newer"
    UNGUARDED = "books-unguarded"
    UNSUPPORTED = "books-unsupported"
    NO_PLACE = "books-no-place"
    NOT_WRITABLE = "books-not-writable"
    BUSY = "books-busy"
    DISK_FULL = "books-disk-full"
    DAMAGED = "books-damaged"


class BooksUnusable(Exception):  # noqa: N818 - it names a state, as its problems do
    """The books cannot be used, and nothing was changed. Carries the problem and the figures that explain it."""

    def __init__(self, problem: BooksProblem, **figures: object) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.figures = figures


_SAID_BY_SQLITE = {
    "locked": BooksProblem.BUSY,
    "readonly": BooksProblem.NOT_WRITABLE,
    "unable to open": BooksProblem.NO_PLACE,
    "disk is full": BooksProblem.DISK_FULL,
    "disk I/O": BooksProblem.DISK_FULL,
    "not a database": BooksProblem.NOT_BOOKS,
    "malformed": BooksProblem.DAMAGED,
    "decode to UTF-8": BooksProblem.DAMAGED,
    "foreign key mismatch": BooksProblem.DAMAGED,
    "no such column": BooksProblem.DAMAGED,
    "no such table": BooksProblem.DAMAGED,
}


@contextmanager
def naming_the_problem(books: str) -> Iterator[None]:
    """Turn what a database says of its own trouble into a `BooksUnusable`; any other fault passes."""
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        said = str(error.orig)
        for words, problem in _SAID_BY_SQLITE.items():
            if words in said:
                raise BooksUnusable(problem, books=books) from error
        raise
    except UnicodeDecodeError as error:  # what SQLite says of a damaged table repeats the damage
        raise BooksUnusable(BooksProblem.DAMAGED, books=books) from error
