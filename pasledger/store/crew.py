"""Several processes that read one snapshot of the books at once, for long work that Python does on one processor only.

Each of them is a Python of its own, which is told over a pipe what to do and knows nothing of the program that asks: so
nothing of that program runs twice, whatever it is. They read, and change nothing.
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, partial
from typing import IO, Any, Generic, TypeVar, cast

from pasledger.store.database import Snapshot
from pasledger.store.errors import BooksContended, BooksProblem
from pasledger.store.reading import Reader
from pasledger.store.store import Store

_NEW_THINGS = 100_000
"""After how many new things Python looks for those that hold each other and nobody needs: rows are none of these."""

_TRIES = 100
"""How often all begin to read until nobody wrote meanwhile."""

_MOST_AHEAD = 4
"""How many pieces of work, for each process, are done or begun before it is their turn."""

Mine = TypeVar("Mine")
Done = TypeVar("Done")


class CrewLost(Exception):  # noqa: N818 - it names a state
    """One of the processes has ended before its work."""


class Task(Generic[Mine, Done]):
    """A piece of work that another process does, or this one where nobody has begun it when its result is wanted."""

    def __init__(self, work: Callable[[Mine], Done], mine: Mine) -> None:
        self._work = work
        self._mine = mine
        self._future: Future[Done] = Future()

    def give(self, threads: Executor, do: "Callable[[Callable[[Mine], Done]], Done]") -> None:
        """Let it wait for another process."""
        self._future = threads.submit(do, self._work)

    def do(self) -> None:
        """Do it here."""
        self._future.set_result(self._work(self._mine))

    @property
    def waits(self) -> bool:
        """Whether nobody has begun it."""
        return not self._future.running() and not self._future.done()

    @property
    def is_done(self) -> bool:
        """Whether its result is there."""
        return self._future.done()

    def result(self) -> Done:
        """Return what comes of it."""
        return self._work(self._mine) if self._future.cancel() else self._future.result()


class Crew(Generic[Mine]):
    """Those who read: other processes, and the one that asks, which does itself what the others have no time for.

    Each has made for itself what it works with; that of the process that asks is `mine`.
    """

    def __init__(
        self, mine: Mine, others: "Sequence[_Hand]" = (), make_ready: Callable[[], None] | None = None
    ) -> None:
        """Begin, while the others are still made ready, where they have to be."""
        self.mine = mine
        self._others = len(others)
        self._free = deque(others)
        self._threads = ThreadPoolExecutor(max_workers=max(1, len(others)))
        self._given: list[Task[Mine, Any]] = []
        self._ready = self._threads.submit(make_ready) if make_ready else None

    def submit(self, work: Callable[[Mine], Done]) -> Task[Mine, Done]:
        """Let somebody do a piece of work, which has to be a function of a module, or a `partial` of one."""
        task = Task(work, self.mine)
        if self._others:
            task.give(self._threads, self._done_by_another)
            self._given.append(task)
        return task

    def each(self, works: Iterable[Callable[[Mine], Done]]) -> Iterator[Done]:
        """Yield what comes of each piece of work, in their order; only a few of them are done before their turn.

        One for each of the others waits until it is free, so that nobody is ever without work; the rest is done here.
        """
        begun: deque[Task[Mine, Done]] = deque()
        for work in works:
            self._given = [task for task in self._given if task.waits]
            if len(self._given) < self._others:
                begun.append(self.submit(work))
            else:
                begun.append(Task(work, self.mine))
                begun[-1].do()
                self._look_at_the_others()
            while begun and (begun[0].is_done or len(begun) > _MOST_AHEAD * self._others):
                yield begun.popleft().result()
        for task in begun:
            yield task.result()

    def close(self) -> None:
        """Wait for nobody any more."""
        self._threads.shutdown(cancel_futures=True)

    def _look_at_the_others(self) -> None:
        """Raise what kept them from their work."""
        if self._ready is not None and self._ready.done():
            self._ready.result()

    def _done_by_another(self, work: Callable[[Mine], Done]) -> Done:
        if self._ready is not None:
            self._ready.result()
        hand = self._free.popleft()
        try:
            done: Done = hand.ask(_Desk.do, work)
        finally:
            self._free.append(hand)
        return done


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Let Python look less often for things that nobody needs, as the other processes do."""
    before = gc.get_threshold()
    gc.set_threshold(_NEW_THINGS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def read_together(
    store: Store,
    make: Callable[[Reader], Mine],
    work: Callable[[Crew[Mine]], Done],
    *,
    processes: int,
    at_once: bool = False,
) -> Done:
    """Let so many processes read one snapshot, this one among them, while others write, and return what `work` returns.

    Where it begins `at_once`, the others come to it when they have started; where somebody wrote until then, it begins
    again with all of them. Raises `BooksContended` where they cannot be given the same snapshot, and `CrewLost`.
    """
    with ExitStack() as stack, _rarely_collecting():
        others = [_Hand(store.books) for _ in range(processes - 1)]
        for hand in others:
            stack.callback(hand.stop)
        for tries in range(_TRIES):
            with suppress(_NotTheSame), store.read_shared() as (reader, snapshot):
                let_join = partial(_let_join, others, snapshot, make)
                is_late = at_once and tries == 0
                if not is_late:  # once they have started, it takes a millisecond or two
                    let_join()
                crew = Crew(make(reader), others, let_join if is_late else None)
                try:
                    return work(crew)
                except _NotTheSame:
                    raise
                except BaseException:
                    for hand in others:
                        hand.stop()  # before it is waited for
                    raise
                finally:
                    crew.close()
    raise BooksContended(BooksProblem.BUSY)


class _NotTheSame(Exception):  # noqa: N818 - as above
    """Somebody wrote before all had begun to read."""


def _let_join(others: "Sequence[_Hand]", snapshot: Snapshot, make: Callable[[Reader], Any]) -> None:
    for hand in others:
        hand.ask(_Desk.begin, snapshot.mark)
    if not snapshot.is_the_same():
        raise _NotTheSame
    for hand in others:
        hand.ask(_Desk.take_up, make)


class _Hand:
    """A process that reads, as the one sees it that asks. It does one thing at a time."""

    def __init__(self, books: str) -> None:
        # It finds our modules where we found them. The pipe names the books, for their address may hold a secret.
        self._process = subprocess.Popen(  # noqa: S603 - this same Python
            [sys.executable, "-P", "-c", f"import gc; gc.disable(); from {__name__} import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self._questions, self._answers = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._tell(books)

    def ask(self, what: Callable[..., Any], *values: object) -> Any:  # noqa: ANN401 - whatever it says
        """Let it do something at its desk, and return what it says or raise what it raises."""
        self._tell((what, values))
        try:
            is_done, answer = pickle.load(self._answers)  # noqa: S301 - our own process
        except (EOFError, pickle.UnpicklingError) as ended:
            raise CrewLost from ended
        if not is_done:
            raise answer
        return answer

    def stop(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._questions, self._answers):
            with suppress(OSError):  # what was not said any more
                pipe.close()

    def _tell(self, message: object) -> None:
        try:
            pickle.dump(message, self._questions)
            self._questions.flush()
        except OSError as ended:
            raise CrewLost from ended


class _Desk:
    """What a process that reads has before it."""

    def __init__(self, books: str) -> None:
        self._store = Store.open(books, reads_only=True)
        self._reading = ExitStack()

    def begin(self, mark: str) -> None:
        """Begin to read the snapshot that is marked, and no other."""
        self._reading.close()
        self._reader = self._reading.enter_context(self._store.join(mark))

    def take_up(self, make: Callable[[Reader], Any]) -> None:
        """Take over how that is made which the work is done with."""
        self._make = cache(make)

    def do(self, work: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - whatever comes of it
        """Do a piece of work."""
        return work(self._make(self._reader))


def serve() -> None:
    """Do what is asked over standard input, and answer over standard output, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is interrupted, and ends this one
    gc.set_threshold(_NEW_THINGS)
    gc.enable()
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    books, desk = pickle.load(questions), None  # noqa: S301 - from who started this
    while True:
        try:
            what, values = pickle.load(questions)  # noqa: S301 - as above
        except EOFError:
            return
        try:
            desk = desk or _Desk(books)
            answer = True, what(desk, *values)
        except Exception as fault:
            answer = False, fault
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
