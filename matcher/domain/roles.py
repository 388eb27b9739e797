"""Who people are to the service: staff roles, and what a private link is for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class StaffRoleName(StrEnum):
    """Roles of staff; they come from the database."""

    CALL_HANDLER = "call_handler"
    CONNECTOR = "connector"
    COORDINATOR = "coordinator"
    BOARD_MEMBER = "board_member"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    ADMINISTRATOR = "administrator"


# Who reads what somebody is worried about, and acts on it.
READ_CONCERNS = (StaffRoleName.SAFEGUARDING_LEAD, StaffRoleName.COORDINATOR)

# What each is called, and what it opens.
ROLE_WORDS: Mapping[StaffRoleName, tuple[str, str]] = {
    StaffRoleName.CALL_HANDLER: ("Call handler", "takes requests and rings people back; sees nothing else"),
    StaffRoleName.CONNECTOR: ("Connector", "stories and invitations"),
    StaffRoleName.COORDINATOR: ("Coordinator", "the board, needs, volunteers and messages of their areas"),
    StaffRoleName.BOARD_MEMBER: ("Board member", "reports, stories and decisions; no one's details"),
    StaffRoleName.SAFEGUARDING_LEAD: ("Safeguarding lead", "concerns everywhere, levels of checks, the audit"),
    StaffRoleName.ADMINISTRATOR: ("Administrator", "who works here, settings, files with names, the audit"),
}


class LinkPurpose(StrEnum):
    """What a private link opens, and nothing else."""

    STATUS = "status"
    MATCH = "match"
    VISIT = "visit"
    ME = "me"
    CALENDAR = "calendar"
    REFERRAL = "referral"
    STORY = "story"
    AT_WORK = "at_work"
    SIGN_IN = "sign_in"
