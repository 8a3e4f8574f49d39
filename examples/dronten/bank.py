"""The bank of the sample town: it pays a file of the ledger, and writes what it did as a statement.

    python examples/dronten/bank.py FILE OUT --moved-in 250000.00

reads a pain.001 file and writes a camt.053 statement of today. On it is the budget that the town moved in, and each
payment of the file; the last of these comes back, because the account is closed.
"""

import argparse
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

PAIN = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
ACCOUNT_CLOSED = "AC04"


@dataclass(frozen=True)
class Line:
    """One line of a statement: above zero what came in, below zero what went out."""

    amount: Decimal
    name: str
    iban: str = ""
    end_to_end_id: str = ""
    text: str = ""
    reason: str = ""


def main() -> None:
    """Write the statement."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("file", type=Path, help="a pain.001 file")
    arguments.add_argument("out", type=Path, help="where the statement goes")
    arguments.add_argument("--moved-in", type=Decimal, required=True, help="the budget that is on the account")
    asked = arguments.parse_args()
    document = ElementTree.parse(asked.file).getroot()  # noqa: S314 - a file of our own
    iban = document.findtext(".//p:DbtrAcct/p:Id/p:IBAN", "", PAIN)
    budget = Line(asked.moved_in, document.findtext(".//p:Dbtr/p:Nm", "", PAIN), text="Budget")
    payments = [paid(one) for one in document.iterfind(".//p:CdtTrfTxInf", PAIN)]
    asked.out.write_bytes(statement(iban, [budget, *payments, sent_back(payments[-1])]))


def paid(payment: ElementTree.Element) -> Line:
    """Return the line of a payment."""
    return Line(
        -Decimal(payment.findtext("p:Amt/p:InstdAmt", "", PAIN)),
        payment.findtext("p:Cdtr/p:Nm", "", PAIN),
        payment.findtext("p:CdtrAcct/p:Id/p:IBAN", "", PAIN),
        payment.findtext("p:PmtId/p:EndToEndId", "", PAIN),
        payment.findtext("p:RmtInf/p:Ustrd", "", PAIN),
    )


def sent_back(line: Line) -> Line:
    """Return the line of a payment that comes back."""
    return Line(-line.amount, line.name, line.iban, line.end_to_end_id, line.text, ACCOUNT_CLOSED)


def statement(iban: str, lines: list[Line]) -> bytes:
    """Return the first statement of an account on which there was nothing."""
    today = datetime.now(ZoneInfo("Europe/Amsterdam")).date().isoformat()
    document = ElementTree.Element("Document", xmlns=CAMT)
    report = ElementTree.SubElement(document, "BkToCstmrStmt")
    add(report, "GrpHdr", {"MsgId": "AFSCHRIFT-1", "CreDtTm": f"{today}T20:00:00"})
    node = ElementTree.SubElement(report, "Stmt")
    add(node, "", {"Id": "AFSCHRIFT-1", "ElctrncSeqNb": "1", "CreDtTm": f"{today}T20:00:00"})
    add(node, "Acct/Id", {"IBAN": iban})
    for kind, balance in (("OPBD", Decimal("0.00")), ("CLBD", sum((line.amount for line in lines), Decimal(0)))):
        shown = ElementTree.SubElement(node, "Bal")
        add(shown, "Tp/CdOrPrtry", {"Cd": kind})
        add_amount(shown, balance)
        add(shown, "Dt", {"Dt": today})
    for line in lines:
        add_line(node, line, today)
    ElementTree.indent(document)
    written: bytes = ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True)
    return written


def add_line(node: ElementTree.Element, line: Line, today: str) -> None:
    """Add an entry with its one payment."""
    entry = ElementTree.SubElement(node, "Ntry")
    add_amount(entry, line.amount)
    add(entry, "Sts", {"Cd": "BOOK"})
    add(entry, "BookgDt", {"Dt": today})
    add(entry, "BkTxCd/Prtry", {"Cd": "SEPA"})
    details = ElementTree.SubElement(ElementTree.SubElement(entry, "NtryDtls"), "TxDtls")
    other = "Dbtr" if line.amount > 0 and not line.reason else "Cdtr"
    if line.end_to_end_id:
        add(details, "Refs", {"EndToEndId": line.end_to_end_id})
    parties = ElementTree.SubElement(details, "RltdPties")
    add(parties, f"{other}/Pty", {"Nm": line.name})
    if line.iban:
        add(parties, f"{other}Acct/Id", {"IBAN": line.iban})
    add(details, "RmtInf", {"Ustrd": line.text})
    if line.reason:
        add(details, "RtrInf/Rsn", {"Cd": line.reason})


def add_amount(node: ElementTree.Element, amount: Decimal) -> None:
    """Add an amount, and on which side it is."""
    add(node, "", {"Amt": str(abs(amount))})
    node[-1].set("Ccy", "EUR")
    add(node, "", {"CdtDbtInd": "CRDT" if amount >= 0 else "DBIT"})


def add(node: ElementTree.Element, path: str, texts: dict[str, str]) -> None:
    """Add elements, each within the one before, and in the last of them the texts by their names."""
    for name in path.split("/") if path else ():
        node = ElementTree.SubElement(node, name)
    for name, text in texts.items():
        ElementTree.SubElement(node, name).text = text


if __name__ == "__main__":
    main()
