"""The examples do what they show: each runs by itself and prints what stands beside it."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))


def test_there_are_examples() -> None:
    """The folder is where this test looks for it."""
    assert "ten_lines" in {example.stem for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_an_example_prints_what_stands_beside_it(example: Path, tmp_path: Path) -> None:
    """Run from anywhere, it ends well, says nothing on standard error, and leaves nothing behind."""
    done = subprocess.run([sys.executable, example], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == example.with_suffix(".out").read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == []
