"""Rows of where files come from."""

import json

from pasledger.ledger.journal import Stamp
from pasledger.rules.records import FileSource
from pasledger.store.rows.values import moment
from pasledger.store.statements import Row


def file_source_row(source: FileSource, stamp: Stamp) -> Row:
    """Write a version of a source."""
    return (source.code, source.version, json.dumps(source.titles), moment(stamp.recorded_at), stamp.prepared_by)


def read_file_source(row: Row) -> FileSource:
    """Read a version of a source."""
    code, version, titles = row[:3]
    return FileSource(code, version, tuple((title, column) for title, column in json.loads(titles)))
