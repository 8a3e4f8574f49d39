"""A treasurer at work in a process of its own, which can be killed: it goes on with whatever the books say is next.

    python -m tests.survival.treasurer BOOKS FOLDER DAY

prepares the run of the day, releases it, writes its files for the bank to `FOLDER/out`, and books the statements that
are in `FOLDER/in`. After each step it says which one it was, and waits to be told to go on.
"""

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path

from pasledger.formats.camt053 import read_statements
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import RunStep
from pasledger.store import Store
from pasledger.store.payouts import RunFound
from pasledger.usecases import banking, paying
from tests.support.town import a_stamp

Step = tuple[str, Callable[[], object]]
NOTHING = "nothing"


def next_step(store: Store, folder: Path, day: date) -> Step:
    """Return what is next: what was begun, before anything is begun."""
    treasurer = a_stamp(day, prepared_by="treasurer", approved_by=None)
    controller = a_stamp(day, prepared_by="other", approved_by=None)
    with store.read() as reader:
        runs = [reader.payouts.run(run) for run in reader.payouts.runs()]
        booked = {one.number for one in reader.bank.statements()}
    for found in runs:
        if not found.steps:
            return "release", partial(paying.release, store, found.run.id, controller)
        if RunStep.CANCELLED not in found.steps and not all(path.exists() for path in files_of(found, folder)):
            return "write", partial(write, found, folder)
    for path in sorted((folder / "in").glob("*.xml")):
        (statement,) = read_statements(path.read_bytes())
        if statement.number not in booked:
            return "book", partial(banking.take, store, path.read_bytes(), treasurer)
    if any(found.run.execute_on == day for found in runs):
        return NOTHING, lambda: None
    return "prepare", partial(prepare, store, day)


def prepare(store: Store, day: date) -> None:
    """Prepare the run of the day, if anything is owed."""
    try:
        paying.prepare(store, a_stamp(day, prepared_by="treasurer", approved_by=None), execute_on=day)
    except Refused as refused:
        if refused.reason is not Refusal.NOTHING_TO_PAY:
            raise


def files_of(found: RunFound, folder: Path) -> list[Path]:
    """Return where the files of a run go."""
    return [folder / "out" / f"{found.run.name}-{file.number}.xml" for file in found.files]


def write(found: RunFound, folder: Path) -> None:
    """Write the files of a run, each whole or not at all."""
    for made, path in zip(paying.files_of_released(found), files_of(found, folder), strict=True):
        half = path.with_suffix(".half")
        half.write_bytes(made.data)
        half.rename(path)


def main() -> None:
    """Do one step after the other, each when told to."""
    books, folder, day = sys.argv[1:]
    with closing(Store.open(books)) as store:
        for _ in sys.stdin:
            name, step = next_step(store, Path(folder), date.fromisoformat(day))
            step()
            print(name, flush=True)  # noqa: T201 - whoever kills it listens


if __name__ == "__main__":
    main()
