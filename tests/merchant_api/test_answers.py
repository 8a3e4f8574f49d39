"""The list of answers: closed, total, and complete in both languages."""

import pytest

from merchant_api.answers import Answer, answer_to
from pasledger.ledger.refusals import Refusal
from pasledger.texts import Surface, codes, languages

OWN_DOING = {
    Refusal.KEY_REUSED: Answer.KEY_REUSED,
    Refusal.REDEMPTION_UNKNOWN: Answer.NOT_FOUND,
    Refusal.OFFER_UNKNOWN: Answer.NOT_FOUND,
    Refusal.REFUND_TOO_LARGE: Answer.REFUND_TOO_LARGE,
    Refusal.HOLD_TERM: Answer.HOLD_TERM,
    Refusal.HOLD_UNKNOWN: Answer.NOT_FOUND,
    Refusal.HOLD_ENDED: Answer.HOLD_ENDED,
    Refusal.HOLD_TOO_SMALL: Answer.HOLD_TOO_SMALL,
}


@pytest.mark.parametrize("reason", Refusal)
def test_every_reason_has_its_answer(reason: Refusal) -> None:
    """What a merchant brought about itself is named; every other reason is the one refusal."""
    assert answer_to(reason) is OWN_DOING.get(reason, Answer.REFUSED)


@pytest.mark.parametrize("language", languages(Surface.MERCHANTS))
def test_every_answer_has_its_texts(language: str) -> None:
    """Each answer has a title and a sentence."""
    assert {f"answer.{answer.label}{part}" for answer in Answer for part in ("", ".title")} <= codes(language)
