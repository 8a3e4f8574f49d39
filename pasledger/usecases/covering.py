"""The daily proof of cover, from one snapshot of the books."""

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import total
from pasledger.reports.cover import BankCover, Cover, Told, bank_cover, cover
from pasledger.store import Reader
from pasledger.store.bank import BankLineFound


def proof_of_cover(reader: Reader) -> Cover:
    """Return what was promised against what is there, and the books against the bank."""
    balances = [
        (account, turnover.balance(is_debit_normal=account.kind.is_debit_normal))
        for account, turnover in reader.turnovers()
    ]
    treasury = total(balance for account, balance in balances if account.kind is AccountKind.TREASURY)
    settings = reader.payouts.settings()
    bank: BankCover | None = None
    if settings is not None and settings.is_dedicated:
        statements = [one for one in reader.bank.statements() if one.iban == settings.payer_iban]
        lines = reader.bank.lines()
        bank = bank_cover(
            treasury,
            statements,
            [_told(one) for one in lines if one.statement.iban == settings.payer_iban],
            reader.bank.treasury_moves(),
            elsewhere=[_told(one) for one in lines if one.statement.iban != settings.payer_iban],
        )
    return cover(balances, bank)


def _told(found: BankLineFound) -> Told:
    return Told(found.name, found.line, found.settled)
