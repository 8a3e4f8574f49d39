"""Rows of what a scheme gives by category."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from pasledger.rules.schemes import Scheme
from pasledger.store.rows.masterdata import read_scheme
from pasledger.store.statements import Row


def scheme_amount_rows(scheme: Scheme) -> list[Row]:
    """Write what a version of a scheme gives by category."""
    return [(scheme.code, scheme.version, category, amount.cents) for category, amount in scheme.amounts]


def read_schemes(found: Iterable[Row]) -> Iterator[Scheme]:
    """Read versions of schemes, each from as many rows as it has categories; their order is that of the versions."""
    for row, categories in groupby(found, lambda row: row[:-2]):
        yield read_scheme(row, tuple(sorted(line[-2:] for line in categories if line[-2] is not None)))
