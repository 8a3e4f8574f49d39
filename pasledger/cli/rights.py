"""What each command asks of who gives it: one line for each command, and no command without its line."""

from dataclasses import dataclass

from pasledger.rules.actors import Permission

P = Permission


@dataclass(frozen=True, slots=True)
class Asks:
    """The permission that who asks must have, and that of who approves in the same command, if it has an approver."""

    permission: P
    approval: P | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Whoever can open the books, or runs the machine, may do it; nobody is asked who they are."""

    because: str


LOOKS = Open("it looks at books that one can open, and the file or the role in PostgreSQL says who can")
RUNS_THE_MACHINE = Open("it makes books, or takes them whole, so that there may be no actor to ask")

PROVES = Open("it adds nothing of its own, and runs at night, when nobody is there")

SIGNS_IN = Open("who works there signs in on its pages, and each look-up there asks for their rights")

RIGHTS: dict[str, Asks | Open] = {
    "start": RUNS_THE_MACHINE,
    "upgrade": RUNS_THE_MACHINE,
    "serve": RUNS_THE_MACHINE,
    "desk": SIGNS_IN,
    "backup": LOOKS,
    "restore": RUNS_THE_MACHINE,
    "keys create": RUNS_THE_MACHINE,
    "import": RUNS_THE_MACHINE,
    "roles create": RUNS_THE_MACHINE,
    "retention keep": Asks(P.PREPARE, P.APPROVE),
    "retention preview": LOOKS,
    "retention apply": Asks(P.PREPARE, P.APPROVE),
    "actors add": Asks(P.ADMINISTER),
    "actors list": LOOKS,
    "actors give": Asks(P.ADMINISTER),
    "actors take": Asks(P.ADMINISTER),
    "actors renew": Asks(P.ADMINISTER),
    "actors end": Asks(P.ADMINISTER),
    "actors rights": LOOKS,
    "actors history": LOOKS,
    "schemes add": Asks(P.PREPARE, P.APPROVE),
    "schemes list": LOOKS,
    "schemes overview": LOOKS,
    "budgets add": Asks(P.PREPARE, P.APPROVE),
    "budgets list": LOOKS,
    "merchants add": Asks(P.PREPARE, P.APPROVE),
    "merchants list": LOOKS,
    "merchants change": Asks(P.PREPARE, P.APPROVE),
    "merchants check": Asks(P.PREPARE, P.APPROVE),
    "merchants end": Asks(P.PREPARE, P.APPROVE),
    "merchants history": LOOKS,
    "terminals add": Asks(P.PREPARE),
    "terminals list": LOOKS,
    "terminals renew": Asks(P.PREPARE),
    "terminals revoke": Asks(P.PREPARE),
    "persons add": Asks(P.PREPARE),
    "persons list": LOOKS,
    "persons renew": Asks(P.PREPARE),
    "persons end": Asks(P.PREPARE),
    "offers propose": Asks(P.PREPARE),
    "offers approve": Asks(P.APPROVE),
    "offers stop": Asks(P.PREPARE),
    "offers list": LOOKS,
    "offers uses": LOOKS,
    "requests add": Asks(P.PREPARE),
    "requests list": LOOKS,
    "requests withdraw": Asks(P.PREPARE),
    "sources add": Asks(P.PREPARE),
    "sources list": LOOKS,
    "holders add": Asks(P.ASSIST),
    "holders overview": LOOKS,
    "messages credited": Asks(P.ASSIST),
    "messages ending": Asks(P.ASSIST),
    "messages card-replaced": Asks(P.ASSIST),
    "messages requests": Asks(P.ASSIST),
    "messages send": Asks(P.ASSIST),
    "cards activate": Asks(P.ASSIST),
    "cards block": Asks(P.ASSIST),
    "cards replace": Asks(P.ASSIST),
    "cards issue": Asks(P.ASSIST),
    "cards sheet": LOOKS,
    "cards overview": LOOKS,
    "cards limit": Asks(P.PREPARE, P.APPROVE),
    "cards letters": Asks(P.ASSIST),
    "cards pin": Asks(P.ASSIST),
    "cards unlock": Asks(P.ASSIST),
    "award": Asks(P.PREPARE, P.APPROVE),
    "awards prepare": Asks(P.PREPARE),
    "awards change": Asks(P.PREPARE),
    "awards faults": LOOKS,
    "awards submit": Asks(P.PREPARE),
    "awards preview": LOOKS,
    "awards approve": Asks(P.APPROVE),
    "awards reject": Asks(P.APPROVE),
    "awards book": Asks(P.PREPARE),
    "awards letters": LOOKS,
    "awards reverse": Asks(P.PREPARE, P.APPROVE),
    "awards list": LOOKS,
    "awards show": LOOKS,
    "awards second-approver": Asks(P.PREPARE, P.APPROVE),
    "entitlements list": LOOKS,
    "entitlements withdraw": Asks(P.PREPARE, P.APPROVE),
    "entitlements end": Asks(P.PREPARE, P.APPROVE),
    "entitlements end-listed": Asks(P.PREPARE, P.APPROVE),
    "entitlements extend": Asks(P.PREPARE, P.APPROVE),
    "balances": LOOKS,
    "redeem": Asks(P.ASSIST),
    "refund": Asks(P.ASSIST),
    "correct": Asks(P.PREPARE, P.APPROVE),
    "year lapse": Asks(P.PREPARE, P.APPROVE),
    "year free": Asks(P.PREPARE, P.APPROVE),
    "year close": Asks(P.PREPARE, P.APPROVE),
    "year opening": LOOKS,
    "payouts configure": Asks(P.PAY, P.APPROVE),
    "payouts preview": LOOKS,
    "payouts prepare": Asks(P.PAY),
    "payouts list": LOOKS,
    "payouts show": LOOKS,
    "payouts release": Asks(P.APPROVE),
    "payouts write": LOOKS,
    "payouts cancel": Asks(P.PAY, P.APPROVE),
    "payouts write-off": Asks(P.PAY, P.APPROVE),
    "holds list": LOOKS,
    "holds sweep": Asks(P.ASSIST),
    "holds release": Asks(P.ASSIST),
    "holds refund": Asks(P.ASSIST),
    "bank read": Asks(P.PAY),
    "bank status": Asks(P.PAY),
    "bank lines": LOOKS,
    "bank settle": Asks(P.PAY, P.APPROVE),
    "trial-balance": LOOKS,
    "accounts": LOOKS,
    "account": LOOKS,
    "audit follow": LOOKS,
    "audit sample": LOOKS,
    "audit reach": LOOKS,
    "audit limited-network": LOOKS,
    "audit findings": LOOKS,
    "audit follow-up": Asks(P.AUDIT),
    "audit manual": LOOKS,
    "audit changes": LOOKS,
    "audit rights": LOOKS,
    "audit report": LOOKS,
    "audit look-ups": LOOKS,
    "export xaf": LOOKS,
    "export hledger": LOOKS,
    "export beancount": LOOKS,
    "export jsonl": LOOKS,
    "seal": PROVES,
    "prove": LOOKS,
    "verify": LOOKS,
    "cover": LOOKS,
    "log": LOOKS,
}
"""Each command as it is written. A command that writes in the books and is not here cannot be given."""
