"""Clients that pay as fast as they are answered: `python -m tests.benchmarks.load ADDRESS CREDENTIAL TOKENS N SECONDS`.

For where there is no wrk. Written on bare sockets, so that the clients cost as little as they can beside the service.
"""

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4


async def client(
    host: str, port: int, path: str, credential: str, tokens: list[str], until: float
) -> list[tuple[float, bool]]:
    """Pay until the time is over; return how long each answer took, and whether it was a yes."""
    reader, writer = await asyncio.open_connection(host, port)
    seen: list[tuple[float, bool]] = []
    while (started := time.perf_counter()) < until:
        token = random.choice(tokens)  # noqa: S311 - a load, not a secret
        body = f'{{"card":{{"token":"{token}"}},"amount":{{"currency":"EUR","value":"0.01"}}}}'.encode()
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {credential}\r\n"
            f"Content-Type: application/json\r\nIdempotency-Key: {uuid4().hex}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        seen.append((time.perf_counter() - started, head.startswith(b"HTTP/1.1 201")))
    writer.close()
    return seen


async def main(address: str, credential: str, tokens: list[str], clients: int, seconds: float) -> dict[str, float]:
    """Run the clients and return what they saw."""
    place = urlsplit(address)
    started = time.perf_counter()
    runs = [
        client(str(place.hostname), int(place.port or 80), place.path, credential, tokens, started + seconds)
        for _ in range(clients)
    ]
    seen = [one for run in await asyncio.gather(*runs) for one in run]
    took = time.perf_counter() - started
    times = sorted(milliseconds * 1000 for milliseconds, _ in seen)
    return {
        "per_second": len(seen) / took,
        "p50_ms": times[len(times) // 2],
        "p95_ms": times[len(times) * 95 // 100],
        "p99_ms": times[len(times) * 99 // 100],
        "errors": sum(not is_yes for _, is_yes in seen),
    }


if __name__ == "__main__":
    where, secret, tokens_file, number, duration = sys.argv[1:]
    known = Path(tokens_file).read_text().split()
    sys.stderr.write(json.dumps(asyncio.run(main(where, secret, known, int(number), float(duration)))) + "\n")
