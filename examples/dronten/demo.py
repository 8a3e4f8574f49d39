"""The Pas van Dronten from council budget to bank statement, in one run: `make demo`.

Starts books, loads the sample town, credits the award files and a gift to everybody, runs the merchant service as a
process of its own, lets people pay and use an offer over HTTP, pays the merchants, reads what the bank says, proves the
cover, and verifies the books. Everything that it makes is in the folder `demo/`.
"""

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
DEMO = Path("demo")
TOWN = DEMO / "town"
BOOKS = DEMO / "dronten.db"
CREDENTIALS = DEMO / "credentials.csv"
CARRIERS = DEMO / "carriers.csv"
PAYMENTS = DEMO / "payments"
STATEMENT = DEMO / "statement.xml"
CHECKED = DEMO / "checked.csv"
COVER = DEMO / "cover.html"
ADMINISTRATOR, CLERK, APPROVER = "demo-administrator", "demo-clerk", "demo-approver"
TREASURER = "demo-treasurer"
KEYS = DEMO / "keys.txt"
TOWN_KEY = DEMO / "town.key"
FOUR_EYES = ("--approved-by", APPROVER)
LEISURE, CARERS, SCHOOL = "toegankelijkheidsbijdrage", "mantelzorgcompliment", "ouderbijdrage"
GIFT = "feestweek"
CLUB, PRIMARY_SCHOOL, CAFE = "Voetbalclub Dronten-Oost", "Basisschool De Klipper", "Café Het Bankje"
ICE = "IJssalon Dronten-Oost"
OFFER = ("--nl", "Een gratis bolletje ijs", "--en", "A free scoop of ice cream", "--per-card", "1", "--stock", "500")

CREATED, REFUSED = 201, 402
PASLEDGER = Path(sys.executable).with_name("pasledger")

console = Console(width=110, highlight=False)


@dataclass(frozen=True)
class Answer:
    """What a merchant was told: the status and the body, to the byte."""

    status: int
    body: bytes

    @property
    def words(self) -> str:
        """The answer as a person reads it."""
        return "[green]yes[/]" if self.status == CREATED else f"[red]no[/]: {json.loads(self.body)['title']}"

    @property
    def id(self) -> str:
        """The id of what was booked."""
        return str(json.loads(self.body)["id"])


@dataclass(frozen=True)
class Person:
    """A resident of the sample town, with a card."""

    reference: str
    number: str
    token: str


@dataclass(frozen=True)
class Told:
    """One thing that happened at a counter, what the merchant was told, and what only the books know."""

    what: str
    where: str
    amount: str
    answer: Answer
    known: str


def main() -> None:
    """Run the demo and leave its files."""
    started = time.monotonic()
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    load_the_town()
    people = some_people()
    pasledger("cards", "block", people["blocked"].number)
    with the_service() as till:
        told = at_the_counters(till, people)
    show(told)
    pay_the_merchants()
    read_what_the_bank_says()
    console.rule("[bold]Can the books be trusted?")
    pasledger("verify", is_shown=True)
    pasledger("trial-balance", is_shown=True)
    show_the_files(time.monotonic() - started)


# --- the town hall


def load_the_town() -> None:
    """Start books and fill them from the files that a municipality would have."""
    console.rule("[bold]The town hall fills the books")
    subprocess.run([sys.executable, HERE / "make_town.py", TOWN], check=True, stdout=subprocess.DEVNULL)
    pasledger("start", "--municipality", "Gemeente Dronten (sample)", "--as", ADMINISTRATOR)
    pasledger("keys", "create", TOWN_KEY, "--as", ADMINISTRATOR)
    pasledger("actors", "add", CLERK, "--role", "clerk", "--as", ADMINISTRATOR)
    pasledger("actors", "add", APPROVER, "--role", "approver", "--as", ADMINISTRATOR)
    pasledger("actors", "add", TREASURER, "--role", "treasurer", "--as", ADMINISTRATOR)
    step("4 schemes", "schemes", "add", TOWN / "regelingen.toml", *FOUR_EYES)
    step("budgets", "budgets", "add", TOWN / "budgetten.csv", *FOUR_EYES)
    step("75 merchants", "merchants", "add", TOWN / "aanbieders.csv", "--credentials", CREDENTIALS, *FOUR_EYES)
    step(
        "40,500 residents, each with a card",
        *("holders", "add", TOWN / "pashouders.csv", "--carriers", CARRIERS, "--activate"),
    )
    for scheme in (LEISURE, CARERS, SCHOOL):
        step(f"awards: {scheme}", "award", TOWN / f"toekenningen-{scheme}.csv", *FOUR_EYES)
    step("a gift of € 5 to all 40,500", "award", TOWN / f"toekenningen-{GIFT}.csv", *FOUR_EYES)
    step("an offer to everybody, of a merchant", "offers", "propose", ICE, *OFFER, "--until", the_last_day())
    pasledger("offers", "approve", the_offer(), "--as", APPROVER)


def step(says: str, *arguments: str | Path) -> None:
    """Run one command of the town hall and say how long it took."""
    before = time.monotonic()
    pasledger(*arguments)
    console.print(f"  {says:<40} {time.monotonic() - before:6.1f} s")


