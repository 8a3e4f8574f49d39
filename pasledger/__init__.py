"""Double-entry books for money that a municipality gives its residents for a purpose.

The names below are the library; they are imported when they are first asked for, so that a part costs only itself.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pasledger.formats.faults import Fault, FileRefused
    from pasledger.ledger.journal import Stamp
    from pasledger.ledger.money import Money
    from pasledger.ledger.refusals import Refusal, Refused
    from pasledger.rules.actors import ActorRole
    from pasledger.rules.batches import AwardBatch
    from pasledger.rules.cards import CardNumber, CardState, TokenHash
    from pasledger.rules.records.batches import BatchState
    from pasledger.store import BooksProblem, BooksUnusable, Store
    from pasledger.usecases.actors import add_actor
    from pasledger.usecases.batches import (
        approve_batch,
        book_batch,
        change_batch,
        prepare_batch,
        reject_batch,
        set_second_approval,
        submit_batch,
    )
    from pasledger.usecases.booking import NothingBooked, book, book_all
    from pasledger.usecases.changing import (
        Plan,
        carry_out,
        plan,
        to_close,
        to_correct,
        to_end,
        to_end_listed,
        to_extend,
        to_free,
        to_lapse,
        to_reverse,
        to_withdraw,
    )
    from pasledger.usecases.crediting import credit
    from pasledger.usecases.holds import sweep
    from pasledger.usecases.minting import stamp_now
    from pasledger.usecases.previewing import letters_of_batch, preview_batch
    from pasledger.usecases.registering import add_budgets, add_holders, add_merchants, add_schemes
    from pasledger.usecases.spending import capture, hold, hold_refund, redemption, refund, release
    from pasledger.usecases.verifying import Verification, verify

__version__ = "0.1.0"

_HOMES = {
    "ActorRole": "rules.actors",
    "AwardBatch": "rules.batches",
    "BatchState": "rules.records.batches",
    "BooksProblem": "store",
    "BooksUnusable": "store",
    "CardNumber": "rules.cards",
    "CardState": "rules.cards",
    "Fault": "formats.faults",
    "FileRefused": "formats.faults",
    "Money": "ledger.money",
    "NothingBooked": "usecases.booking",
    "Plan": "usecases.changing",
    "Refusal": "ledger.refusals",
    "Refused": "ledger.refusals",
    "Stamp": "ledger.journal",
    "Store": "store",
    "TokenHash": "rules.cards",
    "Verification": "usecases.verifying",
    "add_actor": "usecases.actors",
    "add_budgets": "usecases.registering",
    "add_holders": "usecases.registering",
    "add_merchants": "usecases.registering",
    "add_schemes": "usecases.registering",
    "approve_batch": "usecases.batches",
    "book": "usecases.booking",
    "book_all": "usecases.booking",
    "book_batch": "usecases.batches",
    "capture": "usecases.spending",
    "carry_out": "usecases.changing",
    "change_batch": "usecases.batches",
    "credit": "usecases.crediting",
    "hold": "usecases.spending",
    "hold_refund": "usecases.spending",
    "letters_of_batch": "usecases.previewing",
    "plan": "usecases.changing",
    "prepare_batch": "usecases.batches",
    "preview_batch": "usecases.previewing",
    "redemption": "usecases.spending",
    "refund": "usecases.spending",
    "reject_batch": "usecases.batches",
    "release": "usecases.spending",
    "set_second_approval": "usecases.batches",
    "stamp_now": "usecases.minting",
    "submit_batch": "usecases.batches",
    "sweep": "usecases.holds",
    "to_close": "usecases.changing",
    "to_correct": "usecases.changing",
    "to_end": "usecases.changing",
    "to_end_listed": "usecases.changing",
    "to_extend": "usecases.changing",
    "to_free": "usecases.changing",
    "to_lapse": "usecases.changing",
    "to_reverse": "usecases.changing",
    "to_withdraw": "usecases.changing",
    "verify": "usecases.verifying",
}

__all__ = [
    "ActorRole",
    "AwardBatch",
    "BatchState",
    "BooksProblem",
    "BooksUnusable",
    "CardNumber",
    "CardState",
    "Fault",
    "FileRefused",
    "Money",
    "NothingBooked",
    "Plan",
    "Refusal",
    "Refused",
    "Stamp",
    "Store",
    "TokenHash",
    "Verification",
    "add_actor",
    "add_budgets",
    "add_holders",
    "add_merchants",
    "add_schemes",
    "approve_batch",
    "book",
    "book_all",
    "book_batch",
    "capture",
    "carry_out",
    "change_batch",
    "credit",
    "hold",
    "hold_refund",
    "letters_of_batch",
    "plan",
    "prepare_batch",
    "preview_batch",
    "redemption",
    "refund",
    "reject_batch",
    "release",
    "set_second_approval",
    "stamp_now",
    "submit_batch",
    "sweep",
    "to_close",
    "to_correct",
    "to_end",
    "to_end_listed",
    "to_extend",
    "to_free",
    "to_lapse",
    "to_reverse",
    "to_withdraw",
    "verify",
]


def __getattr__(name: str) -> object:
    """Import a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
