"""The books that benchmarks run on: a scheme, a merchant, and as many holders with a card as are asked for."""

from dataclasses import dataclass
from pathlib import Path

from pasledger.ledger.ids import MerchantId
from pasledger.rules.cards import CardState, TokenHash
from pasledger.store import Store
from pasledger.usecases.crediting import credit
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.registering import add_budgets, add_holders, add_merchants, add_schemes

_SCHEME = b"""[[regeling]]
code = "sport"
geldig_vanaf = 2020-01-01
naam_nl = "Sport"
naam_en = "Sport"
soorten = ["sport"]
geldigheid = "calendar-year"
minste = "0,01"
meeste = "100000,00"
grondslag = "-"
taakveld = "6.3"
iv3 = "3.4.1"
"""


@dataclass(frozen=True)
class BenchTown:
    """Books with what a caller has to know to spend in them."""

    store: Store
    path: Path
    merchant: MerchantId
    credential: str
    tokens: list[str]

    @property
    def cards(self) -> list[TokenHash]:
        """The cards, as a request names them."""
        return [TokenHash.of(token) for token in self.tokens]


def a_bench_town(path: Path, *, holders: int, is_credited: bool = True) -> BenchTown:
    """Return new books with `holders` cards and, where asked for, money on each."""
    stamp = stamp_now("clerk", "approver")
    store = Store.start(str(path), municipality="Bench", at=stamp.recorded_at, by="clerk")
    add_schemes(store, _SCHEME, stamp)
    year = stamp.effective_on.year
    add_budgets(store, f"regeling;jaar;bedrag;besluit\nsport;{year};900000000,00;R-1\n".encode(), stamp)
    line = b"naam;plaats;soort;iban;kvk\nClub;Dronten;sport;NL13TEST0123456789;12345678\n"
    [club] = add_merchants(store, line, stamp)
    listed = "pashouder\n" + "".join(f"P-{number}\n" for number in range(holders))
    carriers = add_holders(store, listed.encode(), stamp, CardState.ACTIVE)
    if is_credited:
        credit(store, award_file(holders), stamp)
    return BenchTown(store, path, club.terminal.merchant, club.secret, [carrier.token for carrier in carriers])


def award_file(holders: int, decision: str = "B") -> bytes:
    """Return an award file with a row for each holder, as a town's system exports it."""
    rows = "".join(f"sport;{decision}-{number};P-{number};150,00\r\n" for number in range(holders))
    return f"regeling;kenmerk;pashouder;bedrag\r\n{rows}".encode("utf-8-sig")