def the_last_day() -> str:
    """Return the last day of the year."""
    return f"{today().year}-12-31"


def the_offer() -> str:
    """Return the id of the only offer of the demo."""
    listed = subprocess.run([PASLEDGER, "offers", "list", "--json"], env=environment(), capture_output=True, check=True)
    [offer] = json.loads(listed.stdout)["offers"]
    return str(offer["offer"])


def pasledger(*arguments: str | Path, is_shown: bool = False) -> None:
    """Run the command line on the books of the demo, as a clerk would."""
    command = [str(PASLEDGER), *map(str, arguments)]
    done = subprocess.run(command, env=environment(), stdout=None if is_shown else subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(f"demo: `pasledger {' '.join(map(str, arguments))}` ended with {done.returncode}")


def environment(**more: str) -> dict[str, str]:
    """Return the environment that names the books and who acts."""
    named = {"PASLEDGER_BOOKS": str(BOOKS), "PASLEDGER_AS": CLERK, "PASLEDGER_CREDENTIAL_FILE": str(KEYS)}
    key = {"PASLEDGER_KEY": str(TOWN_KEY)} if TOWN_KEY.exists() else {}
    return os.environ | named | key | {"PASLEDGER_LANGUAGE": "en"} | more


def some_people() -> dict[str, Person]:
    """Pick a parent's child, a carer, and others, by what the award files give them beside the gift to all."""
    awarded: dict[str, set[str]] = {}
    for scheme in (LEISURE, CARERS, SCHOOL):
        for row in rows_of(TOWN / f"toekenningen-{scheme}.csv"):
            awarded.setdefault(row["pashouder"], set()).add(row["regeling"])
    cards = {row["pashouder"]: Person(row["pashouder"], row["pasnummer"], row["pascode"]) for row in rows_of(CARRIERS)}
    with_leisure_only = [cards[holder] for holder, schemes in awarded.items() if schemes == {LEISURE}]
    return {
        "child": next(cards[holder] for holder, schemes in awarded.items() if schemes == {LEISURE, SCHOOL}),
        "carer": next(cards[holder] for holder, schemes in awarded.items() if schemes == {CARERS}),
        "neighbour": with_leisure_only[0],
        "blocked": with_leisure_only[1],
        "anybody": next(card for holder, card in cards.items() if holder not in awarded),
    }


def rows_of(file: Path) -> list[dict[str, str]]:
    """Return the rows of a file that a town system made."""
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


# --- the counters


class Till:
    """What a merchant's till does: it sends a card and an amount, and hears yes or no."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._secrets = {row["aanbieder"]: row["toegangscode"] for row in rows_of(CREDENTIALS)}

    def pay(self, merchant: str, person: Person, amount: str, *, key: str) -> Answer:
        """Take a payment."""
        return self._post(merchant, "redemptions", {"card": {"token": person.token}, "amount": euros(amount)}, key)

    def give(self, merchant: str, person: Person, offer: str, *, key: str) -> Answer:
        """Let somebody use an offer."""
        return self._post(merchant, "offer-uses", {"card": {"token": person.token}, "offer": offer}, key)

    def refund(self, merchant: str, redemption: str, amount: str, *, key: str) -> Answer:
        """Give back."""
        return self._post(merchant, f"redemptions/{redemption}/refunds", {"amount": euros(amount)}, key)

    def _post(self, merchant: str, path: str, body: dict[str, object], key: str) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - our own address on the loopback interface
            f"{self.address}/v1/{path}",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._secrets[merchant]}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
                "Accept-Language": "en",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - as above
                return Answer(response.status, response.read())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, refused.read())


def euros(amount: str) -> dict[str, str]:
    """Write an amount as the API takes it."""
    return {"currency": "EUR", "value": amount}


@contextmanager
def the_service() -> Iterator[Till]:
    """Run the merchant service on a free port of the loopback interface, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "merchant_api"]
    service = subprocess.Popen(command, env=environment(MERCHANT_API_PORT=str(port)))
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(address, service)
        yield Till(address)
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=60)


