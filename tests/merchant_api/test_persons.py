"""Persons at the pages of the service: who is there, what only an administrator may do, and that it is kept by whom."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from argon2 import PasswordHasher

from merchant_api.sessions import COOKIES
from pasledger.ledger.ids import PersonId
from pasledger.rules.credentials import RenewalRequest
from pasledger.rules.one_time import SECONDS, one_time_code, second_factor
from pasledger.rules.records import PersonRole
from pasledger.store import KnownPerson
from pasledger.usecases import persons, pins, terminals
from tests.support.service import Street, Till, in_process, staff

PASSWORD, PIN = "a sentence of the treasurer", "4826"
HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
SIGN_IN = "Access number"


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Verify with little work: what is seen is the same."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    pins._dummy.cache_clear()
    yield
    pins._dummy.cache_clear()


@dataclass
class Visitor:
    """Somebody with a browser, which keeps cookies."""

    client: httpx2.Client
    street: Street
    step: int = 0

    def post(self, address: str, **typed: str | list[str]) -> httpx2.Response:
        """Send a form, as the page would."""
        return self.client.post(address, data=typed, headers=HERE)

    def get(self, address: str) -> httpx2.Response:
        """Look at a page."""
        return self.client.get(address, headers=HERE)

    def known(self, called: str) -> KnownPerson:
        """Return a person as the books have it."""
        with self.street.store.read() as reader:
            found = reader.person(called)
        assert found is not None
        return found

    def code(self, called: str) -> str:
        """Return a code that was not used yet, as the app of the person shows it."""
        assert self.street.key is not None
        now = int(datetime.now(UTC).timestamp()) // SECONDS
        self.step = max(now - 1, self.step + 1)
        return one_time_code(second_factor(self.street.key, self.known(called).secret), self.step)

    def enrol(self, at: str = "club") -> persons.Started:
        """Add an administrator, who chooses a password and is signed in then."""
        merchant = self.street.merchants[at].id
        made = persons.add_person(self.street.store, merchant, f"Beheer {at}", PersonRole.ADMINISTRATOR, staff())
        assert "Choose your password" in self.post("/manage/sign-in", number=made.number, secret=made.code).text
        self.step = 0
        typed = {"secret": PASSWORD, "again": PASSWORD, "code": self.code(made.number)}
        assert "Tills and persons" in self.post("/own-secret", **typed).text
        return made

    def at_the_till(self, at: str = "club") -> httpx2.Response:
        """Enrol this browser as the terminal of a merchant."""
        return self.post("/sign-in", credential=self.street.credentials[at])

    def add_cashier(self, name: str = "Bar") -> tuple[str, str]:
        """Add a cashier on the page, and return its id and the start code that is shown."""
        [code] = re.findall(r"<dd>([A-Z0-9]{12})</dd>", self.post("/manage/persons", name=name, role="cashier").text)
        page = self.get("/manage").text
        [cashier] = re.findall(rf'/manage/persons/(per_\w+)/end"><button class="second">Yes, {name}', page)
        return cashier, code

    def sign_in_cashier(self, name: str = "Bar") -> str:
        """Add a cashier, who chooses a PIN at the till of the club, and return its id."""
        cashier, code = self.add_cashier(name)
        self.at_the_till()
        self.post("/who", person=cashier, secret=code)
        assert "Amount" in self.post("/own-secret", secret=PIN, again=PIN).text
        return cashier

    def pay(self) -> httpx2.Response:
        """Pay five euros at the till page."""
        return self.post("/payments", key="0" * 32, card=self.street.tokens["child"], amount="5,00")

    def counted(self) -> tuple[int, int]:
        """Return how many persons and credentials there are."""
        with self.street.store.read() as reader:
            return len(list(reader.persons())), len(list(reader.credentials()))


@pytest.fixture
def visitor(street: Street) -> Iterator[Visitor]:
    """Return somebody in front of a service whose books have a key."""
    street.give_key()
    with in_process(street) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        yield Visitor(till.client, street)
        till.verify_books()


def another(visitor: Visitor) -> Visitor:
    """Return somebody else, whose browser has no cookies yet."""
    visitor.client.cookies.clear()
    return visitor


def test_an_administrator_starts_with_a_code_and_goes_on_with_two_factors(visitor: Visitor) -> None:
    """The start code opens the choice of a password, once; after that it takes the password and a code."""
    made = visitor.enrol()
    another(visitor)
    assert visitor.post("/manage/sign-in", number=made.number, secret=made.code).status_code == 401
    assert visitor.post("/manage/sign-in", number=made.number, secret=PASSWORD).status_code == 401
    code = visitor.code(made.number)
    grouped = {"number": f"{made.number[:4]} {made.number[4:]}", "code": f"{code[:3]} {code[3:]}"}
    assert "Tills and persons" in visitor.post("/manage/sign-in", secret=PASSWORD, **grouped).text


def test_a_code_that_was_used_lets_nobody_in(visitor: Visitor) -> None:
    """Whoever looked over a shoulder is too late, though the password is right."""
    made = visitor.enrol()
    typed = {"number": made.number, "secret": PASSWORD, "code": visitor.code(made.number)}
    assert "Tills and persons" in another(visitor).post("/manage/sign-in", **typed).text
    assert another(visitor).post("/manage/sign-in", **typed).status_code == 401


def test_a_new_start_code_is_a_new_second_factor(visitor: Visitor) -> None:
    """After a telephone was lost, neither the password nor the app is of use."""
    made = visitor.enrol()
    code = visitor.code(made.number)
    persons.renew_person(visitor.street.store, visitor.known(made.number).person, staff())
    assert visitor.code(made.number) != code
    for right in (code, visitor.code(made.number)):
        typed = {"number": made.number, "secret": PASSWORD, "code": right}
        assert another(visitor).post("/manage/sign-in", **typed).status_code == 401


def test_one_answer_for_whatever_is_wrong(visitor: Visitor) -> None:
    """A number that nobody has, that of a cashier, a wrong password, a wrong code: the same page to the byte."""
    made = visitor.enrol()
    cashier, _ = visitor.add_cashier()
    code = visitor.code(made.number)
    tried = (
        {"number": "00000000", "secret": PASSWORD, "code": code},
        {"number": visitor.known(cashier).person.number, "secret": PASSWORD, "code": code},
        {"number": made.number, "secret": "wrong", "code": code},
        {"number": made.number, "secret": PASSWORD, "code": "é"},
    )
    answers = [another(visitor).post("/manage/sign-in", **typed) for typed in tried]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    ("address", "typed", "shows"),
    [
        ("/manage", {}, SIGN_IN),
        ("/manage/terminals", {"label": "kassa 9"}, SIGN_IN),
        ("/manage/persons", {"name": "Niemand", "role": "cashier"}, SIGN_IN),
        ("/own-secret", {"secret": PIN, "again": PIN}, "Pas van Dronten"),
    ],
)
def test_who_is_not_signed_in_changes_nothing(
    visitor: Visitor, address: str, typed: dict[str, str], shows: str
) -> None:
    """Neither a stranger nor a terminal: each sees where one signs in, or the first page."""
    before = visitor.counted()
    for _ in range(2):
        answer = visitor.post(address, **typed) if typed else visitor.get(address)
        assert shows in answer.text
        visitor.at_the_till()
    assert visitor.counted() == before


def test_an_administrator_adds_and_revokes_a_terminal(visitor: Visitor) -> None:
    """Its credential is shown once and works at the API until it is revoked; who did both is in the books, by id."""
    made = visitor.enrol()
    [credential] = re.findall(r"kassa_[0-9a-f]+_[\w-]+", visitor.post("/manage/terminals", label="terras").text)
    page = visitor.get("/manage").text
    assert "terras" in page
    assert credential not in page
    assert visitor.client.get("/v1/redemptions", headers={"Authorization": f"Bearer {credential}"}).status_code == 200
    with visitor.street.store.read() as reader:
        [terminal] = [one.terminal for one in reader.credentials() if one.terminal.label == "terras"]
    visitor.post(f"/manage/terminals/{terminal.id}/revoke")
    assert "terras" not in visitor.get("/manage").text
    with visitor.street.store.read() as reader:
        assert [one.revoked_at is None for one in reader.credentials() if one.terminal == terminal] == [False]
        for question in (
            "SELECT prepared_by FROM terminal WHERE label = 'terras'",
            "SELECT prepared_by FROM terminal_revocation",
        ):
            assert reader._connection.exec_driver_sql(question).scalar_one() == made.person


def test_a_credential_that_is_taken_over_says_until_when(visitor: Visitor) -> None:
    """Of two credentials of one terminal the older has its last day; after it, it is not there any more."""
    visitor.enrol()
    street, today = visitor.street, staff().effective_on
    with street.store.read() as reader:
        [terminal] = [
            one.terminal for one in reader.credentials() if one.terminal.merchant == street.merchants["club"].id
        ]
    _, newer = terminals.renew(street.store, terminal.id, last_day=today, stamp=staff())
    shown = visitor.get("/manage").text
    assert (terminal.credential_prefix in shown, newer.prefix in shown) == (True, True)
    assert f"Accepted until and including {today:%d-%m-%Y}" in shown
    assert shown.count("Yes, revoke") == 1

    street.book(RenewalRequest(replace(newer, prefix="kassa_newest", hash="another", others_end_before=today)))
    shown = visitor.get("/manage").text
    assert (terminal.credential_prefix in shown, newer.prefix in shown, "kassa_newest" in shown) == (False, False, True)


def test_what_is_anothers_is_not_there(visitor: Visitor) -> None:
    """Terminals and persons of another merchant are not seen, revoked, renewed or ended: 404, and nothing changes."""
    school = visitor.enrol("school")
    with visitor.street.store.read() as reader:
        by_merchant = {one.terminal.merchant: one.terminal.id for one in reader.credentials()}
    visitor.enrol("club")
    assert "school" not in visitor.get("/manage").text
    before = visitor.counted()
    for address in (
        f"/manage/terminals/{by_merchant[visitor.street.merchants['school'].id]}/revoke",
        f"/manage/persons/{school.person}/renew",
        f"/manage/persons/{school.person}/end",
        f"/manage/persons/{PersonId.of(1)}/end",
    ):
        assert visitor.post(address).status_code == 404
    assert visitor.counted() == before
    assert visitor.known(school.number).secret.sequence == 2


def test_a_till_asks_who_is_there_once_there_are_cashiers(visitor: Visitor) -> None:
    """Before that the terminal is enough. The PIN is chosen with the start code, and who paid is in the books."""
    visitor.enrol()
    assert "Amount" in visitor.at_the_till().text
    cashier, code = visitor.add_cashier()
    assert "Who are you?" in visitor.get("/").text
    assert "Who are you?" in visitor.pay().text
    assert visitor.post("/who", person=cashier, secret="wrong").status_code == 401
    assert "Choose your own PIN" in visitor.post("/who", person=cashier, secret=code).text
    assert "Choose your own PIN" in visitor.pay().text
    assert "Amount" in visitor.post("/own-secret", secret=PIN, again=PIN).text
    assert "Paid" in visitor.pay().text
    with visitor.street.store.read() as reader:
        [entry] = [one.entry for one in reader.events() if one.entry and one.entry.kind == "redeemed"]
    assert entry.stamp.prepared_by == cashier
    visitor.post("/sign-out")
    visitor.at_the_till()
    assert "Who are you?" in visitor.get("/").text
    assert "Amount" in visitor.post("/who", person=cashier, secret=PIN).text


def test_who_took_and_gave_back_is_shown_to_nobody(visitor: Visitor) -> None:
    """Neither the receipt, the list of today, the API nor the statement has name, number or id of the cashier."""
    visitor.enrol()
    cashier = visitor.sign_in_cashier("Wilma achter de bar")
    receipt = visitor.pay()
    undone = visitor.post(f"{receipt.url.path}/undo", key="1" * 32)
    with visitor.street.store.read() as reader:
        entries = [one.entry for one in reader.events() if one.entry]
    assert [one.kind for one in entries if one.stamp.prepared_by == cashier] == ["redeemed", "refunded"]
    today = staff().effective_on
    till = Till(visitor.client, visitor.street)
    seen = [
        *(receipt, undone, visitor.get("/today")),
        *(till.get(f"/v1/{one}") for one in ("redemptions", "refunds")),
        till.get(f"/v1/statements?from={today}&until={today + timedelta(days=1)}"),
    ]
    for answer in seen:
        assert answer.status_code == 200
        for secret in ("Wilma", visitor.known(cashier).person.number, cashier):
            assert secret not in answer.text


def test_a_cashier_of_another_merchant_is_nobody_here(visitor: Visitor) -> None:
    """What lets somebody in at the club is nothing at the school: neither the cookie nor the id with the right PIN."""
    visitor.enrol("school")
    theirs, _ = visitor.add_cashier("Conciërge")
    visitor.enrol("club")
    cashier = visitor.sign_in_cashier()
    assert "Amount" in visitor.get("/").text
    page = visitor.at_the_till("school").text
    assert "Who are you?" in page
    assert (theirs in page, cashier in page) == (True, False)
    assert visitor.post("/who", person=cashier, secret=PIN).status_code == 401


@pytest.mark.parametrize("how", ["renew", "end"])
def test_a_session_ends_with_what_it_began_with(visitor: Visitor, how: str) -> None:
    """A new start code, or the end of the person, shuts every browser at once."""
    made = visitor.enrol()
    visitor.add_cashier("Invaller")
    cashier = visitor.sign_in_cashier()
    assert "Amount" in visitor.get("/").text
    visitor.post(f"/manage/persons/{cashier}/{how}")
    assert "Who are you?" in visitor.get("/").text
    store = visitor.street.store
    if how == "renew":
        persons.renew_person(store, visitor.known(made.number).person, staff())
    else:
        persons.end_person(store, made.person, staff())
    assert SIGN_IN in visitor.get("/manage").text


def test_a_session_cannot_be_made_up_or_kept(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another person, a later end, no signature, nonsense: each is nobody; and so is the right one when it is over."""
    visitor.enrol()
    name = COOKIES[PersonRole.ADMINISTRATOR]
    good = visitor.client.cookies[name]
    person, sequence, until, signature = good.split(".")
    visitor.client.cookies.clear()

    def shown(cookie: str) -> str:
        return str(visitor.client.get("/manage", headers=HERE | {"Cookie": f"{name}={cookie}"}).text)

    for forged in (
        f"{PersonId.of(7)}.{sequence}.{until}.{signature}",
        f"{person}.{sequence}.{int(until) + 1}.{signature}",
        f"{person}.{sequence}.{until}",
        *("", ".", "....", "1.2.3.4", "%C3%A9.1.2.3"),
    ):
        assert SIGN_IN in shown(forged)
    assert "Sign out" in shown(good)
    monkeypatch.setattr("merchant_api.sessions.time.time", lambda: int(until) + 1)
    assert SIGN_IN in shown(good)


