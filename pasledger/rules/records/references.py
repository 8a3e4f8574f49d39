"""A merchant's own name for what it booked: a member number, an invoice, a pupil number."""

from dataclasses import dataclass

from pasledger.ledger.ids import EntryId
from pasledger.rules.records.commitments import commitment


@dataclass(frozen=True, slots=True)
class MerchantReference:
    """The reference that a merchant gave a redemption, a hold or a refund. It can be deleted; the entry stays bound."""

    entry: EntryId
    text: str
    salt: str

    @property
    def commitment(self) -> str:
        """What stays when the reference is deleted."""
        return commitment(self.salt, self.text)
