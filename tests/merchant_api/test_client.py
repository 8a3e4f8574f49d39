"""A client that an outside tool makes of the description works against the running service."""

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.service import ROOT, Street, on_a_port, staff

pytestmark = pytest.mark.slow

TOOLS = ROOT / ".venv/client/bin"

PROGRAM = """
import sys
from datetime import date

from client import AuthenticatedClient
from client.api.holds import create_capture, create_hold, get_hold
from client.api.idempotency_keys import get_key_outcome
from client.api.lists import list_holds, list_redemptions, list_refunds
from client.api.redemptions import create_redemption, create_refund, get_redemption
from client.api.offers import create_offer_use, list_offers, list_public_offers
from client.api.statements import get_statement
from client.models import Amount, CardEntry, NewHold, NewOfferUse, NewRedemption, NewRefund, ProblemDetails, Share

base, credential, token, today, tomorrow = sys.argv[1:]
today, tomorrow = date.fromisoformat(today), date.fromisoformat(tomorrow)
till = AuthenticatedClient(base_url=base, token=credential)
card = CardEntry(token=token)


def euros(value):
    return Amount(currency="EUR", value=value)


paid = create_redemption.sync(
    client=till, body=NewRedemption(card=card, amount=euros("12.50"), reference="Lid 17"), idempotency_key="k-1"
)
back = create_refund.sync(paid.id, client=till, body=NewRefund(amount=euros("2.50")), idempotency_key="k-2")
read = get_redemption.sync(paid.id, client=till)
assert (read.reference, read.refundable.value, read.refunds[0].id) == ("Lid 17", "10.00", back.id)

held = create_hold.sync(
    client=till, body=NewHold(card=card, amount=euros("20.00"), last_day=tomorrow), idempotency_key="k-3"
)
taken = create_capture.sync(held.id, client=till, body=Share(amount=euros("15.00")), idempotency_key="k-4")
assert get_hold.sync(held.id, client=till).left.value == "5.00"

offer = list_offers.sync(client=till).items[0]
assert (offer.state, offer.usable, offer.words_en) == ("running", True, "Free ice")
used = create_offer_use.sync(
    client=till, body=NewOfferUse(card=card, offer=offer.id, amount=euros("1.50")), idempotency_key="k-6"
)
assert get_redemption.sync(used.id, client=till).amount.value == used.amount.value == "1.50"
alone = create_offer_use.sync(client=till, body=NewOfferUse(card=card, offer=offer.id), idempotency_key="k-7")
assert get_key_outcome.sync("k-7", client=till).offer_use == alone.id
assert list_public_offers.sync(client=till).items[0].id == offer.id
assert list_offers.sync(client=till).items[0].uses is None

refused = create_redemption.sync(
    client=till, body=NewRedemption(card=card, amount=euros("900.00")), idempotency_key="k-5"
)
assert isinstance(refused, ProblemDetails) and refused.status == 402

assert [one.id for one in list_redemptions.sync(client=till, reference="Lid 17").items] == [paid.id]
assert list_refunds.sync(client=till).items[0].redemption == paid.id
assert list_holds.sync(client=till).items[0].last_day == tomorrow
assert get_key_outcome.sync("k-4", client=till).capture == taken.id
statement = get_statement.sync(client=till, from_=today, until=tomorrow)
assert (statement.closing_owed.value, len(statement.lines)) == ("26.50", 4)
print("all is well")
"""


@pytest.mark.skipif(
    not os.environ.get("CI") and not (TOOLS / "openapi-python-client").exists(),
    reason="the tool is not there: make .venv/.client",
)
def test_a_generated_client_works(street: Street, tmp_path: Path) -> None:
    """Payments, holds, lists, keys and statements, by a program that knows nothing of the API but its description."""
    environment = {**os.environ, "PATH": f"{TOOLS}:{os.environ['PATH']}", "PYTHONPATH": str(tmp_path)}
    (tmp_path / "named.yml").write_text("package_name_override: client\nproject_name_override: made\n")
    street.give_key()
    street.offer("club", words="Free ice")
    with on_a_port(street, PASLEDGER_KEY=street.key_file(tmp_path)) as till:
        described = tmp_path / "openapi.json"
        described.write_text(json.dumps(till.client.get("/v1/openapi.json").json()))
        made = subprocess.run(
            [
                TOOLS / "openapi-python-client",
                *("generate", "--path", described, "--config", tmp_path / "named.yml"),
                *("--meta", "none", "--output-path", tmp_path / "client", "--fail-on-warning"),
            ],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        today = staff().effective_on
        ran = subprocess.run(
            [
                *(TOOLS / "python", "-c", PROGRAM, f"{till.client.base_url}/v1"),
                *(street.credentials["club"], street.tokens["child"]),
                *(str(today), str(today + timedelta(days=1))),
            ],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        till.verify_books()
    assert (ran.returncode, ran.stdout) == (0, "all is well\n"), ran.stderr
