"""What operators see of the service: lines and figures, in which nobody is."""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from merchant_api.writer import Writer
from pasledger.pages.observing import JsonLine
from pasledger.store import BooksProblem, BooksUnusable
from pasledger.store.reading import Reader
from tests.support.service import Street, Till, free_port, in_process, on_a_port

TRACE = "0af7651916cd43dd8448eb211c80319c"


def lines(log: Path) -> list[dict[str, Any]]:
    """Return what the service wrote."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def use(till: Till) -> None:
    """Pay, be refused, refund, read, and send what makes no sense."""
    paid = till.pay("child", key="key-of-the-till")
    till.pay("child", "500.00", key="key-2")
    till.refund(paid.json()["id"])
    till.get(paid.headers["Location"])
    till.get("/v1/idempotency-keys/key-of-the-till")
    till.post("/v1/redemptions", {"card": "no card"}, key="key-3")
    till.client.get("/nowhere/at/all?secret=1", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    till.client.request("TRACE", "/v1/health")


def test_each_request_is_one_line(street: Street, tmp_path: Path) -> None:
    """A line says the address as the API describes it, the status, how long it took, and the trace."""
    with (tmp_path / "log").open("wb") as log, on_a_port(street, log=log, MERCHANT_API_LOG_LEVEL="info") as till:
        use(till)
    noted = [line for line in lines(tmp_path / "log") if "readiness" not in line["route"]]
    assert [(line["method"], line["route"], line["status"]) for line in noted] == [
        ("POST", "/v1/redemptions", 201),
        ("POST", "/v1/redemptions", 402),
        ("POST", "/v1/redemptions/{id}/refunds", 201),
        ("GET", "/v1/redemptions/{id}", 200),
        ("GET", "/v1/idempotency-keys/{key}", 200),
        ("POST", "/v1/redemptions", 400),
        ("GET", "none", 404),
        ("other", "/v1/health", 405),
    ]
    assert all(line["milliseconds"] > 0 and line["level"] == "info" for line in noted)
    assert noted[-2]["trace_id"] == TRACE
    assert len({line["trace_id"] for line in noted}) == len(noted)


def test_no_line_has_anything_of_a_person_or_a_secret(street: Street, tmp_path: Path) -> None:
    """No token, credential, key, id, amount, query or merchant is in what is written, at any level."""
    with (tmp_path / "log").open("wb") as log, on_a_port(street, log=log, MERCHANT_API_LOG_LEVEL="debug") as till:
        use(till)
    written = (tmp_path / "log").read_text()
    known = [*street.tokens.values(), *street.credentials.values(), *(one.id for one in street.merchants.values())]
    assert lines(tmp_path / "log")
    assert not [
        word for word in (*known, "key-of-the-till", "red_", "rfd_", "500.00", "secret", "club") if word in written
    ]


def test_a_fault_is_named_without_its_words() -> None:
    """Of a fault a line has the kind and the places: its words could quote what was sent."""
    try:
        raise ValueError("the token was Zm9vYmFyYmF6cXV4cXV1eA")
    except ValueError:
        record = logging.LogRecord("any", logging.ERROR, "", 0, "failed", None, sys.exc_info())
    line = json.loads(JsonLine().format(record))
    assert line["fault"] == "ValueError"
    assert "test_a_fault_is_named_without_its_words" in line["where"]
    assert "Zm9v" not in json.dumps(line)


def test_figures_count_requests_and_batches(street: Street) -> None:
    """Requests are counted by method, address and status, batches by their size; the till's day of use is one more."""

    def counted(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    paid = {"method": "POST", "route": "/v1/redemptions", "status": "201"}
    before, booked = counted("pas_requests_total", **paid), counted("pas_batch_requests_sum")
    with in_process(street) as till:
        use(till)
    assert counted("pas_requests_total", **paid) == before + 1
    assert counted("pas_batch_requests_sum") == booked + 4


def test_it_is_ready_when_it_can_read_and_write(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without somebody to write, or with books that cannot be read, it says 503; the process is up all the same."""
    assert (till.get("/v1/readiness").status_code, till.get("/v1/readiness").json()) == (200, {"status": "ready"})
    with monkeypatch.context() as patched:
        patched.setattr(Writer, "is_alive", False)
        assert till.get("/v1/readiness").status_code == 503
    with monkeypatch.context() as patched:
        patched.setattr(Reader, "municipality", property(_unreadable))
        assert till.get("/v1/readiness").status_code == 503
        assert (till.get("/v1/health").status_code, till.get("/v1/health").json()) == (200, {"status": "up"})
    assert till.get("/v1/readiness").status_code == 200


def _unreadable(_: object) -> None:
    raise BooksUnusable(BooksProblem.BUSY)


def test_figures_have_a_port_of_their_own(street: Street) -> None:
    """Prometheus reads them where merchants do not come, and only where a port was set."""
    port = free_port()
    with on_a_port(street, MERCHANT_API_METRICS_PORT=str(port)) as till:
        till.pay("child")
        families = text_string_to_metric_families(httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text)
        assert {"pas_requests", "pas_request_seconds", "pas_batch_requests", "pas_waiting_requests"} <= {
            family.name for family in families
        }
        assert till.get("/metrics").status_code == 404


@pytest.mark.parametrize("contact", ["mailto:security@pas.example", "https://pas.example/security"])
def test_who_finds_a_weakness_is_told_whom_to_tell(street: Street, contact: str) -> None:
    """`security.txt` says the contact and until when it is good, and is not there without a contact."""
    with on_a_port(street, MERCHANT_API_SECURITY_CONTACT=contact) as till:
        found = till.client.get("/.well-known/security.txt")
        assert found.headers["content-type"] == "text/plain; charset=utf-8"
        assert found.text.splitlines()[0] == f"Contact: {contact}"
        assert "\nExpires: 20" in found.text
    with in_process(street) as till:
        assert till.client.get("/.well-known/security.txt").status_code == 404
