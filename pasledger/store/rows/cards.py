"""Rows of what cards are used with."""

from pasledger.ledger.ids import CardId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.records import Activation, CardRule, Pin, PinUnlocked, Tries
from pasledger.rules.schemes import Scheme
from pasledger.store.rows.values import moment, read_day, read_moment
from pasledger.store.statements import Row


def card_rule_row(rule: CardRule, stamp: Stamp) -> Row:
    """Write the rule for all cards."""
    return (rule.version, rule.pin_above.cents, moment(stamp.recorded_at), stamp.prepared_by, stamp.approved_by)


def read_card_rule(row: Row) -> CardRule:
    """Read the rule for all cards."""
    version, cents = row[:2]
    return CardRule(version, Money(cents))


def scheme_ceiling_row(scheme: Scheme) -> Row:
    """Write the ceiling of a version of a scheme."""
    return (scheme.code, scheme.version, scheme.day_ceiling and scheme.day_ceiling.cents)


def activation_row(activation: Activation, stamp: Stamp) -> Row:
    """Write that a code was sent."""
    return (
        activation.card,
        activation.sequence,
        activation.code_hash,
        activation.ends_before.isoformat(),
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def read_activation(row: Row) -> Activation:
    """Read that a code was sent."""
    card, sequence, code_hash, ends_before = row[:4]
    return Activation(CardId(card), sequence, code_hash, read_day(ends_before))


def pin_row(pin: Pin, stamp: Stamp) -> Row:
    """Write a PIN."""
    return (pin.card, pin.sequence, pin.hash, pin.activation, moment(stamp.recorded_at), stamp.prepared_by)


def read_pin(row: Row) -> Pin:
    """Read a PIN."""
    card, sequence, hashed, activation = row[:4]
    return Pin(CardId(card), sequence, hashed, activation)


def unlock_row(unlocked: PinUnlocked, stamp: Stamp) -> Row:
    """Write that a PIN was unlocked."""
    return (unlocked.card, moment(stamp.recorded_at), stamp.prepared_by)


def first_tries_row(tries: Tries) -> Row:
    """Write the tries of a new subject."""
    return (tries.subject, tries.number, moment(tries.at))


def tries_row(tries: Tries) -> Row:
    """Write how the tries of a subject stand now."""
    return (tries.number, moment(tries.at), tries.subject)


def read_tries(row: Row) -> Tries:
    """Read how the tries of a subject stand."""
    subject, number, counted_at = row
    return Tries(subject, number, read_moment(counted_at))
