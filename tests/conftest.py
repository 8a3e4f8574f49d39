"""How deep properties are searched, deeper where a build server sets `CI`; which PostgreSQL; and how much dies."""

import os

import pytest
from hypothesis import settings

from tests.support import postgresql

settings.register_profile("here", deadline=None, max_examples=200)
settings.register_profile("ci", deadline=None, max_examples=1000, derandomize=False, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the server that the tests are to use, and how long they are to torture."""
    parser.addoption("--postgres-url", help="the PostgreSQL for the tests; without it, they start one of their own")
    parser.addoption("--torture", type=int, default=2, metavar="ROUNDS", help="how often each thing dies that can die")


def pytest_configure(config: pytest.Config) -> None:
    """Use it; or make place for one, before there are other processes."""
    if url := config.getoption("--postgres-url"):
        postgresql.use(url)
    elif not _is_worker(config):
        postgresql.make_place()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave no server behind."""
    postgresql.leave()
    if not session.config.getoption("--postgres-url") and not _is_worker(session.config):
        postgresql.remove()


def _is_worker(config: pytest.Config) -> bool:
    """Return whether this process was started by another one of the same run."""
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def rounds(pytestconfig: pytest.Config) -> int:
    """Return how often a test does what chance decides: a few times, or as often as `--torture` says."""
    found: int = pytestconfig.getoption("--torture")
    return found
