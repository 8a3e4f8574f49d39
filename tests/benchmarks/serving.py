"""Redemptions over HTTP, against the same application with a constant answer, under the same load.

The load comes from a process of its own, so that it does not share the interpreter with the service: from wrk where
there is one, else from clients in Python. A bare FastAPI stands beside it, to show what the application costs.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

import httpx2

from tests.benchmarks.bench import Bench, Scale
from tests.benchmarks.measure import Figure
from tests.benchmarks.raw import Raw
from tests.benchmarks.town import BenchTown, a_bench_town
from tests.support.service import MANY_REQUESTS, ROOT, free_port, wait_until_ready

_TARGETS = {64: 0.6}
_LONGEST_P99_MS = 100.0
_PATH = "/v1/redemptions"


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int


Program = Callable[[str, str, Path, int, int], Sequence[str]]
"""The command for an address, a credential, a file of tokens, so many clients and so many seconds."""


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield the figures for each number of clients, and for the most clients in the other kind of database."""
    clients = bench.scale.clients
    with services(a_bench_town(bench.sqlite, holders=bench.scale.holders), "tests.benchmarks.bare") as [bare]:
        yield from _figures(bench.sqlite, bench.scale, bare, clients, _TARGETS)
        yield from _figures(bench.postgresql, bench.scale, bare, clients[-1:], {})


def _figures(
    database: Raw, scale: Scale, bare: str, numbers: Sequence[int], targets: dict[int, float]
) -> Iterator[Figure]:
    modules = ("merchant_api", "tests.benchmarks.constant")
    with a_bench_town(database, holders=scale.holders).copied() as town, services(town, *modules) as [ours, floor]:
        for clients in numbers:
            put = partial(load, town, clients, scale.seconds_of_load)
            rounds = [(put(ours), put(floor)) for _ in range(scale.rounds)]
            of_ours, of_floor = (_typical(loads) for loads in zip(*rounds, strict=True))
            named = f"{clients} client{'s' if clients > 1 else ''}, {database.name}"
            yield from _compared(named, of_ours, of_floor, put(bare), target=targets.get(clients))


def _compared(what: str, ours: Load, floor: Load, bare: Load, *, target: float | None) -> Iterator[Figure]:
    errors = ours.errors + floor.errors
    remark = f"p50 {ours.p50_ms:.1f} p95 {ours.p95_ms:.1f} p99 {ours.p99_ms:.1f} ms; bare {bare.per_second:,.0f}/s"
    yield Figure(f"redeem over HTTP, {what}, /s", ours.per_second, floor.per_second, target or 0.0, errors, remark)
    if target is not None:
        remark = f"beside what is allowed; the constant answer takes {floor.p99_ms:.1f} ms"
        yield Figure(
            f"p99 over HTTP, {what}, ms", ours.p99_ms, _LONGEST_P99_MS, 1.0, errors, remark, is_less_better=True
        )


def _typical(loads: Sequence[Load]) -> Load:
    """Return the median of each figure, and all errors."""
    return Load(
        median(one.per_second for one in loads),
        median(one.p50_ms for one in loads),
        median(one.p95_ms for one in loads),
        median(one.p99_ms for one in loads),
        sum(one.errors for one in loads),
    )


@contextmanager
def services(town: BenchTown, *modules: str) -> Iterator[list[str]]:
    """Run services for as long as the block lasts, and yield their addresses."""
    with ExitStack() as stack:
        addresses = [stack.enter_context(_started(module, town)) for module in modules]
        for address in addresses:
            with httpx2.Client(base_url=address, trust_env=False) as client:
                wait_until_ready(client)
        yield addresses


@contextmanager
def _started(module: str, town: BenchTown) -> Iterator[str]:
    port = free_port()
    environment = os.environ | {
        "PASLEDGER_BOOKS": town.books,
        "MERCHANT_API_PORT": str(port),
        "MERCHANT_API_REQUESTS_A_MINUTE": str(MANY_REQUESTS),
    }
    # It logs as it does at work: a line for each request, which nobody reads here.
    process = subprocess.Popen([sys.executable, "-m", module], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def wrk(address: str, credential: str, tokens: Path, clients: int, seconds: int) -> Sequence[str]:
    """Load from a compiled program."""
    settings = ("--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s", "--timeout", "30s")
    script = Path(__file__).with_name("load.lua")
    return ("wrk", *settings, "--script", str(script), address + _PATH, "--", credential, str(tokens))


def in_python(address: str, credential: str, tokens: Path, clients: int, seconds: int) -> Sequence[str]:
    """Load from where there is nothing but Python."""
    module = "tests.benchmarks.load"
    return (sys.executable, "-m", module, address + _PATH, credential, str(tokens), str(clients), str(seconds))


PROGRAM: Program = wrk if shutil.which("wrk") else in_python


def load(town: BenchTown, clients: int, seconds: int, address: str, *, program: Program = PROGRAM) -> Load:
    """Let clients pay with all the cards of a town, and return what they saw."""
    with NamedTemporaryFile("w") as tokens:
        tokens.write("\n".join(town.tokens))
        tokens.flush()
        command = program(address, town.credential, Path(tokens.name), clients, seconds)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Load(**json.loads(done.stderr))
