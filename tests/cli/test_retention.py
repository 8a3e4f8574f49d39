"""Retention on the command line: what is kept, what is over, and unlinking it."""

from tests.cli.conftest import FOUR_EYES, Clerk

KINDS = ["award-draft", "award-row", "merchant-reference", "payment-request", "contact", "person", "decision", "holder"]


def test_what_is_kept_is_shown(clerk: Clerk) -> None:
    """Each kind with its period and where that is laid down, and what is over on a day that has not come."""
    kinds = clerk.done("retention", "preview")["kinds"]
    assert [one["kind"] for one in kinds] == KINDS
    assert {one["kind"]: one["references"] for one in kinds}["holder"] == 2
    assert all(one["over"] == 0 for one in kinds)
    later = {one["kind"]: one for one in clerk.done("retention", "preview", "--on", "2090-01-01")["kinds"]}
    assert (later["holder"]["held_back"], later["decision"]["held_back"]) == (2, 2)
    shown = clerk("retention", "preview").words
    for words in ("kenmerk van een beschikking", "P10Y", "8.1", "loopt nog"):
        assert words in shown


def test_a_period_is_set_by_two(clerk: Clerk) -> None:
    """It is shown from then on; what is no period or no kind is not understood, and nothing is set by one."""
    said = clerk.done("retention", "keep", "holder", "p5y", "--source", "collegebesluit 7", *FOUR_EYES)
    assert said == {"kind": "holder", "period": "P5Y", "source": "collegebesluit 7"}
    assert clerk.done("retention", "preview")["kinds"][-1]["source"] == "collegebesluit 7"
    wrong = clerk("retention", "keep", "holder", "5", "--source", "B-1", *FOUR_EYES)
    assert (wrong.code, "P7Y" in wrong.words) == (2, True)
    assert clerk("retention", "keep", "nobody", "P5Y", "--source", "B-1", *FOUR_EYES).code == 2
    assert clerk("retention", "keep", "holder", "P5Y", "--source", "B-1", "--approved-by", "clerk").code == 1
    assert clerk.done("retention", "preview")["kinds"][-1]["period"] == "P5Y"


def test_nothing_goes_without_yes(clerk: Clerk) -> None:
    """It is shown first; what is over goes, with who approved it in the log; and of one kind where that is asked."""
    clerk.done("retention", "keep", "award-draft", "P1D", "--source", "B-1", *FOUR_EYES)
    before = clerk.booked()
    shown = clerk.done("retention", "apply", *FOUR_EYES)
    assert (shown["is_unlinked"], [one["kind"] for one in shown["kinds"]]) == (False, KINDS)
    after = clerk.booked()
    assert {table for table in after if after[table] != before[table]} <= {"seal", "sealed"}
    assert clerk("retention", "apply", "--approved-by", "clerk", "--yes").code == 1
    said = clerk.done("retention", "apply", *FOUR_EYES, "--kind", "award-draft", "--yes")
    assert said == {"is_unlinked": True, "kinds": [{"kind": "award-draft", "references": 0}]}
    assert "ontkoppeld, voorgoed" in clerk("retention", "apply", *FOUR_EYES, "--yes").words
