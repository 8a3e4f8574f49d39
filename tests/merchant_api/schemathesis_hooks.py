"""What the outside tool has to know: a card number has check digits, which no pattern can say."""

import schemathesis
from hypothesis import strategies as st

from pasledger.rules.cards import NUMBER_CHOICES, card_number

schemathesis.openapi.format("card-number", st.integers(0, NUMBER_CHOICES - 1).map(lambda draw: str(card_number(draw))))
