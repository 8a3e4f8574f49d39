"""Offers on pages: for everybody, at the till, and where an administrator keeps them."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from pasledger.rules.card_entry import MOST_REFUSALS
from tests.merchant_api.test_persons import Visitor, _fast_hashes, another, visitor
from tests.support.service import staff

__all__ = ["_fast_hashes", "visitor"]

NEVER = f"off_{0:032x}"


def proposed(**changed: str) -> dict[str, str]:
    """Return the form of an offer, as an administrator fills it in."""
    first = staff().effective_on
    last = first + timedelta(days=30)
    form = {
        "words_nl": "Gratis ijs",
        "words_en": "Free ice",
        "kind": "percentage",
        "value": "10",
        "first_day": f"{first}",
        "last_day": f"{last}",
        "per_card": "2",
        "stock": "",
    }
    return form | changed


def offers(visitor: Visitor) -> list[tuple[str, str, int | None]]:
    """Return the English words, state and limit of each offer there is."""
    with visitor.street.store.read() as reader:
        return [
            (known.offer.words_en, known.state(staff().effective_on).value, known.offer.per_card)
            for known in reader.offers.all()
        ]


# --- for everybody


def test_everybody_sees_what_is_offered_and_where(visitor: Visitor) -> None:
    """Without signing in, in either language; by village and kind; what is not there is not chosen."""
    street = visitor.street
    street.offer("club", words="Free ice", per_card=3)
    street.offer("café", words="<b>Tea</b>")
    page = visitor.get("/offers").text
    assert all(words in page for words in ("Free ice", "&lt;b&gt;Tea", "school", "For each holder: 3 times"))
    assert "Tea" not in visitor.get("/offers?category=sport").text
    assert "Tea" in visitor.get(f"/offers?category=catering&place={quote('Dronten')}").text
    assert "Free ice" in visitor.get("/offers?place=Nowhere&category=<script>").text
    dutch = visitor.client.get("/offers", headers={"Accept-Language": "nl"})
    assert "Iedereen in de gemeente" in dutch.text
    assert dutch.headers["Content-Language"] == "nl"


def test_a_kind_of_merchant_is_a_word_of_the_language(visitor: Visitor) -> None:
    """In Dutch and in English; a code of the town's own is shown as it is."""
    visitor.street.add_merchant("theatre", "culture")
    for language, word in (("nl", "cultuur"), ("en", "culture")):
        page = visitor.client.get("/offers", headers={"Accept-Language": language}).text
        assert f'<option value="culture">{word}</option>' in page
        assert f"Dronten, {word}</p>" in page
        assert '<option value="catering">catering</option>' in page


def test_a_merchant_of_several_kinds_stands_under_each(visitor: Visitor) -> None:
    """With the words of the reader's language in their order; each kind is there once to choose."""
    visitor.street.add_merchant("theatre", "culture", "school", "toneel")
    for language, words in (("nl", "cultuur, school, toneel"), ("en", "culture, school, toneel")):
        for chosen in ("", "culture", "school", "toneel"):
            page = visitor.client.get(f"/offers?category={chosen}", headers={"Accept-Language": language}).text
            assert f"Dronten, {words}</p>" in page
            assert page.count('<option value="school"') == 1
    assert "theatre" not in visitor.get("/offers?category=sport").text


def test_where_nothing_is_offered_it_says_so(visitor: Visitor) -> None:
    """And the merchants are there all the same."""
    page = visitor.get("/offers").text
    assert "There are no offers now" in page
    assert "club" in page


# --- at the till


def use(visitor: Visitor, offer: str, amount: str = "", card: str = "guest", key: str = "0" * 32) -> str:
    """Use an offer on the till page, and return the page that answers."""
    token = visitor.street.tokens.get(card, card)
    typed = {"key": key, "card": token, "amount": amount, "offer": offer}
    return visitor.post("/payments", **typed).text


def test_an_offer_is_used_on_the_till_page(visitor: Visitor) -> None:
    """Alone or with an amount: the same large yes, a receipt with the words, and a count at the end of the day."""
    visitor.street.add_card("guest")
    offer = visitor.street.offer("club", words="Free ice").id
    assert "Free ice" in visitor.at_the_till().text
    alone = use(visitor, offer)
    assert all(words in alone for words in ("Done", "Free ice", "use_"))
    assert "/undo" not in alone
    assert use(visitor, offer) == alone
    paid = use(visitor, offer, "4,50", card="child", key="1" * 32)
    assert all(words in paid for words in ("Paid", "€ 4,50", "Free ice"))
    [undo] = re.findall(r'href="(/payments/red_\w+/undo)"', paid)
    assert "€ 4,50" in visitor.get(undo).text
    assert "used fewer than 5 times" in visitor.get("/today").text


