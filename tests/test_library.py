"""The public names of `import pasledger`."""

import subprocess
import sys

import pytest

import pasledger


@pytest.mark.parametrize("name", pasledger.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """Each documented name can be imported, and has a docstring."""
    assert getattr(pasledger, name).__doc__


def test_the_list_is_complete() -> None:
    """What is listed is what can be asked for, and anything else is an ordinary error."""
    assert set(pasledger.__all__) == set(pasledger._HOMES)
    with pytest.raises(AttributeError):
        _ = pasledger.nothing_of_this_name


def test_a_part_costs_only_itself() -> None:
    """Whoever imports the pure ring does not load the database library."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys, pasledger.rules.deciding; print('sqlalchemy' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "False"
