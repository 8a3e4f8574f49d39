"""Acting: who is it, may they, and what became of it. Every change by a person goes through here, and into the log.

A program that has its own way of knowing who acts gives the use cases a stamp, and needs nothing of this.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from pasledger.formats.faults import FileRefused
from pasledger.ledger.ids import ActId
from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.ledger.refusals import Refused
from pasledger.rules.actors import Actor, Actors, Permission, require, require_proof
from pasledger.rules.records import DONE, Act, ActResult, LookUp
from pasledger.rules.town import Needs
from pasledger.store import BooksUnusable, Store
from pasledger.usecases.booking import NothingBooked, patiently
from pasledger.usecases.minting import new_id, stamp_now
from pasledger.usecases.registering import credential_hash

FREE_FAILURES = 3
"""How many wrong credentials in a row nobody waits for."""

LONGEST_PAUSE_S = 15.0
"""How long a credential waits to be looked at, at most, after many that were wrong."""

_REMEMBERED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be, and what proves it: the login of the machine, or one of these credentials.

    Or a session, which somebody began with such a credential, and which ends when that is accepted no more.
    """

    name: str
    credentials: tuple[str, ...] = ()
    is_login: bool = False
    is_in_session: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done, upon what, from where; and what who asks, and who approves, must be allowed."""

    action: str
    about: str
    origin: str
    permission: Permission | None = None
    approval: Permission | None = None
    is_founding: bool = False
    """Whether it makes the first actor, where there is none who could."""


@contextmanager
def acting(
    store: Store,
    task: Task,
    asks: Claim,
    approves: Claim | None = None,
) -> Iterator[ActId]:
    """Let a task be done within the block by who may do it, and log it with its result. Raises `Refused`.

    Yields the id of its line in the log. The beginning is on the disk before the block runs, so that nothing is done
    without its line.
    """
    stamp = stamp_now(asks.name, approves.name if approves else None)
    act = _act(task, stamp)
    try:
        _require(store, task, asks, approves)
    except Refused as refused:
        log(store, act, ActResult(act.id, stamp.recorded_at, refused.reason))
        raise
    log(store, act)
    try:
        yield act.id
    except BaseException as wrong:
        _end(store, act, result_of(wrong))
        raise
    _end(store, act, DONE)


def noted(store: Store, task: Task, stamp: Stamp) -> None:
    """Log a task that was done already, by who could not be looked up before."""
    act = _act(task, stamp)
    log(store, act, ActResult(act.id, stamp.recorded_at, DONE))


def result_of(wrong: BaseException) -> str:
    """Return the code that the log has for what stopped an act."""
    match wrong:
        case Refused():
            return wrong.reason
        case NothingBooked():
            return next(iter(wrong.refusals.values())).reason
        case FileRefused():
            return "file-refused"
        case BooksUnusable():
            return wrong.problem
        case KeyboardInterrupt():
            return "interrupted"
        case _:
            return "failed"


def _require(store: Store, task: Task, asks: Claim, approves: Claim | None) -> None:
    """Refuse who is not who they say, or may not do this; and who approves their own work, whoever they are."""
    if approves is not None:
        require_four_eyes(stamp_now(asks.name, approves.name))
    with store.read() as reader:
        actors = reader.load(Needs(actors={asks.name})).actors
    if len(actors) == 0 and task.is_founding:
        return
    for claim, permission in ((asks, task.permission), (approves, task.approval)):
        if claim is not None and permission is not None:
            require(_proven(store, actors, claim), permission)


def _proven(store: Store, actors: Actors, claim: Claim) -> Actor:
    """Return the actor that a claim is true of. Wrong credentials make the next ones wait. Raises `Refused`."""
    actor = actors.named(claim.name)
    if (claim.is_login and actor.is_login) or claim.is_in_session:
        return actor
    if (seconds := _waits(_failures(store, actor.name))) > 0:
        time.sleep(seconds)
    require_proof(actor, map(credential_hash, claim.credentials))
    return actor


def _failures(store: Store, name: str) -> int:
    with store.read() as reader:
        return reader.acting.failures([name], since=_now() - _REMEMBERED)


def _waits(failures: int) -> float:
    """Return for how many seconds a credential waits: twice as long for each one that was wrong."""
    if failures < FREE_FAILURES:
        return 0.0
    return min(LONGEST_PAUSE_S, 2.0 ** (failures - FREE_FAILURES))


def _act(task: Task, stamp: Stamp) -> Act:
    return Act(
        new_id(ActId), stamp.recorded_at, stamp.prepared_by, stamp.approved_by, task.action, task.about, task.origin
    )


def _end(store: Store, act: Act, result: str) -> None:
    """Log how an act ended. Where that cannot be written the act has no result in the log, and what was done stands."""
    with suppress(BooksUnusable):
        log(store, ActResult(act.id, max(_now(), act.recorded_at), result))


def log(store: Store, *lines: Act | ActResult | LookUp) -> None:
    """Append lines to the log, once, whoever is in the way."""

    def once() -> None:
        with store.begin() as transaction:
            transaction.log(*lines)

    patiently(once, may_repeat=True)


def _now() -> datetime:
    return stamp_now("").recorded_at
