"""How a figure is measured and shown."""

import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from pasledger.store.crew import processors


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


def peak_bytes() -> int:
    """Return the most memory that this process had, and as much as its largest child for each that it can have had.

    The kernel tells of this one; `getrusage` would know its parent's too.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    [kibibytes] = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (int(kibibytes) + largest * (processors() - 1)) * 1024
