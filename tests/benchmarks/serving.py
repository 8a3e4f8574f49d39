"""Redemptions over HTTP, against the same application with a constant answer, under the same load.

The load comes from a process of its own, so that it does not share the interpreter with the service.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.benchmarks.measure import Figure
from tests.benchmarks.town import BenchTown, a_bench_town

CLIENTS = (1, 16, 64)
_SECONDS = 4.0
_TARGETS = {64: 0.6}
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Load:
    """What the clients saw."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int


def figures(folder: Path) -> Iterator[Figure]:
    """Yield a figure for each number of clients."""
    town = a_bench_town(folder / "serve.db", holders=5_000)
    town.store.close()
    (folder / "tokens.json").write_text(json.dumps(town.tokens))
    with _service(town, "merchant_api") as ours, _service(town, "tests.benchmarks.constant") as floor:
        for clients in CLIENTS:
            loads = [(_load(folder, ours, town, clients), _load(folder, floor, town, clients)) for _ in range(3)]
            loads.sort(key=lambda pair: pair[0].per_second)
            measured = loads[1][0]
            yield Figure(
                f"redeem over HTTP, {clients} clients, /s",
                measured.per_second,
                sorted(pair[1].per_second for pair in loads)[1],
                target=_TARGETS.get(clients, 0.0),
                errors=sum(one.errors + other.errors for one, other in loads),
                remark=f"p50 {measured.p50_ms:.1f} p95 {measured.p95_ms:.1f} p99 {measured.p99_ms:.1f} ms",
            )


@contextmanager
def _service(town: BenchTown, module: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PASLEDGER_BOOKS": str(town.path), "MERCHANT_API_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", module], env=environment, cwd=_ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                if httpx2.get(f"{address}/v1/readiness", trust_env=False).status_code == 200:
                    break
            except httpx2.TransportError:
                pass
            if process.poll() is not None:
                sys.exit(f"{module} did not start")
            time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _load(folder: Path, address: str, town: BenchTown, clients: int) -> Load:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.load", address, town.credential),
            *(str(folder / "tokens.json"), str(clients), str(_SECONDS)),
        ],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return Load(**json.loads(done.stdout))
