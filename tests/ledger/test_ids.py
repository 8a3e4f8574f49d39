"""Ids: typed by their prefix, opaque in the rest, sorted by the moment they were made in."""

import uuid

import pytest

from pasledger.ledger.ids import RANDOM_BITS, EntryId, HolderId, Id

KINDS = Id.__subclasses__()
SOME_MILLISECONDS = 1_772_451_296_789


def test_each_kind_has_its_own_prefix() -> None:
    """A prefix of three letters tells what an id names."""
    prefixes = [kind.prefix for kind in KINDS]
    assert len(set(prefixes)) == len(KINDS)
    assert all(len(prefix) == 3 and prefix.isalpha() and prefix.islower() for prefix in prefixes)


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_reads_back_as_its_own_kind_only(kind: type[Id]) -> None:
    """An id is read as what it names, and as nothing else."""
    made = kind.at(SOME_MILLISECONDS, 7)
    assert type(kind.parse(made)) is kind
    assert kind.parse(str(made)) == made
    for other in KINDS:
        if other is not kind:
            with pytest.raises(ValueError, match=other.prefix):
                other.parse(made)


@pytest.mark.parametrize("chance", [0, 1, 2**62 - 1, 2**62, 2**RANDOM_BITS - 1])
def test_an_id_of_our_own_is_a_uuid_of_version_7(chance: int) -> None:
    """The 128 bits are laid out as RFC 9562 says: time, version, variant, and the rest is chance."""
    made = uuid.UUID(EntryId.at(SOME_MILLISECONDS, chance).removeprefix("jrn_"))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == SOME_MILLISECONDS
    assert (made.int >> 64 & 0xFFF) << 62 | made.int & (2**62 - 1) == chance


def test_ids_sort_by_the_moment_they_were_made_in() -> None:
    """A later millisecond sorts after, whatever the chance."""
    assert EntryId.at(SOME_MILLISECONDS, 2**RANDOM_BITS - 1) < EntryId.at(SOME_MILLISECONDS + 1, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hld_",
        "hld_" + "0" * 31,
        "hld_" + "0" * 33,
        "hld_" + "A" * 32,
        "HLD_" + "0" * 32,
        "hld-" + "0" * 32,
        " hld_" + "0" * 32,
        "hld_" + "0" * 32 + "\n",
        "hld_" + "٣" * 32,
    ],
)
def test_what_is_not_written_as_an_id_is_none(text: str) -> None:
    """There is one way to write an id."""
    with pytest.raises(ValueError, match="not an id of the form hld_"):
        HolderId.parse(text)
