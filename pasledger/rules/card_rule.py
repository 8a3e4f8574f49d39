"""The rule for all cards: above which amount a scanned card needs its PIN too. It is public, so that a till can ask."""

from dataclasses import dataclass

from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.ledger.money import Money
from pasledger.rules.records import CardRule, Event
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class LimitRequest:
    """From now on a scanned card needs its PIN above this amount; zero for always."""

    pin_above: Money

    def need(self, needs: Needs) -> None:
        """Need nothing: every decision sees the rule."""


def decide_limit(request: LimitRequest, town: Town, stamp: Stamp) -> Event:
    """Set the rule, which two people answer for."""
    require_four_eyes(stamp)
    before = town.card_rule
    return Event(stamp, (CardRule(1 if before is None else before.version + 1, request.pin_above),))
