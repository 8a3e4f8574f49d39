"""Who may say who may do what: an administrator, never of themselves, and one always stays."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.refusals import Refusal
from pasledger.rules.actors import ActorRole, Permission
from pasledger.rules.appointing import ActorRequest, CredentialRequest, DismissalRequest, RoleRequest
from pasledger.rules.deciding import Request
from pasledger.rules.town import Town
from tests.support.town import a_stamp, ask, grant, refuses

R = ActorRole
PEOPLE = ("clerk", "jansen", "bakker")
FIRST = ActorRequest("clerk", frozenset({R.ADMINISTRATOR}), "hash", is_login=True)

names = st.sampled_from(PEOPLE)
roles = st.sampled_from(ActorRole)
requests = st.one_of(
    st.builds(ActorRequest, names, st.frozensets(roles), st.just("hash"), st.booleans()),
    st.builds(RoleRequest, names, roles, st.booleans()),
    st.builds(CredentialRequest, names, st.just("another")),
    st.builds(DismissalRequest, names),
)


@given(st.lists(st.tuples(names, requests), max_size=30))
def test_an_administrator_always_stays(asked: list[tuple[str, Request]]) -> None:
    """Whoever asks whatever in whatever order: somebody is left who can say who may do what."""
    town = Town()
    grant(town, FIRST)
    for name, request in asked:
        ask(town, request, stamp=replace(a_stamp(), prepared_by=name))
        assert any(Permission.ADMINISTER in actor.permissions for actor in town.actors)


@given(st.lists(st.tuples(names, requests), max_size=30))
def test_nobody_changes_their_own_roles(asked: list[tuple[str, Request]]) -> None:
    """Before and after what somebody asks, their own roles are the same."""
    town = Town()
    grant(town, FIRST)
    for name, request in asked:
        before = [actor.roles for actor in town.actors if actor.name == name]
        ask(town, request, stamp=replace(a_stamp(), prepared_by=name))
        assert not before or before == [actor.roles for actor in town.actors if actor.name == name]


@pytest.mark.parametrize(
    "asked",
    [
        ActorRequest("bakker", frozenset({R.CLERK}), "hash"),
        RoleRequest("clerk", R.APPROVER, is_given=True),
        CredentialRequest("clerk", "another"),
        DismissalRequest("clerk"),
    ],
)
@pytest.mark.parametrize(("name", "reason"), [("jansen", Refusal.NOT_ALLOWED), ("nobody", Refusal.ACTOR_UNKNOWN)])
def test_only_an_administrator_changes_rights(asked: Request, name: str, reason: Refusal) -> None:
    """The decision refuses everybody else, whatever was looked at before it."""
    town = Town()
    grant(town, FIRST)
    grant(town, ActorRequest("jansen", frozenset(R) - {R.ADMINISTRATOR}, "hash"))
    with refuses(reason):
        grant(town, asked, stamp=replace(a_stamp(), prepared_by=name))


def test_an_actor_is_the_fold_of_its_changes() -> None:
    """What was given and taken is what an actor has, and who ended has nothing."""
    town = Town()
    grant(town, FIRST)
    grant(town, ActorRequest("jansen", frozenset({R.CLERK}), "hash"))
    grant(town, RoleRequest("jansen", R.APPROVER, is_given=True))
    grant(town, RoleRequest("jansen", R.CLERK, is_given=False))
    grant(town, CredentialRequest("jansen", "another"))
    jansen = town.actors.named("jansen")
    assert (jansen.roles, jansen.credential_hash, jansen.is_login) == (frozenset({R.APPROVER}), "another", False)
    assert (town.actors.named("clerk").is_login, town.actors.changes) == (True, 10)
    grant(town, DismissalRequest("jansen"))
    ended = next(actor for actor in town.actors if actor.name == "jansen")
    assert (ended.permissions, ended.credential_hash, ended.has_ended) == (frozenset(), None, True)
