"""Make the sample town: the files that a town hall's own systems would hand over.

    python examples/dronten/make_town.py OUT_DIR [--today 2026-11-21]

The same seed and day give the same bytes; the day decides which awards have started. No resident or business in it is
real. What is real and what is invented stands in `README.md`, and beside each number below.
"""

import argparse
import csv
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

from stdnum.iban import calc_check_digits

SEED = 2026

RESIDENTS = 40_500
"""Real, rounded: plaatsengids.nl/dronten (undated). Every resident has the same card."""

PLACES = ("Biddinghuizen", "Swifterbant", "Dronten")
"""Real: the three places of the municipality; a merchant without one in its name is in the last."""

REFERENCE_SIGNS = "23456789CDFGHJKMNPQRTVWXY"
"""No lookalikes (0 O 1 I L B S Z) and no vowels, so that no reference spells a word."""

BUDGETS = (
    ("toegankelijkheidsbijdrage", "425.000,00"),
    ("mantelzorgcompliment", "55.000,00"),
    ("ouderbijdrage", "55.000,00"),
    ("feestweek", "205.000,00"),
)
"""Invented; three are a third of the EUR 1.6 million a year for such policy (flevopost.nl 390392, about 2015)."""

MERCHANTS = {
    "sport": (
        "Voetbalclub Dronten-Oost",
        "Turnvereniging Dronten-West",
        "Zwemclub Dronten-Zuid",
        "Tennisvereniging Dronten-Noord",
        "Judoschool Dronten-Zuid",
        "Atletiekclub Dronten-West",
        "Dansschool Dronten-Oost",
        "Fitnesszaal Dronten-Noord",
        "Handbalvereniging Biddinghuizen-Oost",
        "Volleybalclub Biddinghuizen-West",
        "Paardrijschool Biddinghuizen-Noord",
        "Korfbalclub Swifterbant-Oost",
        "Badmintonclub Swifterbant-West",
        "Zwemclub Swifterbant-Zuid",
    ),
    "culture": (
        "Muziekschool Dronten-Noord",
        "Theaterzaal Dronten-Oost",
        "Filmzaal Dronten-Zuid",
        "Tekenatelier Dronten-West",
        "Streekmuseum Dronten-Noord",
        "Toneelgroep Dronten-Zuid",
        "Koor Biddinghuizen-Oost",
        "Fanfare Biddinghuizen-West",
        "Toneelgroep Swifterbant-Noord",
        "Schilderclub Swifterbant-Oost",
    ),
    "recreation": (
        "Zwembad Dronten-West",
        "Speeltuin Dronten-Noord",
        "Kinderboerderij Dronten-Oost",
        "Scoutinggroep Dronten-Zuid",
        "Bowlingbaan Dronten-West",
        "Kanoverhuur Biddinghuizen-Noord",
        "Speeltuin Biddinghuizen-Zuid",
        "Minigolfbaan Swifterbant-West",
        "Volkstuinen Swifterbant-Noord",
        "Buurthuis Swifterbant-Zuid",
    ),
    "school": (
        "Basisschool De Klipper",
        "Basisschool Dronten-Noord",
        "Basisschool Dronten-West",
        "Basisschool Biddinghuizen-Oost",
        "Basisschool Biddinghuizen-West",
        "Basisschool Swifterbant-Noord",
        "Basisschool Swifterbant-Zuid",
        "Middelbare School Dronten-Oost",
        "Middelbare School Dronten-Zuid",
    ),
    "cafe": (
        "Café Het Bankje",
        "Lunchroom Dronten-Noord",
        "IJssalon Dronten-Oost",
        "Pannenkoekenhuis Dronten-West",
        "Eetcafé Dronten-Zuid",
        "Theehuis Biddinghuizen-Noord",
        "Eetcafé Biddinghuizen-Oost",
        "Cafetaria Biddinghuizen-West",
        "Koffiehuis Swifterbant-Oost",
        "Cafetaria Swifterbant-Zuid",
    ),
    "shop": (
        "Bakkerij Dronten-Noord",
        "Groentewinkel Dronten-Oost",
        "Slagerij Dronten-Zuid",
        "Kaaswinkel Dronten-West",
        "Bloemenwinkel Dronten-Noord",
        "Fietsenwinkel Dronten-Oost",
        "Kledingwinkel Dronten-Zuid",
        "Schoenenwinkel Dronten-West",
        "Speelgoedwinkel Dronten-Noord",
        "Kapsalon Dronten-Oost",
        "Sportwinkel Dronten-Zuid",
        "Bakkerij Biddinghuizen-Oost",
        "Buurtwinkel Biddinghuizen-Zuid",
        "Fietsenwinkel Biddinghuizen-West",
        "Bakkerij Swifterbant-West",
        "Bloemenwinkel Swifterbant-Noord",
        "Kledingwinkel Swifterbant-Oost",
    ),
    "books": (
        "Boekhandel Dronten-Noord",
        "Boekhandel Dronten-Zuid",
        "Stripwinkel Dronten-West",
        "Boekhandel Biddinghuizen-Zuid",
        "Boekhandel Swifterbant-West",
    ),
}
"""Invented, by category. Real is only how many there are: about 75 (bhznet.nl 20773, 2016-12-21)."""

