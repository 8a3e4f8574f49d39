"""Payments for the bank: pain.001.001.09, SEPA credit transfers of one run.

Everything in a file comes from the record of its run, so that the same run is the same file, byte for byte, whoever
makes it and whenever. There are no addresses in it: within the EEA none is needed, and unstructured ones are refused
since November 2026. Each payment is booked by the bank as a line of its own, so that each can be matched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from xml.etree import ElementTree

from pasledger.formats.sepa import MOST_IN_REMITTANCE, in_sepa
from pasledger.ledger.money import total
from pasledger.rules.records import PaymentFile, Payout, PayoutRun

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file for the bank: its name, its bytes, and what the record keeps of it."""

    name: str
    data: bytes
    record: PaymentFile


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A name that the bank does not get as the books have it."""

    payout: Payout
    written: str


def payment_files(run: PayoutRun, payouts: Sequence[Payout], prepared_at: datetime) -> list[MadeFile]:
    """Return the files of a run, no longer than the bank takes them."""
    most = run.settings.most_in_file
    parts = [payouts[start : start + most] for start in range(0, len(payouts), most)]
    return [_file(run, number, part, prepared_at) for number, part in enumerate(parts, start=1)]


def rewritten(payouts: Sequence[Payout]) -> list[Rewritten]:
    """Return each payout whose name is not one that every bank takes, with what is written for it."""
    found = [Rewritten(payout, in_sepa(payout.account_name)) for payout in payouts]
    return [one for one in found if one.written != one.payout.account_name]


def remittance(run: PayoutRun, payout: Payout) -> str:
    """Return what the merchant reads on its own statement: the number and the days, and never a scheme."""
    number = run.payment_number(payout.place)
    return f"Uitbetaling {number} periode {payout.first_day:%d-%m-%Y} t/m {payout.last_day:%d-%m-%Y}"


def _file(run: PayoutRun, number: int, payouts: Sequence[Payout], prepared_at: datetime) -> MadeFile:
    named, amount = run.payment_information_id(number), total(payout.amount for payout in payouts)
    document = ElementTree.Element("Document", xmlns=NAMESPACE)
    initiation = ElementTree.SubElement(document, "CstmrCdtTrfInitn")
    header = ElementTree.SubElement(initiation, "GrpHdr")
    _text(header, "MsgId", named)
    _text(header, "CreDtTm", prepared_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _text(header, "NbOfTxs", str(len(payouts)))
    _text(header, "CtrlSum", amount.plain)
    _text(header, "InitgPty/Nm", in_sepa(run.settings.payer_name))
    information = ElementTree.SubElement(initiation, "PmtInf")
    _text(information, "PmtInfId", named)
    _text(information, "PmtMtd", "TRF")
    _text(information, "BtchBookg", "false")
    _text(information, "NbOfTxs", str(len(payouts)))
    _text(information, "CtrlSum", amount.plain)
    _text(information, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _text(information, "ReqdExctnDt/Dt", run.execute_on.isoformat())
    _text(information, "Dbtr/Nm", in_sepa(run.settings.payer_name))
    _text(information, "DbtrAcct/Id/IBAN", run.settings.payer_iban)
    if run.settings.payer_bic is None:
        _text(information, "DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
    else:
        _text(information, "DbtrAgt/FinInstnId/BICFI", run.settings.payer_bic)
    _text(information, "ChrgBr", "SLEV")
    for payout in payouts:
        _add_payment(information, run, payout)
    ElementTree.indent(document)
    data = ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True) + b"\n"
    record = PaymentFile(number, len(payouts), amount, sha256(data).hexdigest())
    return MadeFile(f"betaalbatch-{run.name}-{number}.xml", data, record)


def _add_payment(information: ElementTree.Element, run: PayoutRun, payout: Payout) -> None:
    payment = ElementTree.SubElement(information, "CdtTrfTxInf")
    _text(payment, "PmtId/EndToEndId", run.end_to_end_id(payout.place))
    _text(payment, "Amt/InstdAmt", payout.amount.plain).set("Ccy", "EUR")
    _text(payment, "Cdtr/Nm", in_sepa(payout.account_name))
    _text(payment, "CdtrAcct/Id/IBAN", payout.iban)
    _text(payment, "RmtInf/Ustrd", in_sepa(remittance(run, payout), MOST_IN_REMITTANCE))


def _text(parent: ElementTree.Element, path: str, text: str) -> ElementTree.Element:
    """Add elements, each within the one before, the last with a text."""
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, name)
    parent.text = text
    return parent
