"""What a docstring of the pure ring shows at work does work so."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOWING = sorted(
    module for module in (ROOT / "pasledger").rglob("*.py") if "\n>>> " in module.read_text(encoding="utf-8")
)


def test_the_docstrings_that_show_something_are_found() -> None:
    """Money, card numbers and holder references are shown at work."""
    assert {"money", "cards", "holders"} <= {module.stem for module in SHOWING}


@pytest.mark.parametrize("module", SHOWING, ids=lambda module: module.stem)
def test_a_docstring_tells_the_truth(module: Path) -> None:
    """Each example gives what it says."""
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    result = doctest.testmod(importlib.import_module(name))
    assert (result.failed, result.attempted > 0) == (0, True)
