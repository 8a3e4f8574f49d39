"""What no import contract sees: the pure ring asks for no clock and no file, and money code knows no float."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE_RING = ("ledger", "rules", "reports", "formats")

CLOCKS = {"now", "today", "utcnow"}
OUTSIDE = {"open", "print", "input"}
NOT_OUTSIDE = {("pasledger/formats/workbook.py", "open")}
"""A part of a zip that is in memory is opened by the same word as a file."""


def modules(*folders: Path) -> list[Path]:
    """Return every module in these folders."""
    return sorted(module for folder in folders for module in folder.rglob("*.py"))


def named(module: Path) -> str:
    """Return a module as people name it."""
    return str(module.relative_to(ROOT))


PURE_MODULES = modules(*(ROOT / "pasledger" / name for name in PURE_RING))
MONEY_MODULES = [
    module
    for module in modules(ROOT / "pasledger", ROOT / "merchant_api")
    if "pasledger.ledger.money" in module.read_text(encoding="utf-8") or module.name == "money.py"
]


def impurities(source: str) -> Iterator[str]:
    """Yield what asks for something from outside: a clock, a file, a terminal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in CLOCKS | OUTSIDE:
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OUTSIDE:
            yield node.func.id


def floats(source: str) -> Iterator[str]:
    """Yield what is, or makes, a number that is not whole."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield str(node.value)
        elif isinstance(node, ast.Name) and node.id == "float":
            yield node.id


def divisions(source: str) -> Iterator[str]:
    """Yield what makes a float of two whole numbers."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield "/"


def loose(source: str) -> Iterator[str]:
    """Yield the dataclasses whose values can be changed, or given what they do not have."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            for decorator in map(ast.unparse, node.decorator_list):
                if decorator.startswith("dataclass") and not ("frozen=True" in decorator and "slots=True" in decorator):
                    yield node.name


def test_there_is_something_to_look_at() -> None:
    """The folders are where this test looks for them."""
    assert {module.relative_to(ROOT / "pasledger").parts[0] for module in PURE_MODULES} == set(PURE_RING)
    assert ROOT / "pasledger" / "rules" / "refunds.py" in MONEY_MODULES


@pytest.mark.parametrize("module", PURE_MODULES, ids=named)
def test_the_pure_ring_is_handed_all_it_needs(module: Path) -> None:
    """No module of it looks at a clock, opens a file, prints, or leaves whole numbers."""
    source = module.read_text(encoding="utf-8")
    found = [*impurities(source), *floats(source), *divisions(source)]
    assert [one for one in found if (module.relative_to(ROOT).as_posix(), one) not in NOT_OUTSIDE] == []


@pytest.mark.parametrize("module", MONEY_MODULES, ids=named)
def test_money_code_knows_no_float(module: Path) -> None:
    """Where money is handled there is no float literal and no `float`."""
    assert list(floats(module.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("module", PURE_MODULES, ids=named)
def test_values_cannot_be_changed(module: Path) -> None:
    """Every dataclass of the pure ring is frozen and has slots, but for the list that requests add their needs to."""
    assert set(loose(module.read_text(encoding="utf-8"))) <= {"Needs"}


@pytest.mark.parametrize(
    "decorator",
    ["dataclass", "dataclass()", "dataclass(frozen=True)", "dataclass(slots=True)", "dataclass(order=True)"],
)
def test_a_loose_value_is_found(decorator: str) -> None:
    """A dataclass that lacks one of the two is found."""
    assert list(loose(f"@{decorator}\nclass Payment:\n    cents: int")) == ["Payment"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("datetime.now(UTC)", "now"),
        ("made_at: datetime = field(default_factory=datetime.now)", "now"),
        ("date.today()", "today"),
        ("datetime.utcnow()", "utcnow"),
        ("open('books.db')", "open"),
        ("io.open('books.db')", "open"),
        ("print(amount)", "print"),
        ("input()", "input"),
        ("fee = 12.5", "12.5"),
        ("fee = 1e3", "1000.0"),
        ("fee = float(text)", "float"),
        ("def fee() -> float: ...", "float"),
        ("share = cents / 2", "/"),
        ("cents /= 2", "/"),
    ],
)
def test_a_breach_is_found(line: str, found: str) -> None:
    """One such line in a module that is pure is found, and nothing else is."""
    source = (ROOT / "pasledger" / "ledger" / "money.py").read_text(encoding="utf-8") + f"\n{line}\n"
    assert [*impurities(source), *floats(source), *divisions(source)] == [found]


@pytest.mark.parametrize(
    "line", ["'now'", "known = 1", "today = stamp.effective_on", "half = cents // 2", "# print(1.5)"]
)
def test_what_only_looks_like_a_breach_is_none(line: str) -> None:
    """Words in a text, a comment or a name ask for nothing."""
    assert [*impurities(line), *floats(line), *divisions(line)] == []
