"""How far long work is: on standard error, and only where somebody is looking."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pasledger.cli.calls import Call
from pasledger.cli.printing import paper
from pasledger.usecases.booking import Progress as Told

_STEP = 1000
"""A bar that is told of each thing by itself costs more than the work."""


@contextmanager
def progress(call: Call, doing: str, total: int | None = None) -> Iterator[Told]:
    """Yield what is told how much more is done."""
    console = paper(for_errors=True)
    if not console.is_terminal or call.as_json:
        yield lambda _done: None
        return
    counted = TextColumn("{task.description} {task.completed:.0f}", markup=False)
    with Progress(counted, BarColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(call.say(doing), total=total)
        waiting = 0

        def tell(done: int) -> None:
            nonlocal waiting
            waiting += done
            if waiting >= _STEP:
                bar.advance(task, waiting)
                waiting = 0

        yield tell
