"""Messages to holders: what they say, and how they look as a letter and as an e-mail.

Outside they are all the same: one subject for every kind, a sender, and no word of what is inside. What they say is in
the words of the catalogues, with amounts, days, public names of schemes and names of merchants as figures.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from hashlib import sha256
from html import escape
from typing import assert_never

from pasledger.formats.faults import FaultKind, Misread
from pasledger.formats.paper import page
from pasledger.ledger.money import Money
from pasledger.rules.holders import HolderReference
from pasledger.texts import language_named, say

_ID_LENGTH = 32
_ISOLATE, _POP = "\u2068", "\u2069"
"""Around a figure in words that are written from right to left, so that it is read in its own direction."""


class MessageKind(StrEnum):
    """What a message is about."""

    CREDITED = "credited"
    ENDING = "ending"
    CARD_REPLACED = "card-replaced"
    PAYMENT_REQUEST = "payment-request"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount with the public name of what it is for, and the days on which it can be spent."""

    name_nl: str
    name_en: str
    amount: Money
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Credited:
    """There is money on the card."""

    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is left on the card can be spent for some time only."""

    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class CardReplaced:
    """There is a new card, and the old one does nothing any more."""

    last_digits: str


@dataclass(frozen=True, slots=True)
class PaymentRequested:
    """A merchant asks for an amount, or for what somebody wants to give up to an amount, until and including a day."""

    merchant: str
    words: str
    """What for, in Dutch."""
    amount: Money
    is_at_most: bool
    until: date
    link: str
    words_en: str = ""
    """The same in English, where that is said."""


Content = Credited | Ending | CardReplaced | PaymentRequested


@dataclass(frozen=True, slots=True)
class Message:
    """What is told to a holder. Its id is made of what it tells, so that the same thing has the same one again."""

    id: str
    holder: HolderReference
    language: str
    content: Content
    email: str | None = field(default=None, repr=False)
    """None for a letter."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the municipality, and its page for holders."""

    municipality: str
    mycard: str
    """The address of Mijn pas."""
    address: Address | None = None
    """From which e-mails come; None where there are none."""


def message_id(kind: MessageKind, *of: str) -> str:
    """Return the id of a message of a kind about these things of ours."""
    return sha256("\n".join((kind, *of)).encode()).hexdigest()[:_ID_LENGTH]


def subject(language: str) -> str:
    """Return what stands above every message, whatever is in it."""
    return say("message.subject", language)


def paragraphs(content: Content, sender: Sender, language: str) -> list[str]:
    """Return what a message says. Raises `Misread` for words that do not stay on their line."""
    said = [_say("message.greeting", language), *_said(content, sender, language), _say("message.help", language)]
    if not language_named(language).is_read:
        said.append(_say("mycard.not-read", language))
    return [*said, _say("message.from", language, municipality=sender.municipality)]


def as_letter(message: Message, sender: Sender) -> str:
    """Return a page to print. The place of the window is empty: who posts it adds the name and the address there."""
    title = escape(subject(message.language))
    body = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs(message.content, sender, message.language))
    return page(
        subject(message.language),
        f'<main class="letter">\n<div class="window"></div>\n<h1>{title}</h1>\n{body}\n</main>',
        message.language,
    )


def as_email(message: Message, sender: Sender, at: datetime) -> bytes:
    """Return an e-mail (RFC 5322). Whatever it tells, its headers are the same, but for whom it is to and its id."""
    if sender.address is None or message.email is None:
        raise TypeError("an e-mail has a sender and an address")
    mail = EmailMessage(SMTP)
    mail["From"] = sender.address
    mail["To"] = Address(addr_spec=message.email)
    mail["Subject"] = subject(message.language)
    mail["Date"] = at
    mail["Message-ID"] = f"<{message.id}@{sender.address.domain}>"
    mail["Content-Language"] = message.language
    mail["Auto-Submitted"] = "auto-generated"
    text = "\n\n".join(paragraphs(message.content, sender, message.language))
    mail.set_content(f"{text}\n", cte="base64")
    return mail.as_bytes()


def _said(content: Content, sender: Sender, language: str) -> list[str]:
    match content:
        case Credited():
            said = [_say("message.credited", language), *_amounts("message.credited.amount", content.amounts, language)]
        case Ending():
            said = [_say("message.ending", language), *_amounts("message.ending.amount", content.amounts, language)]
            said.append(_say("message.ending.after", language))
        case CardReplaced():
            return [
                _say("message.card-replaced", language),
                _say("message.card-replaced.number", language, digits=content.last_digits),
                _say("message.card-replaced.money", language),
            ]
        case PaymentRequested():
            return _requested(content, language)
        case _:
            assert_never(content)
    return [*said, _say("message.look", language, mycard=sender.mycard)]


def _requested(asked: PaymentRequested, language: str) -> list[str]:
    code = "message.payment-request.at-most" if asked.is_at_most else "message.payment-request.amount"
    words = asked.words_en if language != "nl" and asked.words_en else asked.words
    return [
        _say("message.payment-request", language, merchant=asked.merchant),
        _say("message.payment-request.words", language, words=words),
        _say(code, language, amount=asked.amount),
        _say("message.payment-request.until", language, day=_day(asked.until), link=asked.link),
        _say("message.payment-request.free", language),
    ]


def _amounts(code: str, amounts: tuple[Amount, ...], language: str) -> list[str]:
    return [
        _say(
            code,
            language,
            amount=one.amount,
            name=one.name_en if language == "en" else one.name_nl,
            first=_day(one.first_day),
            last=_day(one.last_day),
        )
        for one in amounts
    ]


def _day(value: date) -> str:
    """Return a day as it stands on Mijn pas, in any language."""
    return f"{value:%d-%m-%Y}"


def _say(code: str, language: str, **figures: object) -> str:
    """Return a sentence whose figures stay on their line and in their own direction."""
    texts = {name: str(figure) for name, figure in figures.items()}
    if not all(text.isprintable() for text in texts.values()):
        raise Misread(FaultKind.NOT_ONE_LINE)
    if language_named(language).direction == "rtl":
        texts = {name: f"{_ISOLATE}{text}{_POP}" for name, text in texts.items()}
    return say(code, language, **texts)
