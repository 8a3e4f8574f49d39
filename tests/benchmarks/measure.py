"""How a figure is measured and shown."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """What was measured beside its floor: a rate a second or, where less is better, a time; and the least ratio."""

    name: str
    value: float
    floor: float
    target: float = 0.0
    errors: int = 0
    remark: str = ""
    is_less_better: bool = False

    @property
    def ratio(self) -> float:
        """How good it is, the floor being 1: more is better, always."""
        return self.floor / self.value if self.is_less_better else self.value / self.floor

    @property
    def holds(self) -> bool:
        """Whether the target is met, without an error."""
        return self.ratio >= self.target and not self.errors

    def as_row(self) -> dict[str, object]:
        """Return what goes into the file of figures."""
        return asdict(self) | {"ratio": round(self.ratio, 3), "holds": self.holds}


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def side_by_side(ours: Callable[[int], float], floor: Callable[[int], float], rounds: int) -> tuple[float, float]:
    """Return the medians of two rates that are measured in turn, so that a busy moment hits both.

    Both are told the number of the round, so that they can do the same in it.
    """
    pairs = [(ours(number), floor(number)) for number in range(rounds)]
    return median(one for one, _ in pairs), median(other for _, other in pairs)
