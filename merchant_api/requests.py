"""What routes ask of a request beside what its body means."""

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Header, Request

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.faults import Fault


async def sent_as_json(request: Request) -> None:
    """Answer 415 to a body of another kind, and 400 to one that says the same name twice: two readers would differ."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/json":
        raise Problem(Answer.WRONG_TYPE)
    try:
        json.loads(await request.body(), object_pairs_hook=_once_each)
    except _Twice:
        raise Problem(Answer.INVALID, [Fault("#/", "name-twice")]) from None
    except ValueError:
        pass  # what is no JSON at all is told where the body is read


class _Twice(Exception):  # noqa: N818 - an answer, not an error
    """A name stands twice in one object."""


def _once_each(pairs: Sequence[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _Twice


KEY = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}"
"""How a key is written. It begins with no point, because `.` and `..` are no names in an address."""


async def idempotency_key(
    request: Request,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            description="Names this attempt for ever; a repeat with the same key and body gets the same answer. "
            "May be written in double quotes.",
            pattern=f'^({KEY}|"{KEY}")$',
            examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
        ),
    ],
) -> str:
    """Return the one key, without the quotes that its draft standard puts around it."""
    if len(request.headers.getlist("idempotency-key")) > 1:
        raise Problem(Answer.INVALID, [Fault("header: Idempotency-Key", "key-twice")])
    return key.strip('"')


IdempotencyKey = Annotated[str, Depends(idempotency_key)]
