"""Every reason to say no, in order of precedence: where two hold at once, the one that stands first is given.

The list is closed. The books, staff and the holder's own page see the reason; a merchant sees an answer only (see
`merchant_api.answers`), and the sentences for people are in `pasledger.texts`.
"""

from enum import StrEnum


class Refusal(StrEnum):
    """The condition that was not met."""

    # who asks, and with which key
    KEY_REUSED = "key-reused"
    SAME_PERSON = "same-person"
    NO_ACTORS = "no-actors"
    ACTOR_UNKNOWN = "actor-unknown"
    CREDENTIAL_WRONG = "credential-wrong"
    NOT_ALLOWED = "not-allowed"
    # the term of a hold, which has nothing to do with the card
    HOLD_TERM = "hold-term"
    # an offer of the merchant, which has nothing to do with the card either
    OFFER_UNKNOWN = "offer-unknown"
    # a payment request, which has nothing to do with the card either
    REQUEST_UNKNOWN = "request-unknown"
    REQUEST_CLOSED = "request-closed"
    REQUEST_LESS_OPEN = "request-less-open"
    # a card at a merchant that was refused it too often: nothing else is looked at
    REFUSED_TOO_OFTEN = "refused-too-often"
    # the card
    CARD_UNKNOWN = "card-unknown"
    CARD_NOT_ACTIVE = "card-not-active"
    CARD_BLOCKED = "card-blocked"
    CARD_REPLACED = "card-replaced"
    # the PIN, or the code from a letter
    PIN_NOT_SET = "pin-not-set"
    PIN_LOCKED = "pin-locked"
    PIN_WAITING = "pin-waiting"
    PIN_WRONG = "pin-wrong"
    PIN_NEEDED = "pin-needed"
    CODE_WRONG = "code-wrong"
    # the merchant
    MERCHANT_UNKNOWN = "merchant-unknown"
    # what is left of an offer
    OFFER_SOLD_OUT = "offer-sold-out"
    OFFER_USED_UP = "offer-used-up"
    # the money
    NO_ENTITLEMENT = "no-entitlement"
    NOT_STARTED = "not-started"
    ENDED = "ended"
    NOT_HERE = "not-here"
    NOT_ENOUGH = "not-enough"
    OVER_CEILING = "over-ceiling"
    # a hold
    HOLD_UNKNOWN = "hold-unknown"
    HOLD_ENDED = "hold-ended"
    HOLD_NOT_ENDED = "hold-not-ended"
    HOLD_TOO_SMALL = "hold-too-small"
    # a refund
    REDEMPTION_UNKNOWN = "redemption-unknown"
    REFUND_TOO_LARGE = "refund-too-large"
    # a change of what was booked
    ENTRY_UNKNOWN = "entry-unknown"
    NOT_CORRECTED_SO = "not-corrected-so"
    CORRECTED_ALREADY = "corrected-already"
    NOTHING_TO_CORRECT = "nothing-to-correct"
    GONE_SINCE = "gone-since"
    ENTITLEMENT_UNKNOWN = "entitlement-unknown"
    WITHDRAWN_ALREADY = "withdrawn-already"
    END_UNFIT = "end-unfit"
    LAPSE_FREED = "lapse-freed"
    NOTHING_TO_LAPSE = "nothing-to-lapse"
    # an actor
    ACTOR_REPEATED = "actor-repeated"
    OWN_RIGHTS = "own-rights"
    ROLE_UNCHANGED = "role-unchanged"
    # master data
    MERCHANT_REPEATED = "merchant-repeated"
    MERCHANT_UNCHANGED = "merchant-unchanged"
    MERCHANT_ENDED = "merchant-ended"
    ACCOUNT_DIFFERS = "account-differs"
    CHECK_IN_FUTURE = "check-in-future"
    TERMINAL_UNKNOWN = "terminal-unknown"
    PERSON_UNKNOWN = "person-unknown"
    PERSON_REPEATED = "person-repeated"
    HOLDER_REPEATED = "holder-repeated"
    CARD_REPEATED = "card-repeated"
    CARD_STEP_UNKNOWN = "card-step-unknown"
    SCHEME_REPEATED = "scheme-repeated"
    OFFER_OVER = "offer-over"
    BRANCH_UNKNOWN = "branch-unknown"
    OFFER_STEP_UNKNOWN = "offer-step-unknown"
    REQUEST_TERM = "request-term"
    REMINDER_TOO_SOON = "reminder-too-soon"
    SOURCE_UNKNOWN = "source-unknown"
    SOURCE_REPEATED = "source-repeated"
    # a payout
    NO_PAYMENT_SETTINGS = "no-payment-settings"
    NOTHING_TO_PAY = "nothing-to-pay"
    RUN_UNKNOWN = "run-unknown"
    RUN_STEP_UNKNOWN = "run-step-unknown"
    ACCOUNT_UNCHECKED = "account-unchecked"
    FILES_DIFFER = "files-differ"
    NO_DEBT = "no-debt"
    # a bank statement
    STATEMENT_FOREIGN = "statement-foreign"
    STATEMENT_REPEATED = "statement-repeated"
    STATEMENT_GAP = "statement-gap"
    LINE_UNKNOWN = "line-unknown"
    LINE_DIFFERS = "line-differs"
    # an award
    HOLDER_UNKNOWN = "holder-unknown"
    SCHEME_UNKNOWN = "scheme-unknown"
    AWARD_REPEATED = "award-repeated"
    START_OUTSIDE_RULE = "start-outside-rule"
    END_OUTSIDE_RULE = "end-outside-rule"
    CATEGORY_UNKNOWN = "category-unknown"
    CATEGORY_DISAGREES = "category-disagrees"
    AMOUNT_OUTSIDE_RULE = "amount-outside-rule"
    YEAR_CLOSED = "year-closed"
    YEAR_NOT_OVER = "year-not-over"
    # a batch of awards
    BATCH_UNKNOWN = "batch-unknown"
    BATCH_STEP_UNKNOWN = "batch-step-unknown"
    BATCH_APPROVED_ALREADY = "batch-approved-already"
    BATCH_CHANGED = "batch-changed"
    BATCH_REPEATED = "batch-repeated"
    SECOND_APPROVER_NEEDED = "second-approver-needed"
    # a budget
    BUDGET_REPEATED = "budget-repeated"
    BUDGET_UNKNOWN = "budget-unknown"
    NOTHING_TO_FREE = "nothing-to-free"
    BUDGET_LEFT = "budget-left"
    BUDGET_TOO_SMALL = "budget-too-small"


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A request that was understood and is not granted. Carries the reason and the figures that explain it."""

    def __init__(self, reason: Refusal, **figures: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.figures = figures
