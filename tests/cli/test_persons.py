"""Persons of merchants on the command line: added, listed, started anew and ended."""

from tests.cli.conftest import CLUB, Clerk


def test_a_person_is_added_listed_renewed_and_ended(clerk: Clerk) -> None:
    """The start code is shown once, another each time; one that has ended is no more to be found, and is listed."""
    clerk.done("keys", "create", clerk.folder / "town.key")
    made = clerk.done("persons", "add", CLUB, "Penningmeester")
    assert (made["merchant"], made["name"], made["role"]) == (CLUB, "Penningmeester", "administrator")
    assert len(made["start_code"]) == 12
    bar = clerk.done("persons", "add", CLUB, "Bar", "--role", "cashier")
    listed = clerk.done("persons", "list")["persons"]
    assert [(one["name"], one["role"], one["has_started"], one["ended_at"]) for one in listed] == [
        ("Bar", "cashier", False, None),
        ("Penningmeester", "administrator", False, None),
    ]
    grouped = f"{made['number'][:4]} {made['number'][4:]}"
    anew = clerk.done("persons", "renew", grouped)
    assert (anew["person"], anew["number"]) == (made["person"], made["number"])
    assert anew["start_code"] != made["start_code"]
    assert clerk.done("persons", "end", bar["person"]) == {"person": bar["person"]}
    assert clerk("persons", "end", bar["person"]).code == 1
    assert clerk("persons", "renew", bar["number"]).code == 1
    assert [one["ended_at"] is not None for one in clerk.done("persons", "list")["persons"]] == [True, False]
    assert all(made["start_code"] not in text for text in (str(listed), clerk("persons", "list").words))


def test_what_cannot_be_is_refused_in_words(clerk: Clerk) -> None:
    """Without a key, for a merchant that is not there, and for a name that is taken; and nothing is added."""
    without = clerk("persons", "add", CLUB, "Bar")
    assert (without.code, "keys create" in without.words) == (1, True)
    clerk.done("keys", "create", clerk.folder / "town.key")
    assert clerk("persons", "add", "Elders", "Bar").code == 1
    clerk.done("persons", "add", CLUB, "Bar")
    taken = clerk("persons", "add", CLUB, "bar")
    assert (taken.code, "heeft al een persoon met deze naam" in taken.words) == (1, True)
    assert len(clerk.done("persons", "list")["persons"]) == 1
