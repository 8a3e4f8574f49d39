"""Messages to holders: what there is to tell, made once each, as a letter or as an e-mail."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from pasledger.formats.addresses import Wish
from pasledger.formats.faults import Fault, require_none
from pasledger.formats.messages import (
    Amount,
    CardReplaced,
    Content,
    Credited,
    Ending,
    Message,
    MessageKind,
    PaymentRequested,
    Sender,
    as_email,
    as_letter,
    message_id,
)
from pasledger.formats.payment_requests import TellRow
from pasledger.ledger.ids import BatchId
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.holders import HolderReference
from pasledger.rules.records.batches import BatchState
from pasledger.rules.town import Needs
from pasledger.store import Reader
from pasledger.store.asking import KnownPaymentRequest
from pasledger.store.messaging import ToTell
from pasledger.usecases.booking import Progress
from pasledger.usecases.minting import NETHERLANDS
from pasledger.usecases.outbox import Outbox
from pasledger.usecases.payment_requests import link_of

_DIGITS = 4
_Names = dict[tuple[str, int], tuple[str, str]]
"""The public names of each version of each scheme, in Dutch and in English."""


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to tell a holder."""

    id: str
    holder: HolderReference | None
    """None for one whose reference was deleted, and who cannot be told any more."""
    content: Content


@dataclass(frozen=True, slots=True)
class Manner:
    """How holders are written to: as each wishes, and in one language where nothing is known."""

    wishes: Mapping[HolderReference, Wish]
    language: str


@dataclass(frozen=True, slots=True)
class Made:
    """How many messages were made, and how many had been made before."""

    letters: int = 0
    emails: int = 0
    before: int = 0


def credited(reader: Reader, batch: BatchId, *, on: date) -> list[Found]:
    """Return what a booked batch put on cards, by holder, without what has ended since. Raises `Refused`."""
    state = reader.batches.one(batch).state(reader.batches.second_approval_above())
    if state is not BatchState.BOOKED:
        raise Refused(Refusal.BATCH_STEP_UNKNOWN, state=state)
    there = (one for one in reader.messaging.credited(batch) if on < one.entitlement.valid.ends_before)
    names = _names(reader)
    by_holder: dict[str, list[ToTell]] = defaultdict(list)
    for one in there:
        by_holder[one.entitlement.holder].append(one)
    return [
        Found(
            message_id(MessageKind.CREDITED, batch, holder),
            owned[0].reference,
            Credited(_amounts(names, [(one, one.entitlement.amount) for one in owned])),
        )
        for holder, owned in by_holder.items()
    ]


def ending(reader: Reader, *, on: date, before: date) -> list[Found]:
    """Return what is left on cards and ends before a day: a message for each holder and each day on which it ends."""
    names = _names(reader)
    by_end: dict[tuple[str, date], list[ToTell]] = defaultdict(list)
    for one in reader.messaging.ending(on=on, before=before):
        by_end[one.entitlement.holder, one.entitlement.valid.last_day].append(one)
    return [
        Found(
            message_id(MessageKind.ENDING, holder, last_day.isoformat()),
            owned[0].reference,
            Ending(_amounts(names, [(one, one.left) for one in owned])),
        )
        for (holder, last_day), owned in by_end.items()
    ]


def replaced(reader: Reader, *, since: date) -> list[Found]:
    """Return the cards that took the place of others since a day, and are in use."""
    moment = datetime.combine(since, time(), NETHERLANDS)
    return [
        Found(message_id(MessageKind.CARD_REPLACED, one.card), one.reference, CardReplaced(str(one.number)[-_DIGITS:]))
        for one in reader.messaging.replaced(since=moment)
    ]


def requested(reader: Reader, rows: Sequence[TellRow], *, on: date, base: str) -> list[Found]:
    """Return the payment requests of which a file tells holders, without those that are not open any more.

    The link of each begins with `base`. Raises `FileRefused` for holders and requests that are not there.
    """
    holders = reader.load(Needs(holders={row.holder for row in rows})).holders
    requests = {one.id: one for one in reader.payment_requests.wanted({row.request for row in rows})}
    found: list[Found] = []
    faults: list[Fault] = []
    for row in rows:
        holder, known = holders.get(row.holder), requests.get(row.request)
        if holder is None:
            faults.append(Fault(Refusal.HOLDER_UNKNOWN, row.row, "pashouder", row.holder))
        if known is None:
            faults.append(Fault(Refusal.REQUEST_UNKNOWN, row.row, "verzoek", row.request))
        elif holder is not None and known.open(on):
            told = message_id(MessageKind.PAYMENT_REQUEST, known.id, holder.id)
            found.append(Found(told, row.holder, _asked(known, on, base)))
    require_none(faults)
    return found


def _asked(known: KnownPaymentRequest, on: date, base: str) -> PaymentRequested:
    what = known.request
    return PaymentRequested(
        known.merchant,
        what.words_nl,
        known.open(on),
        what.is_up_to,
        what.last_day,
        link_of(known.id, base),
        what.words_en,
    )


def written(found: Iterable[Found], manner: Manner) -> list[Message]:
    """Return the messages to the holders who can be told, as each wishes."""
    messages = []
    for one in found:
        if one.holder is not None:
            wish = manner.wishes.get(one.holder, Wish())
            messages.append(Message(one.id, one.holder, wish.language or manner.language, one.content, wish.email))
    return messages


def make(outbox: Outbox, messages: Sequence[Message], sender: Sender, at: datetime, tell: Progress) -> Made:
    """Put messages into an outbox, but for those that were made before."""
    letters = emails = before = 0
    for message in messages:
        if outbox.has(message.id):
            outbox.note(message.id, message.holder)
            before += 1
        elif message.email is None:
            outbox.keep(message.id, message.holder, letter=as_letter(message, sender))
            letters += 1
        else:
            outbox.keep(message.id, message.holder, mail=as_email(message, sender, at))
            emails += 1
        tell(1)
    return Made(letters, emails, before)


def _amounts(names: _Names, owned: Sequence[tuple[ToTell, Money]]) -> tuple[Amount, ...]:
    return tuple(
        Amount(
            *names[one.entitlement.scheme, one.entitlement.scheme_version],
            amount,
            one.entitlement.valid.starts_on,
            one.entitlement.valid.last_day,
        )
        for one, amount in owned
    )


def _names(reader: Reader) -> _Names:
    return {(one.code, one.version): (one.name_nl, one.name_en) for one in reader.schemes()}