ALSO = {"Dansschool Dronten-Oost": "culture", "Zwembad Dronten-West": "sport"}
"""Who has a second category."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one holder gets, and the label that goes with an amount that is not Dronten's own."""

    amount: str
    label: str = ""


# dronten.nl, 2024 text; that of a child of 12 and older is cut off in the copy that we have.
MARRIED = Grant("150,00")
SINGLE = Grant("170,00")
YOUNGER_CHILD = Grant("320,00")
OLDER_CHILD = Grant("340,00", "verzonnen bedrag")
# Stadspas Venlo, venlo.nl 2023.
CARER = Grant("75,00", "verzonnen bedrag; bij Stadspas Venlo (2023) € 75")
# Langedijk, haltewerk.nl, schools page (undated): the most that is paid.
PRIMARY_PUPIL = Grant("50,00", "verzonnen voor Dronten; bedrag van Langedijk (haltewerk.nl)")
SECONDARY_PUPIL = Grant("100,00", "verzonnen voor Dronten; bedrag van Langedijk (haltewerk.nl)")
FOR_EVERYBODY = Grant("5,00", "verzonnen")

# How many households there are of (adults, children of 3 to 12, children of 12 and older). Invented; "hundreds to a few
# thousand holders" is usual for a town of this size.
Households = dict[tuple[int, int, int], int]
LEISURE_HOUSEHOLDS: Households = {
    (1, 0, 0): 430,
    (2, 0, 0): 110,
    (1, 1, 0): 90,
    (1, 0, 1): 30,
    (1, 1, 1): 60,
    (1, 2, 0): 50,
    (2, 1, 0): 40,
    (2, 2, 0): 45,
    (2, 1, 1): 40,
    (2, 2, 1): 20,
}
OTHER_SCHOOL_HOUSEHOLDS: Households = {(0, 1, 0): 60, (0, 0, 1): 40, (0, 1, 1): 30}
OTHER_CARERS = 560
CARERS_WITH_LEISURE = 60
SHARE_AT_SCHOOL = 0.8
"""Of the children of 3 to 12: some are still too young."""


@dataclass(frozen=True, slots=True)
class Household:
    """The holders of one household."""

    adults: tuple[str, ...]
    younger: tuple[str, ...]
    older: tuple[str, ...]


Decision = list[tuple[str, Grant]]
"""Who gets what under one reference."""


@dataclass(frozen=True)
class Starts:
    """The days on which awards start, none of them after today, so that on any day there is something to spend."""

    leisure: date
    carers: date
    school: date

    @classmethod
    def up_to(cls, today: date) -> "Starts":
        """Return the newest starts: New Year's Day, Carers' day if it has been, and the start of the school year."""
        carers_day = date(today.year, 11, 10)
        school_year = today.year if today >= date(today.year, 8, 1) else today.year - 1
        return cls(date(today.year, 1, 1), min(carers_day, today), date(school_year, 8, 1))


def make_town(out: Path, today: date) -> None:
    """Write the files of the town, as they are on a day, into the folder `out`."""
    starts = Starts.up_to(today)
    chance = Random(SEED)  # noqa: S311 - a sample town has no secrets, and must come out the same each time
    references = _references(chance)
    unused = iter(references)
    leisure = _households(chance, unused, LEISURE_HOUSEHOLDS)
    carers = [*islice(unused, OTHER_CARERS), *(household.adults[0] for household in leisure[:CARERS_WITH_LEISURE])]
    families = leisure + _households(chance, unused, OTHER_SCHOOL_HOUSEHOLDS)
    chance.shuffle(carers)
    chance.shuffle(families)

    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("regelingen.toml"), out / "regelingen.toml")
    _write_budgets(out / "budgetten.csv", starts)
    _write_merchants(out / "aanbieders.csv", chance)
    _write(out / "pashouders.csv", "utf-8", ["pashouder"], ([reference] for reference in sorted(references)))
    # The first three files differ where files from three systems do: in encoding, notation of dates and columns.
    _write_awards(
        out,
        "toegankelijkheidsbijdrage",
        map(_leisure, leisure),
        start=f"{starts.leisure:%d-%m-%Y}",
        encoding="utf-8-sig",
        prefix=f"TB-{starts.leisure.year}",
    )
    _write_awards(
        out,
        "mantelzorgcompliment",
        ([(holder, CARER)] for holder in carers),
        start=starts.carers.isoformat(),
        encoding="cp1252",
        prefix=f"MC-{starts.carers.year}",
    )
    _write_awards(
        out,
        "ouderbijdrage",
        (_school(household, chance) for household in families),
        start=f"{starts.school:%d-%m-%Y}",
        encoding="utf-8-sig",
        prefix=f"OB-{starts.school.year}",
        with_instalment=False,
    )
    _write_awards(
        out,
        "feestweek",
        [[(holder, FOR_EVERYBODY) for holder in sorted(references)]],
        start=starts.leisure.isoformat(),
        encoding="utf-8",
        prefix=f"FW-{starts.leisure.year}",
    )