def wait_until_ready(address: str, service: subprocess.Popen[bytes]) -> None:
    """Wait until the service takes payments."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/v1/readiness", timeout=5).close()  # noqa: S310 - loopback
        except OSError:
            if service.poll() is not None:
                sys.exit("demo: the service did not start")
            time.sleep(0.05)
        else:
            return
    sys.exit("demo: the service did not become ready")


def at_the_counters(till: Till, people: dict[str, Person]) -> list[Told]:
    """Let people pay, be refused and get back."""
    child, carer = people["child"], people["carer"]
    told: list[Told] = []

    def counter(what: str, where: str, amount: str, answer: Answer, known: str) -> Answer:
        told.append(Told(what, where, amount, answer, known))
        return answer

    def pay(what: str, where: str, person: Person, amount: str, known: str) -> Answer:
        key = f"demo-{len(told) + 1}"
        return counter(what, where, amount, till.pay(where, person, amount, key=key), known)

    club = pay("A parent pays the club's fee", CLUB, child, "185.00", "leisure entitlement")
    pay("The parent pays the school", PRIMARY_SCHOOL, child, "45.00", "the gift, then school's")
    pay("A carer has lunch in town", CAFE, carer, "12.50", "carers' entitlement")
    pay("Anybody spends the gift to all", CAFE, people["anybody"], "4.50", "what everybody got")
    ice = till.give(ICE, people["anybody"], the_offer(), key="demo-offer")
    counter("Anybody has a free ice", ICE, "", ice, "an offer: no money at all")
    refusals = [
        pay("Somebody wants too much", CLUB, child, "2500.00", "not enough left"),
        pay("Sports money in a café", CAFE, people["neighbour"], "14.00", "cannot be spent here"),
        pay("A lost card, blocked before", CLUB, people["blocked"], "10.00", "card blocked"),
    ]
    back = till.refund(CLUB, club.id, "60.00", key="demo-refund")
    counter("The club gives a part back", CLUB, "60.00", back, "to what paid it")
    again = till.pay(CLUB, child, "185.00", key="demo-1")
    counter("The club's till asks again", CLUB, "185.00", again, "same key: booked once")
    if len(set(refusals)) > 1 or again != club:
        sys.exit("demo: a merchant was told more than yes or no")
    if [one.answer.status for one in told] != [CREATED] * 5 + [REFUSED] * 3 + [CREATED] * 2:
        sys.exit("demo: somebody who should have been paid was not, or the other way round")
    return told


def show(told: list[Told]) -> None:
    """Print what happened."""
    console.rule("[bold]At the counters")
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("what")
    table.add_column("where")
    table.add_column("€", justify="right")
    table.add_column("the merchant hears")
    table.add_column("only the books know", style="dim")
    for one in told:
        table.add_row(one.what, one.where, one.amount, one.answer.words, one.known)
    console.print(table)
    console.print("  The three refusals were the same answer to the merchant, byte for byte.\n")


# --- the treasurer and the bank


def pay_the_merchants() -> None:
    """Check the accounts, and pay what is owed: one person prepares the run, another lets it go."""
    console.rule("[bold]The treasurer pays the merchants")
    check_the_accounts()
    pasledger("payouts", "configure", HERE / "betalen.toml", *FOUR_EYES, "--as", TREASURER)
    pasledger("payouts", "prepare", "--on", today().isoformat(), "--as", TREASURER, is_shown=True)
    pasledger("payouts", "release", run(), "--as", APPROVER)
    pasledger("payouts", "write", run(), PAYMENTS, "--as", TREASURER, is_shown=True)


def check_the_accounts() -> None:
    """Write down that each merchant was called back, and let two people say so."""
    with CHECKED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("aanbieder", "iban", "rekeninghouder", "datum", "wijze", "uitkomst", "door"))
        for merchant in rows_of(TOWN / "aanbieders.csv"):
            name = merchant["naam"]
            writer.writerow((name, merchant["iban"], name, today().isoformat(), "call-back", "match", CLERK))
    pasledger("merchants", "check", CHECKED, *FOUR_EYES)


def read_what_the_bank_says() -> None:
    """Let the bank of the sample pay the file, read its statement, and hold the books against it."""
    console.rule("[bold]The bank pays, and one payment comes back")
    budgets = sum(Decimal(row["bedrag"].replace(".", "").replace(",", ".")) for row in rows_of(TOWN / "budgetten.csv"))
    file = PAYMENTS / f"betaalbatch-{run()}-1.xml"
    subprocess.run([sys.executable, HERE / "bank.py", file, STATEMENT, "--moved-in", str(budgets)], check=True)
    pasledger("bank", "read", STATEMENT, "--as", TREASURER, is_shown=True)
    moved_in = f"{today().year}-001/1"
    pasledger("bank", "settle", moved_in, "--is", "budget-in", *FOUR_EYES, "--as", TREASURER, is_shown=True)
    pasledger("payouts", "show", run(), is_shown=True)
    console.rule("[bold]Is what was promised there?")
    pasledger("cover", "--page", COVER, is_shown=True)


def run() -> str:
    """Return the number of the only payout run of the demo."""
    return f"{today().year}-0001"


def today() -> date:
    """Return the day in the Netherlands, as the books count it."""
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


def show_the_files(seconds: float) -> None:
    """Say where everything is and how to look around."""
    console.rule("[bold]Look around")
    console.print(f"  the books          {BOOKS}")
    console.print(f"  the town's files   {TOWN}/")
    console.print(f"  terminals, cards   {CREDENTIALS}, {CARRIERS}")
    console.print(f"  for the bank       {PAYMENTS}/, with the merchants' specifications; and from it: {STATEMENT}")
    console.print(f"  the proof of cover {COVER}")
    console.print(f"  who may do what    {KEYS}: {ADMINISTRATOR}, {CLERK}, {APPROVER}, {TREASURER}")
    console.print(f"  this took          {seconds:.0f} s\n")
    console.print("  Keep the service running with:\n")
    console.print(f"    .venv/bin/pasledger serve --books {BOOKS}\n", style="bold")


if __name__ == "__main__":
    main()
