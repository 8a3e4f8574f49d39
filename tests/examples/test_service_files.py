"""The files that run the service are about this service: their settings, paths and commands are there."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from merchant_api.settings import Settings
from pasledger.cli.app import app
from pasledger.usecases.keys import VARIABLE as KEY

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples/service"
UNIT, CONTAINER = FOLDER / "pasledger.service", FOLDER / "Containerfile"
DESK = FOLDER / "pasledger-desk.service"
UNITS = pytest.mark.parametrize("unit", [UNIT, DESK], ids=lambda file: file.name)
KNOWN = {Settings.variable(name) for name in Settings.model_fields} | {KEY}


@pytest.mark.parametrize("file", [UNIT, CONTAINER], ids=lambda file: file.name)
def test_every_setting_is_one_of_the_service(file: Path) -> None:
    """No variable is set that nobody reads, and what starts is the module of the service."""
    named = set(re.findall(r"\b(?:PASLEDGER|MERCHANT_API)_[A-Z_]+", file.read_text()))
    assert named <= KNOWN
    assert "PASLEDGER_BOOKS" in named
    assert set(re.findall(r'-m"?,? "?(\w+)', file.read_text())) <= {"venv", "merchant_api"}
    assert find_spec("merchant_api.__main__") is not None


def test_what_the_container_takes_is_there() -> None:
    """Every file and folder that is copied into it is in the repository."""
    copied = [line.split()[1:-1] for line in CONTAINER.read_text().splitlines() if re.match(r"COPY (?!--)", line)]
    assert copied
    assert all((ROOT / path).exists() for paths in copied for path in paths)


def test_the_unit_leaves_time_to_finish() -> None:
    """Systemd waits longer than the service takes to finish what it accepted."""
    waits = re.search(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.MULTILINE)
    assert waits is not None
    assert int(waits[1]) > Settings(books="any").seconds_to_finish


def test_the_desk_is_started_as_its_page_says() -> None:
    """Its command is one of ours, and its variables are those that the command line reads."""
    text = DESK.read_text()
    [command] = re.findall(r"^ExecStart=/opt/pasledger/bin/(.*)$", text, re.MULTILINE)
    program, *arguments = command.split()
    assert program == "pasledger"
    shown = CliRunner().invoke(app, [*arguments, "--help"])
    assert (shown.exit_code, "Run the pages of the desk" in shown.output) == (0, True)
    named = set(re.findall(r"^Environment=(\w+)", text, re.MULTILINE))
    assert named == {"PASLEDGER_BOOKS", "PASLEDGER_LINK_BASE", KEY}


@UNITS
def test_the_key_of_the_books_is_given_by_systemd(unit: Path) -> None:
    """Root alone can read it where it is kept; the program gets it without a right to that place."""
    text = unit.read_text()
    [credential] = re.findall(r"^LoadCredential=([^:]+):/etc/", text, re.MULTILINE)
    assert f"Environment={KEY}=%d/{credential}" in text.splitlines()


def test_the_key_of_the_books_is_no_part_of_the_container() -> None:
    """It comes as a secret when it is run, and what is built has none."""
    lines = CONTAINER.read_text().splitlines()
    assert any(KEY in line for line in lines if line.startswith("#"))
    assert not any(KEY in line for line in lines if not line.startswith("#"))


@UNITS
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    """Systemd itself finds nothing wrong with a unit, nor with how little it leaves the program to do."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze, which is not on this machine")
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"/opt/pasledger/bin/\w+", "/usr/bin/env", unit.read_text()))
    checked = subprocess.run([program, "verify", copy], capture_output=True, text=True, check=False, timeout=60)
    assert unit.name not in checked.stderr


@UNITS
def test_both_have_one_user_and_one_folder(unit: Path) -> None:
    """On one machine the service and the desk can have the same file."""
    lines = unit.read_text().splitlines()
    assert {"DynamicUser=yes", "User=pasledger", "StateDirectory=pasledger"} <= set(lines)
