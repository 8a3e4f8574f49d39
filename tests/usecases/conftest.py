"""The books of a small town, for every test here."""

from tests.support.books import path as path
from tests.support.books import store as store
