"""A street of merchants, and the service in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service import Street, Till, a_shop_street, in_process


@pytest.fixture
def street(tmp_path: Path) -> Street:
    """Return new books with a few merchants and cards."""
    return a_shop_street(tmp_path / "books.db")


@pytest.fixture
def till(street: Street) -> Iterator[Till]:
    """Run the service on these books."""
    with in_process(street) as running:
        yield running
