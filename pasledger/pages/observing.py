"""What operators see: a line for each request, and figures. Never who paid, with what, how much, or where.

A line is JSON, and says the address as the API describes it (`/v1/redemptions/{id}`), never as it was asked for. Lines
of one request have one trace id: that of its `traceparent` (W3C Trace Context), or a new one.
"""

import json
import logging
import re
import secrets
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType
from typing import Any

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("pas_requests", "Requests that were answered.", ("method", "route", "status"))
SECONDS = Histogram("pas_request_seconds", "How long a request took.", ("route",))

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)

_trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)


class Observed:
    """Notes each request when it has been answered. It stands outermost, so that nothing escapes it."""

    def __init__(self, app: ASGIApp, *, log: str) -> None:
        self._app = app
        self._log = logging.getLogger(log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0  # of one that hangs up before its answer

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        _trace_id.set(_trace_of(scope))
        began = time.perf_counter()
        try:
            await self._app(scope, receive, send_noting)
        finally:
            _note(self._log, scope, status, time.perf_counter() - began)


def _note(log: logging.Logger, scope: Scope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "other"
    # The API is mounted below its version, and knows its own part of the address only.
    route = f"{scope.get('root_path', '')}{scope['route'].path}" if "route" in scope else "none"
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(route).observe(seconds)
    noted = {"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)}
    log.info("request", extra={"fields": noted})


def _trace_of(scope: Scope) -> str:
    found = _TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
    return found[1] if found else secrets.token_hex(16)


class JsonLine(logging.Formatter):
    """One line for each record. Of a fault it says the kind and the places, never the words, which could quote."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "says": record.getMessage(),
        }
        if (trace_id := _trace_id.get()) is not None:
            line["trace_id"] = trace_id
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            line |= {"fault": record.exc_info[0].__name__, "where": places(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False)


def places(traceback: TracebackType | None) -> str:
    """Return where a fault came from: the last functions with their lines, the innermost first."""
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(extract_tb(traceback)[-4:]))


def log_fault(log: logging.Logger, fault: Exception) -> None:
    """Log what kind of fault it was and where; never its words, which could quote what was sent."""
    log.error("unhandled %s in %s", type(fault).__name__, places(fault.__traceback__))


def log_settings(name: str, level: str) -> dict[str, Any]:
    """Return the settings of all logs of a process: JSON lines on the standard error, its own from a level on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonLine}},
        "handlers": {"errors": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["errors"], "level": "WARNING"},
        "loggers": {name: {"level": level.upper()}},
    }
