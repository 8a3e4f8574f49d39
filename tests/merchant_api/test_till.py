"""The till page: what is undone within the day, and by which file a town has its own house style."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from pasledger import pages
from pasledger.ledger.journal import Stamp
from pasledger.usecases.minting import stamp_now
from tests.support.service import Street, Till, in_process

STATIC = Path(pages.__path__[0]) / "static"


@pytest.fixture
def till(street: Street) -> Iterator[Till]:
    """Return a browser that is enrolled as the till of the club, in English."""
    with in_process(street) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        till.client.headers["Accept-Language"] = "en"
        till.client.post("/sign-in", data={"credential": street.credentials["club"]})
        yield till
        till.verify_books()


def test_a_payment_can_be_undone_within_its_day(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next day its receipt has no link, and neither the question nor the answer to it is there."""
    typed = {"key": "0" * 32, "card": till.street.tokens["child"], "amount": "5,00"}
    receipt = till.client.post("/payments", data=typed).url.path
    assert f"{receipt}/undo" in till.client.get(receipt).text

    def tomorrow(actor: str) -> Stamp:
        now = stamp_now(actor)
        return replace(now, effective_on=now.effective_on + timedelta(days=1))

    with monkeypatch.context() as patched:
        patched.setattr("merchant_api.till.routes.stamp_now", tomorrow)
        assert f"{receipt}/undo" not in till.client.get(receipt).text
        assert till.client.get(f"{receipt}/undo").status_code == 404
        assert till.client.post(f"{receipt}/undo", data={"key": "1" * 32}).status_code == 404
    assert "Given back" not in till.client.get(receipt).text

    assert "Given back" in till.client.post(f"{receipt}/undo", data={"key": "1" * 32}).text


def test_the_payment_of_another_merchant_cannot_be_undone(till: Till) -> None:
    """It is as if it never was, to look at and to give back."""
    paid = till.pay("child", "5.00", at="club", key="club").json()["id"]
    till.client.post("/sign-in", data={"credential": till.street.credentials["school"]})
    for address in (f"/payments/{paid}", f"/payments/{paid}/undo"):
        assert till.client.get(address).status_code == 404
    assert till.client.post(f"/payments/{paid}/undo", data={"key": "1" * 32}).status_code == 404
    assert till.get(f"/v1/redemptions/{paid}", at="club").json()["refunds"] == []


def test_a_payment_has_a_reference_of_the_merchants_own(till: Till) -> None:
    """It stands on the receipt, and in the list of the API and on the statement as when it is sent there."""
    typed = {"key": "0" * 32, "card": till.street.tokens["child"], "amount": "5,00", "reference": "lid 12/b"}
    receipt = till.client.post("/payments", data=typed)
    assert "lid 12/b" in receipt.text
    paid = receipt.url.path.rpartition("/")[2]
    assert till.get(f"/v1/redemptions/{paid}", at="club").json()["reference"] == "lid 12/b"
    assert "lid 12/b" in till.client.get("/statement").text


@pytest.mark.parametrize(("reference", "says"), [("leerling 111222333", "BSN"), ("<b>", "reference"), ("x" * 36, "35")])
def test_a_reference_that_cannot_be_is_told_at_its_field(till: Till, reference: str, says: str) -> None:
    """Nothing is paid, and it is not repeated, for it could be what must stand nowhere; the amount is."""
    typed = {"key": "0" * 32, "card": till.street.tokens["child"], "amount": "5,00", "reference": reference}
    answer = till.client.post("/payments", data=typed)
    assert answer.status_code == 400
    assert says in answer.text
    assert reference not in answer.text
    assert 'value="5,00"' in answer.text
    assert till.get("/v1/redemptions", at="club").json()["items"] == []


def test_the_house_style_is_one_file() -> None:
    """Colours and letters stand there alone, but for the paper behind a QR; and each that is used is there."""
    theme, page = ((STATIC / name).read_text(encoding="utf-8") for name in ("theme.css", "page.css"))
    defined, used = set(re.findall(r"(--[\w-]+):", theme)), set(re.findall(r"var\((--[\w-]+)\)", page))
    assert used == defined
    assert set(re.findall(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|font-family: (?!var)", page)) == {"#ffffff"}
    assert re.findall(r".*#ffffff.*", page) == [
        next(line for line in page.splitlines() if line.startswith(".code svg"))
    ]
