"""One-time codes by time (TOTP, RFC 6238), as every app for them makes them: six digits, a new one each half minute.

>>> one_time_code(b"12345678901234567890", 59 // SECONDS)
'287082'
"""

import hmac
from base64 import b32encode
from datetime import datetime
from hashlib import sha1
from urllib.parse import quote, urlencode

from pasledger.rules.keys import SecretKey
from pasledger.rules.records import PersonSecret

SECONDS = 30
_DIGITS = 6
_STEPS_AROUND = 1
"""How many codes before and after the one of this moment are taken: clocks differ, and people type slowly."""


def one_time_code(secret: bytes, step: int) -> str:
    """Return the code of one half minute (RFC 4226, section 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8), sha1).digest()
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def step_of(secret: bytes, code: str, *, at: datetime) -> int | None:
    """Return of which half minute around a moment this is the code, or None where it is of none."""
    now = int(at.timestamp()) // SECONDS
    for step in range(now - _STEPS_AROUND, now + _STEPS_AROUND + 1):
        if hmac.compare_digest(one_time_code(secret, step), code):
            return step
    return None


def second_factor(key: SecretKey, secret: PersonSecret) -> bytes:
    """Return the secret of a person's codes. It is in no table: the key of the books makes it, each time the same."""
    return bytes.fromhex(key.mac("second-factor", secret.person, str(secret.start)))[:20]


def for_an_app(secret: bytes, *, account: str, issuer: str) -> tuple[str, str]:
    """Return the secret as people type it and as the link that an app scans (otpauth)."""
    typed = b32encode(secret).decode()
    return typed, f"otpauth://totp/{quote(f'{issuer}:{account}')}?{urlencode({'secret': typed, 'issuer': issuer})}"