def _references(chance: Random) -> list[str]:
    """Return distinct holder references, in the order in which they were drawn."""
    drawn: dict[str, None] = {}
    while len(drawn) < RESIDENTS:
        drawn["P-" + "".join(chance.choices(REFERENCE_SIGNS, k=8))] = None
    return list(drawn)


def _households(chance: Random, unused: Iterator[str], numbers: Households) -> list[Household]:
    sizes = [size for size, count in numbers.items() for _ in range(count)]
    chance.shuffle(sizes)
    return [Household(*(tuple(islice(unused, people)) for people in size)) for size in sizes]


def _leisure(household: Household) -> Decision:
    adult = MARRIED if len(household.adults) == 2 else SINGLE
    return [
        *((holder, adult) for holder in household.adults),
        *((holder, YOUNGER_CHILD) for holder in household.younger),
        *((holder, OLDER_CHILD) for holder in household.older),
    ]


def _school(household: Household, chance: Random) -> Decision:
    return [
        *((holder, PRIMARY_PUPIL) for holder in household.younger if chance.random() < SHARE_AT_SCHOOL),
        *((holder, SECONDARY_PUPIL) for holder in household.older),
    ]


def _write_budgets(path: Path, starts: Starts) -> None:
    """Write a budget for each scheme, in the fiscal year in which its awards start."""
    years = (starts.leisure.year, starts.carers.year, starts.school.year, starts.leisure.year)
    rows = (
        [scheme, str(year), amount, f"VERZONNEN-RAAD-{year}-{number:02}", "verzonnen raadsbesluit en verzonnen bedrag"]
        for number, ((scheme, amount), year) in enumerate(zip(BUDGETS, years, strict=True), 1)
    )
    _write(path, "utf-8-sig", ["regeling", "jaar", "bedrag", "besluit", "toelichting"], rows)


def _write_merchants(path: Path, chance: Random) -> None:
    named = ((name, category) for category, names in MERCHANTS.items() for name in names)
    rows = (
        [
            name,
            _place(name),
            f"{category} {ALSO.get(name, '')}".strip(),
            _iban(number),
            _kvk_number(number),
            str(chance.choice((1, 1, 2, 3))),
            "verzonnen",
        ]
        for number, (name, category) in enumerate(named, 1)
    )
    _write(path, "cp1252", ["naam", "plaats", "soort", "iban", "kvk", "kassas", "toelichting"], rows)


def _place(name: str) -> str:
    return next((place for place in PLACES if place in name), PLACES[-1])


def _iban(number: int) -> str:
    """Return an account at a bank that does not exist: its code is TEST."""
    account = f"TEST{number:010}"
    return f"NL{calc_check_digits(f'NL00{account}')}{account}"


def _kvk_number(number: int) -> str:
    """Return a number beside those of KvK's own test data (9000xxxx; developers.kvk.nl/documentation/testing)."""
    return f"90009{number:03}"


def _write_awards(
    out: Path,
    scheme: str,
    decisions: Iterable[Decision],
    *,
    start: str,
    encoding: str,
    prefix: str,
    with_instalment: bool = True,
) -> None:
    instalment = {"termijn": "1"} if with_instalment else {}
    header = ["regeling", "kenmerk", "pashouder", "bedrag", "ingangsdatum", *instalment, "toelichting"]
    rows = (
        [scheme, f"{prefix}-{number:04}", holder, grant.amount, start, *instalment.values(), grant.label]
        for number, decision in enumerate(filter(None, decisions), 1)
        for holder, grant in decision
    )
    _write(out / f"toekenningen-{scheme}.csv", encoding, header, rows)


def _write(path: Path, encoding: str, header: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the sample town.")
    parser.add_argument("out_dir", type=Path, help="the folder to write it into")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today(), help="the day it is for")  # noqa: DTZ011
    arguments = parser.parse_args()
    make_town(arguments.out_dir, arguments.today)
    print(f"The sample town is in {arguments.out_dir}")
