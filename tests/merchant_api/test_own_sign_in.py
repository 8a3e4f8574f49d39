"""A municipality's own sign-in takes the place of card number and PIN, and nothing else of Mijn pas changes."""

from collections.abc import Iterator, Sequence

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.mycard.signing_in import ByPin, SignIn, let_in
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.registration import CardRequest
from tests.support.service import Street, Till, in_process

HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
ELSEWHERE = "https://inloggen.dronten.example/"


class AtTheTownHall:
    """Lets in who comes back from the sign-in of a town, with what that says of them."""

    def __init__(self, vouched: dict[str, CardNumber]) -> None:
        self.vouched = vouched
        self.wanted = ""

    def routes(self) -> Sequence[Route]:
        """Return where one comes back."""
        return (Route("/mycard/back", self._back, methods=["POST"]),)

    def asks(self, _request: Request, *, to: str) -> Response:
        """Send somebody there."""
        self.wanted = to
        return RedirectResponse(ELSEWHERE, 303)

    async def _back(self, request: Request) -> Response:
        said = (await request.body()).decode()
        number = self.vouched.get(said)
        response = None if number is None else await let_in(request, number, to=self.wanted)
        return response or self.asks(request, to=self.wanted)


@pytest.fixture
def town_hall(street: Street) -> AtTheTownHall:
    """Return a sign-in that knows one holder, whose card has no PIN."""
    return AtTheTownHall({"ticket of the child": street.numbers["child"]})


@pytest.fixture
def till(street: Street, town_hall: SignIn) -> Iterator[Till]:
    """Return a service with that sign-in."""
    street.give_key()
    with in_process(street, sign_in=town_hall) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        yield till


def get(till: Till, address: str = "/mycard") -> httpx2.Response:
    """Ask for a page, and go nowhere else."""
    return till.client.get(address, headers=HERE, follow_redirects=False)


def back(till: Till, said: str) -> httpx2.Response:
    """Come back from the sign-in of the town."""
    return till.client.post("/mycard/back", content=said, headers=HERE, follow_redirects=False)


def test_who_the_town_vouches_for_is_let_in(till: Till) -> None:
    """One is sent there, comes back, and sees the card; a PIN is not asked, and its form is gone."""
    assert get(till).headers["location"] == ELSEWHERE
    assert back(till, "ticket of nobody").headers["location"] == ELSEWHERE
    assert back(till, "ticket of the child").headers["location"] == "/mycard"
    assert "€ 100,00" in get(till).text
    signed_in_by_pin = till.client.post("/mycard/sign-in", data={"card": "", "pin": ""}, headers=HERE)
    assert signed_in_by_pin.status_code == 404
    assert [route.path for route in ByPin().routes()] == ["/mycard/sign-in"]


def test_one_goes_on_where_one_wanted_to_be_and_nowhere_else(till: Till, town_hall: AtTheTownHall) -> None:
    """The page of a payment request that was opened first; never another site."""
    [request] = till.street.ask("club", ("7A-01", "12,50"))
    assert get(till, f"/mycard/requests/{request}").headers["location"] == ELSEWHERE
    assert back(till, "ticket of the child").headers["location"] == f"/mycard/requests/{request}"
    town_hall.wanted = "https://elsewhere.example/"
    assert back(till, "ticket of the child").headers["location"] == "/mycard"


def test_paying_takes_the_pin_all_the_same(till: Till) -> None:
    """Whoever lets in, nobody pays at home without the PIN of the card."""
    [request] = till.street.ask("club", ("7A-01", "12,50"))
    back(till, "ticket of the child")
    typed = {"key": "0" * 32, "amount": "12,50", "pin": "4826"}
    refused = till.client.post(f"/mycard/requests/{request}", data=typed, headers=HERE)
    assert refused.status_code == 400
    assert till.street.payment_request("club").paid == Money(0)


def test_a_session_ends_with_the_card_and_with_a_new_pin(till: Till) -> None:
    """A PIN that is chosen after it, or a card that is replaced, ends it; a replaced card begins none."""
    back(till, "ticket of the child")
    till.street.set_pin("child", "4826")
    assert get(till).headers["location"] == ELSEWHERE
    back(till, "ticket of the child")
    assert get(till).status_code == 200
    till.street.book(CardRequest(till.street.numbers["child"], CardState.REPLACED))
    assert get(till).headers["location"] == ELSEWHERE
    assert back(till, "ticket of the child").headers["location"] == ELSEWHERE
