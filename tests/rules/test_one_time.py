"""One-time codes: those of the standard, for a moment, and never of another secret."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from pasledger.rules.keys import SecretKey
from pasledger.rules.one_time import SECONDS, for_an_app, one_time_code, second_factor, step_of
from pasledger.rules.records import PersonSecret
from tests.support.town import A_KEY, a_person

SECRET = b"12345678901234567890"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STEP = int(NOW.timestamp()) // SECONDS

# RFC 6238, appendix B, the last six digits of its eight.
VECTORS = {
    59: "287082",
    1_111_111_109: "081804",
    1_111_111_111: "050471",
    1_234_567_890: "005924",
    2_000_000_000: "279037",
    20_000_000_000: "353130",
}


@pytest.mark.parametrize("second", VECTORS)
def test_a_code_is_that_of_the_standard(second: int) -> None:
    """The vectors of RFC 6238 for SHA-1, which is what every app makes."""
    assert one_time_code(SECRET, second // SECONDS) == VECTORS[second]


@pytest.mark.parametrize("away", range(-3, 4))
def test_a_code_is_good_for_a_minute_and_a_half(away: int) -> None:
    """That of this half minute, of the one before and of the one after; and it says which it was."""
    found = step_of(SECRET, one_time_code(SECRET, STEP + away), at=NOW)
    assert found == (STEP + away if abs(away) <= 1 else None)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "000000"])
def test_anything_else_is_no_code(code: str) -> None:
    """Whatever is typed is compared, and is of no half minute."""
    assert step_of(SECRET, code, at=NOW + timedelta(days=1)) is None


def test_the_second_factor_belongs_to_key_person_and_start() -> None:
    """A new start code, another person and another key each make another one; a password that is chosen does not."""
    started = PersonSecret(a_person().id, 1, "hash", start=1, at=NOW)
    chosen = PersonSecret(a_person().id, 2, "another hash", start=1, at=NOW)
    anew = PersonSecret(a_person().id, 3, "a third", start=3, at=NOW)
    another = PersonSecret(a_person(2).id, 1, "hash", start=1, at=NOW)
    assert second_factor(A_KEY, started) == second_factor(A_KEY, chosen)
    made = {second_factor(A_KEY, one) for one in (started, anew, another)}
    made.add(second_factor(SecretKey(bytes(32)), started))
    assert len(made) == 4
    assert all(len(one) == 20 for one in made)


def test_an_app_reads_what_is_scanned_as_what_is_typed() -> None:
    """The link says the secret, whose it is and of what."""
    typed, link = for_an_app(SECRET, account="12345678", issuer="Pas van Dronten")
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Pas%20van%20Dronten%3A12345678")
    assert parse_qs(parts.query) == {"secret": [typed], "issuer": ["Pas van Dronten"]}
    assert typed == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
