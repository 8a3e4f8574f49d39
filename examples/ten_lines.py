"""Credit a card and redeem it, with the library alone, in books that are thrown away."""

from tempfile import TemporaryDirectory

import pasledger as pl

SCHEME = """[[regeling]]
code = "sport"
geldig_vanaf = 2026-01-01
naam_nl = "Sport in de buurt"
naam_en = "Sport nearby"
soorten = ["sport"]
geldigheid = "calendar-year"
minste = "10,00"
meeste = "350,00"
grondslag = "Gemeentewet 108"
taakveld = "6.3"
iv3 = "3.4.1"
"""

with TemporaryDirectory() as folder:
    stamp = pl.stamp_now("clerk", approved_by="approver")
    books = pl.Store.start(f"{folder}/books.db", municipality="Example", at=stamp.recorded_at, by="clerk")
    year = stamp.effective_on.year

    pl.add_schemes(books, SCHEME.encode(), stamp)
    pl.add_budgets(books, f"regeling;jaar;bedrag;besluit\nsport;{year};1000,00;R-1".encode(), stamp)
    [club] = pl.add_merchants(
        books, b"naam;plaats;soort;iban;kvk\nClub;Dronten;sport;NL13TEST0123456789;12345678", stamp
    )
    [carrier] = pl.add_holders(books, b"pashouder\nP-1", stamp, pl.CardState.ACTIVE)
    pl.credit(books, b"regeling;kenmerk;pashouder;bedrag\nsport;B-1;P-1;150,00", stamp)
    fee = pl.redemption(
        merchant=club.terminal.merchant, card=carrier.card.number, amount=pl.Money.read("85,00"), key="fee-2026"
    )
    [paid] = pl.book(books, [fee], stamp)
    [again] = pl.book(books, [fee], stamp)

    print("booked:", paid.refused is None, "- booked again:", not again.is_repeat)
    print("books sound:", pl.verify(books).is_sound)
    books.close()
