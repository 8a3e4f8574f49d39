"""Why a bank did not pay, or sent back, in words."""

from pasledger.cli.calls import Call

KNOWN_REASONS = (
    "AC01",
    "AC04",
    "AC06",
    "AC13",
    "AG01",
    "AG02",
    "AM02",
    "AM04",
    "AM05",
    "AM09",
    "AM10",
    "BE01",
    "BE04",
    "CNOR",
    "CUST",
    "DT01",
    "DUPL",
    "FF01",
    "FOCR",
    "FRAD",
    "MD07",
    "MS02",
    "MS03",
    "NARR",
    "RC01",
    "RR01",
    "RR02",
    "RR03",
    "RR04",
    "TECH",
    "TM01",
)
"""The codes of banks that there are words for: `cli.bank-reason` and the code in small letters."""


def why(call: Call, code: str) -> str:
    """Return the reason of a bank in words; where it gave none, nothing."""
    if not code:
        return ""
    if code in KNOWN_REASONS:
        return call.say(f"cli.bank-reason.{code.lower()}")
    return call.say("cli.bank-reason-unknown", named=code)
