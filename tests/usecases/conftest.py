"""The books of a small town, in each kind of database, for every test here."""

from tests.support.books import books as books
from tests.support.books import make_books as make_books
from tests.support.books import store as store