@pytest.mark.parametrize(
    ("secret", "again", "words"),
    [("1234", "1234", "not in a row"), ("12", "12", "not in a row"), ("4826", "4827", "not the same")],
)
def test_a_pin_that_is_unfit_is_not_taken(visitor: Visitor, secret: str, again: str, words: str) -> None:
    """The page says what is wrong, and the start code goes on to work."""
    visitor.enrol()
    cashier, code = visitor.add_cashier()
    visitor.at_the_till()
    visitor.post("/who", person=cashier, secret=code)
    answer = visitor.post("/own-secret", secret=secret, again=again)
    assert (answer.status_code, words in answer.text) == (400, True)
    assert visitor.known(cashier).secret.is_start


@pytest.mark.parametrize("secret", ["too short", "aaaaaaaaaaaaaaaa", "ab" * 65])
def test_a_password_that_is_unfit_is_not_taken(secret: str) -> None:
    """Too short, of too few signs, or longer than anybody types."""
    assert not persons.is_fit(PersonRole.ADMINISTRATOR, secret)
    assert persons.is_fit(PersonRole.ADMINISTRATOR, PASSWORD)


@pytest.mark.parametrize("name", ["", "x" * 61, "a\tb"])
def test_a_name_that_is_none_is_not_taken(visitor: Visitor, name: str) -> None:
    """Neither for a terminal nor for a person: 400, and nothing is added."""
    visitor.enrol()
    before = visitor.counted()
    assert visitor.post("/manage/terminals", label=name).status_code == 400
    assert visitor.post("/manage/persons", name=name, role="cashier").status_code == 400
    assert visitor.post("/manage/persons", name="Bar", role="king").status_code == 400
    assert visitor.counted() == before