def test_a_no_is_the_page_of_every_no(visitor: Visitor) -> None:
    """Whatever the reason, and with what was typed and chosen in its place."""
    visitor.street.add_card("guest")
    offer = visitor.street.offer("club", per_card=1).id
    visitor.at_the_till()
    use(visitor, offer)
    tries = [("guest", ""), ("a" * 22, ""), ("guest", "5,00"), ("child", "900,00")]
    pages = [use(visitor, offer, amount, card, key=f"{number:032}") for number, (card, amount) in enumerate(tries, 2)]
    assert all("This payment cannot be made with this card" in page for page in pages)
    assert all(f'value="{offer}" selected' in page for page in pages)
    assert len(tries) < MOST_REFUSALS


@pytest.mark.parametrize("offer", ["off_1", "' OR 1", NEVER.replace("off", "red")])
def test_an_offer_that_is_none_is_mistyped(visitor: Visitor, offer: str) -> None:
    """It is said so, and nothing is paid."""
    visitor.at_the_till()
    assert "Choose an offer of the list" in use(visitor, offer, "1,00", card="child")
    assert "/payments/red_" not in visitor.get("/today").text


def test_without_an_offer_an_amount_is_needed(visitor: Visitor) -> None:
    """Also where there are offers."""
    visitor.street.offer("club")
    visitor.at_the_till()
    assert 'id="error"' in use(visitor, "", "", card="child")


# --- where an administrator keeps them


def test_an_administrator_proposes_an_offer(visitor: Visitor) -> None:
    """It waits for the municipality, who answers for it under another name; and it is stopped as easily."""
    made = visitor.enrol()
    assert "waits for the municipality" in visitor.post("/manage/offers", **proposed()).text
    assert offers(visitor) == [("Free ice", "proposed", 2)]
    with visitor.street.store.read() as reader:
        (known,) = reader.offers.all()
    assert known.proposed_by == made.person
    visitor.post(f"/manage/offers/{known.offer.id}/stop")
    assert offers(visitor) == [("Free ice", "stopped", 2)]


def test_an_offer_can_be_for_some_tills_alone(visitor: Visitor) -> None:
    """Those that are ticked, each once; of none, everywhere. A till that is not there is not taken."""
    visitor.enrol()
    for label in ("kiosk", "canteen"):
        visitor.post("/manage/terminals", label=label)
    assert 'type="checkbox" value="kiosk"' in visitor.get("/manage").text
    assert "(kiosk)" in visitor.post("/manage/offers", **proposed(), branch=["kiosk", "kiosk"]).text
    visitor.post("/manage/offers", **proposed())
    answer = visitor.post("/manage/offers", **proposed(), branch="<nowhere>")
    assert (answer.status_code, "Something is wrong with this offer" in answer.text) == (400, True)
    with visitor.street.store.read() as reader:
        assert sorted(known.offer.branches for known in reader.offers.all()) == [(), ("kiosk",)]


@pytest.mark.parametrize(
    "changed",
    [
        {"words_nl": ""},
        {"words_en": "x" * 121},
        {"kind": "gift"},
        {"value": "101"},
        {"value": ""},
        {"kind": "price", "value": "0,00"},
        {"last_day": "2020-01-01"},
        {"first_day": "2020-01-01", "last_day": "2020-02-01"},
        {"last_day": "31-02-2027"},
        {"last_day": "9999-12-31"},
        {"per_card": "0"},
        {"stock": "many"},
    ],
)
def test_an_offer_that_cannot_be_is_not_taken(visitor: Visitor, changed: dict[str, str]) -> None:
    """It is said what is asked for, and nothing is proposed."""
    visitor.enrol()
    answer = visitor.post("/manage/offers", **proposed(**changed))
    assert (answer.status_code, "Something is wrong with this offer" in answer.text) == (400, True)
    assert offers(visitor) == []


def test_what_is_anothers_cannot_be_stopped(visitor: Visitor) -> None:
    """An offer of another merchant is not there; and who is not signed in proposes and stops nothing."""
    theirs = visitor.street.offer("school").id
    visitor.enrol()
    assert visitor.post(f"/manage/offers/{theirs}/stop").status_code == 404
    assert visitor.post(f"/manage/offers/{NEVER}/stop").status_code == 404
    stranger = another(visitor)
    for address in (f"/manage/offers/{theirs}/stop", "/manage/offers"):
        assert "Access number" in stranger.post(address, **proposed()).text
    assert [state for _, state, _ in offers(visitor)] == ["running"]
