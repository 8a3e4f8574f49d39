"""The files that run the service are about this service: their settings, paths and commands are there."""

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from merchant_api.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples/service"
UNIT, CONTAINER = FOLDER / "pasledger.service", FOLDER / "Containerfile"
KNOWN = {Settings.variable(name) for name in Settings.model_fields}


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


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """Systemd itself finds nothing wrong with the unit, nor with how little it leaves the service to do."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze, which is not on this machine")
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/opt/pasledger/bin/python", "/usr/bin/env"))
    checked = subprocess.run([program, "verify", unit], capture_output=True, text=True, check=False, timeout=60)
    assert unit.name not in checked.stderr
