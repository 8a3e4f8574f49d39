"""What can be the matter with books that cannot be used, as a closed list; the sentences are in `pasledger.texts`."""

from enum import StrEnum
from functools import partial
from typing import Any


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
    URL = "books-url"
    UNREACHABLE = "books-unreachable"
    UNDECIDED = "books-undecided"
    NO_RIGHTS = "books-no-rights"
    NO_DRIVER = "books-no-driver"
    NO_ROLES = "books-no-roles"
    ROLE_UNFIT = "books-role-unfit"
    ON_A_NETWORK = "books-on-a-network"
    KEY_NONE = "books-key-none"
    KEY_MISSING = "books-key-missing"
    KEY_OTHER = "books-key-other"
    KEY_UNREADABLE = "books-key-unreadable"
    KEY_TAKEN = "books-key-taken"
    CLOCK_BEHIND = "books-clock-behind"


class BooksUnusable(Exception):  # noqa: N818 - it names a state, as its problems do
    """The books cannot be used, and nothing was changed. Carries the problem and the figures that explain it.

    Only after `BooksUndecided` it is not known whether something was.
    """

    def __init__(self, problem: BooksProblem, **figures: object) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.figures = figures

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be told by one process to another, with its figures."""
        return partial(type(self), self.problem, **self.figures), ()


class BooksContended(BooksUnusable):
    """Another writer was first, and nothing was written: the batch can be decided anew."""


class BooksLost(BooksUnusable):
    """The connection was lost, or there was none, and nothing was written: the batch can be decided anew."""


class BooksUndecided(BooksUnusable):
    """The connection was lost while a batch was committed. It is in the books whole or not at all: they alone know."""
