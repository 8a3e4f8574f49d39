"""The daily proof of cover, from one snapshot of the books."""

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import total
from pasledger.reports.cover import BankCover, Cover, Told, bank_cover, cover
from pasledger.store import Reader


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
        lines = [
            Told(one.name, one.line, one.settled)
            for one in reader.bank.lines()
            if one.statement.iban == settings.payer_iban
        ]
        bank = bank_cover(treasury, statements, lines, reader.bank.treasury_moves())
    return cover(balances, bank)
