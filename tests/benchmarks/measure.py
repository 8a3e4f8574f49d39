"""How a figure is measured and shown."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """A rate beside its floor, both per second, and the least ratio that is asked for."""

    name: str
    value: float
    floor: float
    target: float
    errors: int = 0
    remark: str = ""

    @property
    def ratio(self) -> float:
        """How much of the floor's rate there is."""
        return self.value / self.floor

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


def side_by_side(ours: Callable[[], float], floor: Callable[[], float], rounds: int = 3) -> tuple[float, float]:
    """Return the medians of two rates that are measured in turn, so that a busy moment hits both."""
    pairs = [(ours(), floor()) for _ in range(rounds)]
    return median(one for one, _ in pairs), median(other for _, other in pairs)
