"""What a merchant is told: a short closed list, and the one function that maps every reason to it.

The books know why somebody cannot pay. The merchant hears one answer for all reasons of card, money, entitlement and
time, so that nobody at a counter can read from it why somebody has money, or has none.
"""

from enum import Enum

from pasledger.ledger.refusals import Refusal


class Answer(Enum):
    """A kind of answer: its name in the texts and in the problem's type, and its HTTP status."""

    REFUSED = ("refused", 402)
    REFUND_TOO_LARGE = ("refund-too-large", 409)
    HOLD_TERM = ("hold-term", 409)
    HOLD_ENDED = ("hold-ended", 409)
    HOLD_TOO_SMALL = ("hold-too-small", 409)
    REQUEST_TERM = ("request-term", 409)
    REQUEST_CLOSED = ("request-closed", 409)
    REMINDER_TOO_SOON = ("reminder-too-soon", 409)
    KEY_REUSED = ("key-reused", 409)
    NOT_FOUND = ("not-found", 404)
    INVALID = ("invalid", 400)
    UNAUTHORIZED = ("unauthorized", 401)
    METHOD = ("method", 405)
    TOO_LARGE = ("too-large", 413)
    WRONG_TYPE = ("wrong-type", 415)
    TOO_MANY = ("too-many", 429)
    BUSY = ("busy", 503)
    FAULT = ("fault", 500)

    def __init__(self, label: str, status: int) -> None:
        self.label = label
        self.status = status


_NOT_ABOUT_THE_CARD = {
    Refusal.KEY_REUSED: Answer.KEY_REUSED,
    Refusal.REDEMPTION_UNKNOWN: Answer.NOT_FOUND,
    Refusal.OFFER_UNKNOWN: Answer.NOT_FOUND,
    Refusal.REQUEST_UNKNOWN: Answer.NOT_FOUND,
    Refusal.REQUEST_CLOSED: Answer.REQUEST_CLOSED,
    Refusal.REQUEST_TERM: Answer.REQUEST_TERM,
    Refusal.REMINDER_TOO_SOON: Answer.REMINDER_TOO_SOON,
    Refusal.REFUND_TOO_LARGE: Answer.REFUND_TOO_LARGE,
    Refusal.HOLD_TERM: Answer.HOLD_TERM,
    Refusal.HOLD_UNKNOWN: Answer.NOT_FOUND,
    Refusal.HOLD_ENDED: Answer.HOLD_ENDED,
    Refusal.HOLD_TOO_SMALL: Answer.HOLD_TOO_SMALL,
}


def answer_to(reason: Refusal) -> Answer:
    """Return what a merchant is told. What it did not bring about itself is the one refusal."""
    return _NOT_ABOUT_THE_CARD.get(reason, Answer.REFUSED)
