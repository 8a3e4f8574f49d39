"""The books on disk: one file, or one schema of a database, is one municipality's."""

from pasledger.store.errors import BooksContended, BooksLost, BooksProblem, BooksUndecided, BooksUnusable
from pasledger.store.persons import KnownPerson
from pasledger.store.reading import Reader
from pasledger.store.roles import Role
from pasledger.store.store import Store, Transaction

__all__ = [
    "BooksContended",
    "BooksLost",
    "BooksProblem",
    "BooksUndecided",
    "BooksUnusable",
    "KnownPerson",
    "Reader",
    "Role",
    "Store",
    "Transaction",
]
