"""Bank statements: camt.053.001.08, each with what it says of itself and its lines in their order.

A statement adds up: opening balance plus all booked entries is the closing balance. One entry may stand for many
payments; where each of them has an amount of its own, each is a line, and otherwise the entry is one.
"""

import re
from dataclasses import dataclass
from datetime import date

from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.xml import Node, missing, read_xml
from pasledger.ledger.money import Money, total

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

_AMOUNT = re.compile(r"(\d{1,13})(?:\.(\d{1,5}))?", re.ASCII)
_LONGEST_TEXT = 500
_NOT_PROVIDED = "NOTPROVIDED"


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a statement: above zero what came in, below zero what went out."""

    amount: Money
    booked_on: date
    end_to_end_id: str
    payment_information_id: str
    iban: str
    """The account on the other side."""
    name: str
    text: str
    reason: str
    """Why a payment came back, as a code."""


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """One statement of a file."""

    iban: str
    bank_id: str
    number: int
    until: date
    opening: Money
    closing: Money
    lines: tuple[ReadLine, ...]


def read_statements(data: bytes) -> list[ReadStatement]:
    """Return every statement of a file. Raises `FileRefused`."""
    document = read_xml(data, NAMESPACE)
    found = [_statement(node) for node in document.all("BkToCstmrStmt/Stmt")]
    if not found:
        missing("BkToCstmrStmt/Stmt")
    return found


def _statement(node: Node) -> ReadStatement:
    number = node.first("ElctrncSeqNb", "LglSeqNb") or missing("Stmt/ElctrncSeqNb")
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        missing("Stmt/ElctrncSeqNb")
    opening, _ = _balance(node, "OPBD", "PRCD")
    closing, until = _balance(node, "CLBD")
    lines = tuple(line for entry in node.all("Ntry") for line in _lines(entry))
    difference = closing - opening - total(line.amount for line in lines)
    if difference:
        raise FileRefused([Fault(FaultKind.STATEMENT_SUM, figures={"number": number, "difference": difference})])
    return ReadStatement(
        node.first("Acct/Id/IBAN") or missing("Stmt/Acct/Id/IBAN"),
        (node.first("Id") or missing("Stmt/Id"))[:_LONGEST_TEXT],
        int(number),
        until,
        opening,
        closing,
        lines,
    )


def _balance(node: Node, *codes: str) -> tuple[Money, date]:
    for code in codes:
        for balance in node.all("Bal"):
            if balance.first("Tp/CdOrPrtry/Cd") == code:
                return _signed(balance, "Stmt/Bal"), _day(balance, "Stmt/Bal", "Dt/Dt", "Dt/DtTm")
    return missing(f"Stmt/Bal {codes[0]}")


def _lines(entry: Node) -> list[ReadLine]:
    if (entry.first("Sts/Cd", "Sts") or "BOOK") != "BOOK":  # not booked yet: it comes again
        return []
    amount = _signed(entry, "Stmt/Ntry")
    details = entry.all("NtryDtls/TxDtls")
    parts = [_part(detail, amount) for detail in details]
    known = [part for part in parts if part is not None]
    if len(details) > 1 and len(known) == len(parts) and total(known) == amount:
        return [_line(entry, detail, part) for detail, part in zip(details, known, strict=True)]
    return [_line(entry, details[0] if len(details) == 1 else Node("", {}), amount)]


def _part(detail: Node, whole: Money) -> Money | None:
    """Return the amount of one payment of an entry; None where it has none of its own."""
    found = [*detail.all("Amt"), *detail.all("AmtDtls/TxAmt/Amt")]
    if not found:
        return None
    amount = _amount(found[0], "TxDtls/Amt")
    side = detail.first("CdtDbtInd")
    is_out = whole.cents < 0 if side is None else side == "DBIT"
    return -amount if is_out else amount


def _line(entry: Node, detail: Node, amount: Money) -> ReadLine:
    other = "Cdtr" if amount.cents < 0 else "Dbtr"
    name = detail.first(f"RltdPties/{other}/Pty/Nm", f"RltdPties/{other}/Nm")
    end_to_end = detail.first("Refs/EndToEndId") or ""
    texts = " ".join(node.text.strip() for node in detail.all("RmtInf/Ustrd"))
    return ReadLine(
        amount,
        _day(entry, "Stmt/Ntry/BookgDt", "BookgDt/Dt", "BookgDt/DtTm"),
        _plain("" if end_to_end == _NOT_PROVIDED else end_to_end),
        _plain(detail.first("Refs/PmtInfId") or entry.first("NtryDtls/Btch/PmtInfId") or ""),
        _plain(detail.first(f"RltdPties/{other}Acct/Id/IBAN") or ""),
        _plain(name or ""),
        _plain(texts or entry.first("AddtlNtryInf") or ""),
        _plain(detail.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry") or ""),
    )


def _plain(text: str) -> str:
    """Return a text on one line, without signs that cannot be printed, and not endless."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:_LONGEST_TEXT]


def _signed(node: Node, place: str) -> Money:
    (amount,) = node.all("Amt")[:1] or missing(f"{place}/Amt")
    side = node.first("CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        missing(f"{place}/CdtDbtInd")
    read = _amount(amount, place)
    return read if side == "CRDT" else -read


def _amount(node: Node, place: str) -> Money:
    found = _AMOUNT.fullmatch(node.text.strip())
    if found is None or node.attributes.get("Ccy") != "EUR" or (found[2] or "")[2:].strip("0"):
        missing(f"{place}/Amt")
    return Money(int(found[1]) * 100 + int((found[2] or "")[:2].ljust(2, "0")))


def _day(node: Node, place: str, *paths: str) -> date:
    try:
        return date.fromisoformat((node.first(*paths) or "")[:10])
    except ValueError:
        return missing(place)
