"""Roles and links: the names that the database and the rule book share."""

from matcher.domain.roles import LinkPurpose, StaffRoleName


def test_the_staff_roles_are_those_of_the_scheme() -> None:
    assert {role.value for role in StaffRoleName} == {
        "call_handler",
        "connector",
        "coordinator",
        "board_member",
        "safeguarding_lead",
        "administrator",
    }


def test_a_link_has_one_purpose_each_with_its_own_name() -> None:
    assert {purpose.value for purpose in LinkPurpose} >= {"status", "match", "visit", "me"}
    assert len({purpose.value for purpose in LinkPurpose}) == len(LinkPurpose)
