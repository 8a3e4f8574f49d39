"""What the bank says of a file before it pays: pain.002.001.10. Only what it rejects matters; the rest will be paid."""

from dataclasses import dataclass

from pasledger.formats.xml import Node, missing, read_xml

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
_REJECTED = "RJCT"
_UNKNOWN_REASON = "NARR"


@dataclass(frozen=True, slots=True)
class Rejected:
    """What is not paid: one payment, or all of a file, and the bank's code for why."""

    payment_information_id: str
    end_to_end_id: str | None
    reason: str


def read_rejections(data: bytes) -> list[Rejected]:
    """Return all that the bank rejects. Raises `FileRefused`."""
    document = read_xml(data, NAMESPACE)
    reports = document.all("CstmrPmtStsRpt") or missing("CstmrPmtStsRpt")
    return [one for report in reports for one in _rejected(report)]


def _rejected(report: Node) -> list[Rejected]:
    for group in report.all("OrgnlGrpInfAndSts"):
        if group.first("GrpSts") == _REJECTED:
            return [Rejected(group.first("OrgnlMsgId") or missing("OrgnlMsgId"), None, _reason(group))]
    found: list[Rejected] = []
    for payments in report.all("OrgnlPmtInfAndSts"):
        named = payments.first("OrgnlPmtInfId") or missing("OrgnlPmtInfId")
        if payments.first("PmtInfSts") == _REJECTED:
            found.append(Rejected(named, None, _reason(payments)))
            continue
        found += [
            Rejected(named, one.first("OrgnlEndToEndId") or missing("OrgnlEndToEndId"), _reason(one))
            for one in payments.all("TxInfAndSts")
            if one.first("TxSts") == _REJECTED
        ]
    return found


def _reason(node: Node) -> str:
    return (node.first("StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry") or _UNKNOWN_REASON)[:35]
