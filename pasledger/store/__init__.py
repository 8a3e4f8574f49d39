"""The books on disk: one file, or one schema of a database, is one municipality's."""

from pasledger.store.errors import BooksContended, BooksProblem, BooksUnusable
from pasledger.store.reading import Reader
from pasledger.store.store import Store, Transaction

__all__ = ["BooksContended", "BooksProblem", "BooksUnusable", "Reader", "Store", "Transaction"]
