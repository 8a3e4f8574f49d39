"""Messages to holders: all the same outside, whatever they tell; inside what a holder has to know, in each language."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.policy import SMTP
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats.addresses import Wish, read_addresses
from pasledger.formats.faults import FaultKind, FileRefused, Misread
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
    paragraphs,
    subject,
)
from pasledger.ledger.money import Money
from pasledger.rules.holders import HolderReference
from pasledger.texts import Surface, codes, language_named, languages, sentence

LANGUAGES = languages(Surface.HOLDERS)
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
SENDER = Sender(
    "Gemeente Dronten", "https://pas.example/mycard", Address("Gemeente Dronten", addr_spec="pas@dronten.example")
)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def an_amount(name: str, cents: int) -> Amount:
    """Return an amount for something."""
    return Amount(name, f"{name} (en)", Money(cents), FIRST, LAST)


FEW = (an_amount("Vrije tijd", 5000),)
MANY = (an_amount("Iets met een heel andere naam", 1), an_amount("Cadeau", 123_456))
LINK = "https://pas.example/mycard/requests/abc"
PAIRS: dict[MessageKind, tuple[Content, Content]] = {
    MessageKind.CREDITED: (Credited(FEW), Credited(MANY)),
    MessageKind.ENDING: (Ending(FEW), Ending(MANY)),
    MessageKind.CARD_REPLACED: (CardReplaced("1234"), CardReplaced("9876")),
    MessageKind.PAYMENT_REQUEST: (
        PaymentRequested("De Club", "contributie", Money(2500), is_at_most=False, until=LAST, link=LINK),
        PaymentRequested("De Vlinder", "schoolreis", Money(990), is_at_most=True, until=FIRST, link=LINK),
    ),
}
"""For each kind two messages that tell something else."""


def a_message(content: Content, language: str, email: str | None = None) -> Message:
    """Return a message to somebody."""
    return Message("0" * 32, HolderReference("P-1"), language, content, email)


def figures_in(content: Content, language: str) -> list[str]:
    """Return what a message must have in it."""
    match content:
        case Credited() | Ending():
            names = [one.name_en if language == "en" else one.name_nl for one in content.amounts]
            return [*names, *(str(one.amount) for one in content.amounts), f"{LAST:%d-%m-%Y}", SENDER.mycard]
        case CardReplaced():
            return [content.last_digits]
        case PaymentRequested():
            return [content.merchant, content.words, str(content.amount), f"{content.until:%d-%m-%Y}", content.link]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
def test_outside_nothing_is_said(kind: MessageKind, language: str) -> None:
    """The headers of an e-mail are the same whatever it tells, and of whatever kind; so is the top of a letter."""
    one, other = PAIRS[kind]
    heads = set()
    tops = set()
    for content in (one, other, PAIRS[MessageKind.CREDITED][0]):
        mail = message_from_bytes(as_email(a_message(content, language, "a@b.nl"), SENDER, AT), policy=SMTP)
        heads.add(tuple((name, str(value)) for name, value in mail.items()))
        tops.add(as_letter(a_message(content, language), SENDER).partition("</h1>")[0])
    assert (len(heads), len(tops)) == (1, 1)
    headers = dict(next(iter(heads)))
    assert headers["Subject"] == subject(language) == sentence("message.subject", language)
    assert (headers["From"], headers["To"]) == ("Gemeente Dronten <pas@dronten.example>", "a@b.nl")
    assert headers["Message-ID"] == f"<{'0' * 32}@dronten.example>"
    assert headers["Content-Type"] == 'text/plain; charset="utf-8"'


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
def test_words_that_no_native_has_read_say_so(kind: MessageKind, language: str) -> None:
    """As the pages do, in letters and in e-mails; and no other words say it."""
    told = paragraphs(PAIRS[kind][0], SENDER, language)
    assert (
        (sentence("mycard.not-read", language) in told) == (not language_named(language).is_read) == (language == "ar")
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
def test_inside_is_what_a_holder_has_to_know(kind: MessageKind, language: str) -> None:
    """Amounts, days, names and where to look; from the municipality; the same in a letter and in an e-mail."""
    for content in PAIRS[kind]:
        mail = message_from_bytes(as_email(a_message(content, language, "a@b.nl"), SENDER, AT), policy=SMTP)
        body = mail.get_content()
        letter = as_letter(a_message(content, language), SENDER)
        for text in (*figures_in(content, language), SENDER.municipality):
            assert text in body
            assert text in unescape(letter)
        assert [line for line in body.splitlines() if line] == paragraphs(content, SENDER, language)
        assert re.findall(r"<p>(.*?)</p>", unescape(letter)) == paragraphs(content, SENDER, language)
        assert '<div class="window"></div>' in letter
        assert "P-1" not in letter + body


def test_figures_keep_their_direction_in_words_from_right_to_left() -> None:
    """Each stands between an isolate and its end; in words from left to right there is none of either."""
    [said] = [text for text in paragraphs(Credited(FEW), SENDER, "ar") if "50" in text]
    assert re.findall("\u2068([^\u2069]*)\u2069", said) == ["€ 50,00", "Vrije tijd", "01-01-2026", "31-12-2026"]
    assert 'dir="rtl"' in as_letter(a_message(Credited(FEW), "ar"), SENDER)
    assert "\u2068" not in "".join(paragraphs(Credited(FEW), SENDER, "nl"))


def test_no_message_has_a_word_that_marks() -> None:
    """Whatever it tells: nothing of what money is given for but a public name."""
    for language in LANGUAGES:
        said = " ".join(sentence(code, language) for code in codes(language) if code.startswith("message.")).casefold()
        for word in ("minima", "uitkering", "bijstand", "regeling", "welfare", "benefit", "allowance", "scheme"):
            assert word not in said
        assert said


@pytest.mark.parametrize("hostile", ["x\r\nBcc: all@example.com", "x\nSubject: y", "x\x00", "x\u2028y", "\u202egnp.x"])
def test_words_that_do_not_stay_on_their_line_are_refused(hostile: str) -> None:
    """Neither the words nor the name of a merchant can add a header, a line, or turn the line around."""
    asked = PAIRS[MessageKind.PAYMENT_REQUEST][0]
    assert isinstance(asked, PaymentRequested)
    for merchant, words, link in ((hostile, "x", LINK), ("x", hostile, LINK), ("x", "x", hostile)):
        content = PaymentRequested(merchant, words, asked.amount, is_at_most=False, until=LAST, link=link)
        for make in (lambda one: as_email(one, SENDER, AT), lambda one: as_letter(one, SENDER)):
            with pytest.raises(Misread) as misread:
                make(a_message(content, "nl", "a@b.nl"))
            assert misread.value.kind is FaultKind.NOT_ONE_LINE


def test_words_are_no_markup() -> None:
    """What a merchant wrote is words in a letter too."""
    content = PaymentRequested("<b>Club</b>", "a & b", Money(1), is_at_most=False, until=LAST, link=LINK)
    letter = as_letter(a_message(content, "nl"), SENDER)
    assert "<b>" not in letter
    assert "a &amp; b" in letter


def test_an_id_says_nothing_and_is_the_same_again() -> None:
    """It is made of what is told; another kind or another holder has another one."""
    ids = [
        message_id(MessageKind.CREDITED, "b", "h"),
        message_id(MessageKind.ENDING, "b", "h"),
        message_id(MessageKind.CREDITED, "b", "i"),
    ]
    assert len(set(ids)) == 3
    assert ids[0] == message_id(MessageKind.CREDITED, "b", "h")
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in ids)


def addresses(text: str) -> dict[HolderReference, Wish]:
    """Read a file of addresses."""
    return dict(read_addresses(text.encode(), ("nl", "ar")))


def test_a_file_of_addresses_says_how_each_holder_is_written_to() -> None:
    """Both columns may be left out or empty; titles are Dutch or English."""
    found = addresses("pashouder;e-mail;taal\nP-1;a.b+c@ex-1.example.nl;AR\nP-2;;nl\nP-3;x@y.nl;\n")
    assert found == {"P-1": Wish("ar", "a.b+c@ex-1.example.nl"), "P-2": Wish("nl", None), "P-3": Wish(None, "x@y.nl")}
    assert addresses("holder,language\nP-1,ar\n") == {"P-1": Wish("ar")}
    assert "a.b" not in repr(found)


@pytest.mark.parametrize(
    "hostile",
    [
        *("x", "x@y", "@y.nl", "x@", "x@y..nl", "x y@z.nl", "x@y.nl,z@y.nl", "X <x@y.nl>", "x@-y.nl", "ü@y.nl"),
        *("x@y.nl\r\nBcc: z@y.nl", "x@y.nl%0abcc:z@y.nl ", ".x@y.nl", "x..y@z.nl", "x@[127.0.0.1]", f"{'x' * 65}@y.nl"),
        *(f"x@{'y.' * 130}nl", "x@y.nl;z", "x@ý.nl", '"x\n"@y.nl', "x@y.nl\t"),
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(hostile: str) -> None:
    """With its row and column; no sign of it comes back, and nobody is written to."""
    quoted = hostile.replace('"', '""')
    with pytest.raises(FileRefused) as refused:
        addresses(f'pashouder;e-mail\nP-1;"{quoted}x@"\n')
    [fault] = refused.value.faults
    assert (fault.reason, fault.column, fault.value, fault.row) == (FaultKind.EMAIL, "e-mail", None, 2)


def test_a_language_that_is_not_there_and_a_holder_twice_are_refused() -> None:
    """All faults at once."""
    with pytest.raises(FileRefused) as refused:
        addresses("pashouder;taal\nP-1;tlh\nP-2;nl\nP-2;ar\n")
    assert [(one.reason, one.row) for one in refused.value.faults] == [
        (FaultKind.LANGUAGE, 2),
        (FaultKind.ROW_TWICE, 4),
    ]


@given(st.text(max_size=80))
def test_an_address_that_is_taken_has_no_sign_that_ends_a_header(text: str) -> None:
    """Whatever is in the file: what gets through is one address on one line."""
    try:
        found = addresses(f"pashouder;e-mail\nP-1;{text}\n")
    except FileRefused:
        return
    for wish in found.values():
        assert wish.email is None or re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", wish.email)