def test_two_persons_of_one_name_are_not_taken(visitor: Visitor) -> None:
    """The page says so."""
    visitor.enrol()
    visitor.add_cashier("Bar")
    answer = visitor.post("/manage/persons", name="bar", role="cashier")
    assert (answer.status_code, "There is a person of this name already" in answer.text) == (400, True)


def test_another_site_posts_nothing(visitor: Visitor) -> None:
    """Also with the cookies of somebody who is signed in."""
    visitor.enrol()
    before = visitor.counted()
    crossing = HERE | {"Sec-Fetch-Site": "cross-site"}
    for address in ("/manage/terminals", "/manage/persons", "/who", "/own-secret", "/manage/sign-in"):
        assert visitor.client.post(address, data={"label": "x"}, headers=crossing).status_code == 401
    assert visitor.counted() == before


def test_ten_wrong_tries_lock_and_a_start_code_helps(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit the right password is not looked at, and the answer is the same."""
    made = visitor.enrol()
    moment = staff()
    monkeypatch.setattr("merchant_api.writer.stamp_now", lambda actor: replace(moment, prepared_by=actor))
    another(visitor)
    for _ in range(10):
        moment = replace(moment, recorded_at=moment.recorded_at + timedelta(hours=5))
        visitor.post("/manage/sign-in", number=made.number, secret="wrong", code="000000")
    moment = replace(moment, recorded_at=moment.recorded_at + timedelta(days=30))
    typed = {"number": made.number, "secret": PASSWORD, "code": visitor.code(made.number)}
    assert visitor.post("/manage/sign-in", **typed).status_code == 401
    anew = persons.renew_person(visitor.street.store, visitor.known(made.number).person, moment)
    assert "Choose your password" in visitor.post("/manage/sign-in", number=anew.number, secret=anew.code).text
