"""Who people are to the service: staff roles, and what a private link is for."""

from __future__ import annotations

from enum import StrEnum


class StaffRoleName(StrEnum):
    """Roles of staff; they come from the database."""

    CALL_HANDLER = "call_handler"
    CONNECTOR = "connector"
    COORDINATOR = "coordinator"
    BOARD_MEMBER = "board_member"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    ADMINISTRATOR = "administrator"


class LinkPurpose(StrEnum):
    """What a private link opens, and nothing else."""

    STATUS = "status"
    MATCH = "match"
    VISIT = "visit"
    ME = "me"
    CALENDAR = "calendar"
    REFERRAL = "referral"
    STORY = "story"
    SIGN_IN = "sign_in"
