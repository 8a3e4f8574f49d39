"""Where the driver of PostgreSQL cannot be used, books in PostgreSQL say so, and books in a file go on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

WITHOUT = {"PSYCOPG_IMPL": "c", "PASLEDGER_LANGUAGE": "en", "PASLEDGER_AS": "clerk"}
"""What makes psycopg look for a library that is not installed, as where the machine has no libpq."""


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, without a driver that works."""
    return subprocess.run(
        [sys.executable, "-m", "pasledger.cli", *arguments],
        env=os.environ | WITHOUT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_driver_that_is_not_there_is_named() -> None:
    """It is said what to install, and nothing of the address."""
    for command in (["verify"], ["upgrade"], ["start", "--municipality", "X"]):
        said = ran(*command, "--books", "postgresql://clerk:open-sesame@localhost/books?schema=town")
        assert (said.returncode, said.stdout) == (1, "")
        assert "pip install 'psycopg[binary]'" in said.stderr
        assert "open-sesame" not in said.stderr
        assert "Traceback" not in said.stderr


def test_books_in_a_file_need_no_driver(tmp_path: Path) -> None:
    """They are started and verified on a machine that has nothing for PostgreSQL."""
    books = str(tmp_path / "town.db")
    assert ran("start", "--municipality", "Gemeente Dronten", "--books", books).returncode == 0
    assert ran("verify", "--books", books).returncode == 0
