"""Mijn pas in the languages of holders: Arabic from right to left, with nothing of another language in it, and more."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx2
import pytest
from argon2 import PasswordHasher
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from merchant_api.__main__ import main
from pasledger.rules.cards import CardState
from pasledger.texts import Surface, language_named, needed, say, sentence
from pasledger.usecases import pins
from tests.merchant_api.test_own import PIN, Home
from tests.support.service import Street, in_process

HERE = {"Sec-Fetch-Site": "same-origin"}
_UNSEEN = re.compile(r"<bdi[^>]*>.*?</bdi>|<(?:script|link|meta)[^>]*>", re.DOTALL)
"""Names and figures, which stand apart; and what nobody reads."""
_READ = re.compile(r'>([^<]+)<|(?:aria-label|title|alt|placeholder|data-[a-z]+|content)="([^"]*)"')


@pytest.fixture
def home(street: Street, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Return somebody with a card that has a PIN, whose browser says nothing of a language."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    pins._dummy.cache_clear()
    street.give_key()
    street.set_pin("child", PIN)
    with in_process(street) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        yield Home(till)
    pins._dummy.cache_clear()


def ask(home: Home, address: str, **typed: str) -> str:
    """Ask for a page in the language that was chosen, or send a form."""
    client = home.till.client
    answer = client.post(address, data=typed, headers=HERE) if typed else client.get(address, headers=HERE)
    return answer.text


def every_page(home: Home) -> Iterator[str]:
    """Yield each page of Mijn pas in each of its states."""
    number, card = home.street.numbers["child"].printed, {"card": "91", "code": "A" * 12, "pin": PIN, "again": PIN}
    yield ask(home, "/mycard")
    yield from (ask(home, "/mycard/sign-in", card=card, pin=pin) for card, pin in (("91", PIN), (number, "9999")))
    yield ask(home, "/mycard/sign-in", card=f"{'9' * 16}", pin=PIN)
    yield ask(home, "/mycard/sign-in", card=number, pin="1")
    yield ask(home, "/mycard/pin")
    for wrong in ({}, {"card": number, "code": "A"}, {"card": number, "pin": "1111"}, {"card": number, "again": "1"}):
        yield ask(home, "/mycard/pin", **card | wrong)
    yield ask(home, "/mycard/pin", **card | {"card": number})
    yield ask(home, "/mycard/done")
    home.till.pay("child", "7.00")
    home.till.hold("child", "2.50")
    yield ask(home, "/mycard/sign-in", card=number, pin=PIN)
    yield ask(home, "/mycard/change-pin")
    for before, pin, again in ((PIN, "1111", "1111"), (PIN, "5820", "1"), ("9999", "5820", "5820")):
        yield ask(home, "/mycard/change-pin", before=before, pin=pin, again=again)
    yield ask(home, "/mycard/block")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    yield home.till.client.post("/mycard/block", data={}, headers=elsewhere).text
    yield home.till.client.post("/mycard/block", headers=HERE, follow_redirects=True).text


def foreign_in(page: str) -> list[str]:
    """Return every piece that is read, in letters of Dutch or English."""
    body = re.sub(r'<button[^>]* lang="(?!ar)[^"]*"[^>]*>.*?</button>', "", page)  # other languages say their own names
    found = (one or other for one, other in _READ.findall(_UNSEEN.sub("", body)))
    return [unescape(one).strip() for one in found if re.search(r"[A-Za-z]", unescape(one))]


def test_nothing_in_another_language_is_on_an_arabic_page(home: Home) -> None:
    """But for names and what the choice of a language says; the page says its language and direction."""
    assert "العربية" in ask(home, "/mycard")
    ask(home, "/mycard/own/language/ar")
    pages = list(every_page(home))
    for page in pages:
        assert '<html lang="ar" dir="rtl">' in page, page
        assert foreign_in(page) == []
        assert say("mycard.not-read", "ar") in page
    assert len(pages) > 15
    assert foreign_in(ask(home, "/mycard/own/language/nl")) != []


def test_a_browser_in_arabic_is_answered_so(home: Home) -> None:
    """Where nothing was chosen; the till beside it keeps to Dutch and English, and names the language for holders."""
    arabic = {"Accept-Language": "ar-SY,ar;q=0.9"}
    answer = home.till.client.get("/mycard", headers=arabic)
    assert (answer.headers["content-language"], 'dir="rtl"' in answer.text) == ("ar", True)
    first = home.till.client.get("/", headers=arabic)
    assert (first.headers["content-language"], "العربية" in first.text) == ("nl", True)
    home.till.client.get("/language/ar", headers=HERE)
    assert home.till.client.get("/", headers=HERE).headers["content-language"] == "nl"


def test_names_and_figures_stand_apart_from_the_words_around_them(home: Home) -> None:
    """Amounts, days, card numbers, merchants and schemes, each in an element of its own."""
    ask(home, "/mycard/own/language/ar")
    home.till.pay("child", "7.00")
    home.till.hold("child", "2.50")
    page = ask(home, "/mycard/sign-in", card=home.street.numbers["child"].printed, pin=PIN)
    shown = home.street.overview("child")
    for text in (
        *(
            "€ 7,00",
            "€ 2,50",
            str(shown.left),
            home.street.merchants["club"].name,
            home.street.numbers["child"].printed,
        ),
        *(one.name_nl for one in shown.available),
    ):
        assert re.search(rf"<bdi[^>]*>{re.escape(text)}[^<]*</bdi>", page), text
    outside = re.sub(r"<bdi[^>]*>.*?</bdi>|<[^>]*>", "", page)
    assert not re.search(r"€|\d{2}-\d{2}-\d{4}|\d{4} \d{4}", outside)


def test_a_language_is_a_file(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue that is put into a folder is a language that holders can choose, and no one else."""
    catalogue = Catalog(charset="utf-8")
    for code in needed(Surface.HOLDERS):
        catalogue.add(code, f"⟪{sentence(code, 'nl')}⟫")
    path = tmp_path / "vo.po"
    with path.open("wb") as file:
        write_po(file, catalogue)
    header = '"X-Name: Volapük\\n"\n"X-Whole-For: holders\\n"\n'
    path.write_text(
        path.read_text(encoding="utf-8").replace('"Content-Type', f'{header}"Content-Type', 1), encoding="utf-8"
    )
    assert "Volapük" not in ask(home, "/mycard")
    monkeypatch.setenv("PASLEDGER_TEXTS", str(tmp_path))
    assert "Volapük" in ask(home, "/mycard")
    page = ask(home, "/mycard/own/language/vo")
    assert ('<html lang="vo" dir="ltr">' in page, f"⟪{say('mycard.sign-in.what', 'nl')}⟫" in page) == (True, True)
    assert language_named("vo").name == "Volapük"
    assert '<html lang="nl" dir="ltr">' in ask(home, "/offers")
    monkeypatch.delenv("PASLEDGER_TEXTS")
    assert '<html lang="nl" dir="ltr">' in ask(home, "/mycard")


def test_a_service_does_not_start_with_a_language_that_is_not_whole(
    street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the file and what is missing there, before anybody opens a page."""
    header = 'msgid ""\nmsgstr ""\n"X-Name: Volapük\\n"\n"X-Whole-For: holders\\n"\n'
    (tmp_path / "vo.po").write_text(header, encoding="utf-8")
    for name, value in (("BOOKS", street.books), ("TEXTS", str(tmp_path))):
        monkeypatch.setenv(f"PASLEDGER_{name}", value)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert main() == 2
    said = capsys.readouterr().err
    assert ("vo.po" in said, "mycard.own" in said, "not whole" in said) == (True, True, True)


def test_a_card_that_is_blocked_stays_readable(home: Home) -> None:
    """In Arabic too."""
    ask(home, "/mycard/own/language/ar")
    ask(home, "/mycard/sign-in", card=home.street.numbers["child"].printed, pin=PIN)
    home.till.client.post("/mycard/block", headers=HERE)
    with home.street.store.read() as reader:
        [card] = reader.cards_of(home.street.numbers["child"])
    assert card.state is CardState.BLOCKED
    assert say("mycard.own.blocked", "ar") in ask(home, "/mycard")
