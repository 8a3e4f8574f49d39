"""A bank that keeps an account: it is given our files, and writes statements and statuses as banks do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from pasledger.formats import camt053, pain002
from pasledger.formats.pain001 import NAMESPACE

IBAN = "NL13TEST0123456789"
_IN = {"p": NAMESPACE}


@dataclass(frozen=True)
class Movement:
    """Something that happened on the account: above zero in, below zero out, in cents."""

    cents: int
    end_to_end_id: str = ""
    iban: str = ""
    name: str = "X"
    text: str = ""
    reason: str = ""
    payment_information_id: str = ""


def statement(
    number: int,
    movements: Sequence[Movement],
    *,
    opening: int = 0,
    closing: int | None = None,
    on: date = date(2026, 3, 3),
    iban: str = IBAN,
    currency: str = "EUR",
) -> bytes:
    """Return a statement as the bank writes it; with another `closing`, one that does not add up."""
    ends = opening + sum(movement.cents for movement in movements) if closing is None else closing
    entries = "".join(_entry(movement, on, currency) for movement in movements)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{camt053.NAMESPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M{number}</MsgId><CreDtTm>{on}T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S{number}</Id>"
        f"<ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{on}T20:00:00Z</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_balance('OPBD', opening, on)}{_balance('CLBD', ends, on)}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, cents: int, on: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents)}<Dt><Dt>{on}</Dt></Dt></Bal>"


def _amount(cents: int, currency: str = "EUR") -> str:
    side = "DBIT" if cents < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{abs(cents) // 100}.{abs(cents) % 100:02}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def _entry(movement: Movement, on: date, currency: str) -> str:
    other = "Cdtr" if movement.cents < 0 else "Dbtr"
    account = f"<{other}Acct><Id><IBAN>{movement.iban}</IBAN></Id></{other}Acct>" if movement.iban else ""
    returned = f"<RtrInf><Rsn><Cd>{movement.reason}</Cd></Rsn></RtrInf>" if movement.reason else ""
    text = f"<RmtInf><Ustrd>{escape(movement.text)}</Ustrd></RmtInf>" if movement.text else ""
    named = f"<EndToEndId>{movement.end_to_end_id}</EndToEndId>" if movement.end_to_end_id else ""
    file = movement.payment_information_id
    batch = f"<Btch><PmtInfId>{file}</PmtInfId></Btch>" if file else ""
    references = f"<Refs>{named}</Refs>" if named else ""
    return (
        f"<Ntry>{_amount(movement.cents, currency)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{on}</Dt></BookgDt>"
        f"<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>"
        f"<NtryDtls>{batch}<TxDtls>{references}"
        f"<RltdPties><{other}><Pty><Nm>{escape(movement.name)}</Nm></Pty></{other}>{account}</RltdPties>"
        f"{text}{returned}</TxDtls></NtryDtls></Ntry>"
    )


def rejection(payment_information_id: str, end_to_end_id: str | None, reason: str) -> bytes:
    """Return the status of a file of which the bank rejects one payment, or all."""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>"
    inner = (
        f"<PmtInfSts>RJCT</PmtInfSts>{why}"
        if end_to_end_id is None
        else f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end_id}</OrgnlEndToEndId><TxSts>RJCT</TxSts>{why}</TxInfAndSts>"
    )
    return (
        f'<Document xmlns="{pain002.NAMESPACE}"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>R</MsgId><CreDtTm>2026-03-03T08:00:00Z</CreDtTm></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{payment_information_id}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>"
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{payment_information_id}</OrgnlPmtInfId>{inner}"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


@dataclass
class Bank:
    """An account at a bank: what it pays, what comes back, and a statement for each day."""

    cents: int = 0
    number: int = 0
    paid: dict[str, int] = field(default_factory=dict)
    """What each account on the other side has received in all, less what came back from it."""
    today: list[Movement] = field(default_factory=list)

    def move(self, movement: Movement) -> None:
        """Book something on the account."""
        self.today.append(movement)
        if movement.iban:
            self.paid[movement.iban] = self.paid.get(movement.iban, 0) - movement.cents

    def pay(self, file: bytes, *, except_for: Sequence[str] = ()) -> list[Movement]:
        """Pay what a file of ours asks for, but for some payments, and return what was paid."""
        document = ElementTree.fromstring(file)  # noqa: S314 - our own file
        done = []
        for one in document.iterfind(".//p:CdtTrfTxInf", _IN):
            named = one.findtext("p:PmtId/p:EndToEndId", "", _IN)
            cents = int(one.findtext("p:Amt/p:InstdAmt", "", _IN).replace(".", ""))
            if named not in except_for:
                done.append(Movement(-cents, named, one.findtext("p:CdtrAcct/p:Id/p:IBAN", "", _IN)))
                self.move(done[-1])
        return done

    def send_back(self, movement: Movement, reason: str) -> None:
        """Let a payment come back."""
        self.move(Movement(-movement.cents, movement.end_to_end_id, movement.iban, reason=reason))

    def close_the_day(self, on: date) -> bytes:
        """Return the statement of the day."""
        self.number += 1
        made = statement(self.number, self.today, opening=self.cents, on=on)
        self.cents += sum(movement.cents for movement in self.today)
        self.today = []
        return made
