"""Who may do what: one table, deny by default.

`may(actor, action, thing)` is pure. Every route of the web declares its action; a thing someone may not know of
is answered as one that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from matcher.domain.errors import NotFound
from matcher.domain.roles import READ_CONCERNS, LinkPurpose, StaffRoleName


class Action(StrEnum):
    """Everything a request can ask for."""

    READ_PUBLIC = "read_public"
    READ_HEALTH = "read_health"
    POST_NEED = "post_need"
    MAKE_OFFER = "make_offer"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    READ_NEED = "read_need"
    CONFIRM_NEED = "confirm_need"
    CHANGE_NEED = "change_need"
    CANCEL_NEED = "cancel_need"
    ERASE_DETAILS = "erase_details"
    SAY_HOW_IT_WENT = "say_how_it_went"
    READ_ASK = "read_ask"
    ANSWER_ASK = "answer_ask"
    READ_VISIT = "read_visit"
    MOVE_VISIT = "move_visit"
    READ_OWN_PAGE = "read_own_page"
    CHANGE_OWN_OFFER = "change_own_offer"
    READ_BOARD = "read_board"
    CONFIRM_BY_CALL = "confirm_by_call"
    ARRANGE = "arrange"
    SWITCH_COLD = "switch_cold"
    READ_CALIBRATION = "read_calibration"
    CLOSE_REPORT = "close_report"
    USE_DESK = "use_desk"
    RAISE_CONCERN = "raise_concern"
    READ_CONCERNS = "read_concerns"
    STOP_VOLUNTEER = "stop_volunteer"
    LOOK_AFTER_VOLUNTEERS = "look_after_volunteers"
    MERGE_PEOPLE = "merge_people"
    IMPORT_FILE = "import_file"
    READ_OUTCOME = "read_outcome"
    ASK_AT_WORK = "ask_at_work"
    GIVE_CODE = "give_code"
    DECIDE_FOR_THEM = "decide_for_them"
    TRIAGE = "triage"
    ASK_BY_HAND = "ask_by_hand"
    GIVE_BADGE = "give_badge"
    WORK_ON_NEED = "work_on_need"
    LOOK_AHEAD = "look_ahead"
    READ_OUTBOX = "read_outbox"
    READ_CALENDAR = "read_calendar"
    REPORT_DELIVERY = "report_delivery"
    REPORT_TEXT = "report_text"
    TEXT_BACK = "text_back"
    READ_TEXT = "read_text"
    SHOW_THANKS = "show_thanks"
    READ_IMPACT = "read_impact"
    CHANGE_PRICES = "change_prices"
    WORD_MESSAGES = "word_messages"
    BROADCAST = "broadcast"
    LOOK_AFTER_PLACES = "look_after_places"
    LOOK_AFTER_TIES = "look_after_ties"
    REPORT_LEVEL = "report_level"
    TELL_STORY = "tell_story"
    READ_OWN_STORY = "read_own_story"
    CHANGE_OWN_STORY = "change_own_story"
    TYPE_STORY = "type_story"
    KEEP_STORIES = "keep_stories"
    KEEP_DECISIONS = "keep_decisions"
    READ_AS_BOARD = "read_as_board"
    READ_AUDIT = "read_audit"
    REACH_OUT = "reach_out"
    MANAGE_STAFF = "manage_staff"
    SET_UP = "set_up"
    KEEP_DOOR_WORDS = "keep_door_words"
    SET_AREAS = "set_areas"
    CHANGE_LEVEL = "change_level"
    READ_OWN_HEALTH = "read_own_health"
    EXPORT = "export"
    EXPORT_PERSONAL = "export_personal"


@dataclass(frozen=True, slots=True)
class Grant:
    """What the holder of a private link was given: one purpose, one person, one thing."""

    purpose: LinkPurpose
    person_id: int | None = None
    staff_id: int | None = None
    need_id: int | None = None
    match_id: int | None = None
    visit_id: int | None = None
    referral_id: int | None = None
    story_id: int | None = None
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: nobody in particular, the holder of a link, or a member of staff."""

    grant: Grant | None = None
    staff_id: int | None = None
    roles: frozenset[StaffRoleName] = frozenset()
    area_ids: frozenset[int] = frozenset()
    is_trial: bool = False


ANYONE = Actor()


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked about. Fields that do not matter to the action stay None."""

    need_id: int | None = None
    match_id: int | None = None
    visit_id: int | None = None
    person_id: int | None = None
    referral_id: int | None = None
    area_id: int | None = None
    story_id: int | None = None
    organisation_id: int | None = None


NOTHING = Thing()

Rule = Callable[[Actor, Thing], bool]


def _anyone(_actor: Actor, _thing: Thing) -> bool:
    return True


def _holder(purpose: LinkPurpose, field: str) -> Rule:
    def rule(actor: Actor, thing: Thing) -> bool:
        grant, wanted = actor.grant, getattr(thing, field)
        return grant is not None and grant.purpose is purpose and wanted is not None and getattr(grant, field) == wanted

    return rule


def _staff(*roles: StaffRoleName) -> Rule:
    def rule(actor: Actor, thing: Thing) -> bool:
        in_area = thing.area_id is None or thing.area_id in actor.area_ids
        return actor.staff_id is not None and not actor.roles.isdisjoint(roles) and in_area

    return rule


def _signed_in(actor: Actor, _thing: Thing) -> bool:
    return actor.staff_id is not None


def _trial(actor: Actor, _thing: Thing) -> bool:
    return actor.is_trial


RULES: Mapping[Action, tuple[Rule, ...]] = {
    Action.READ_PUBLIC: (_anyone,),
    Action.READ_HEALTH: (_anyone,),
    Action.POST_NEED: (_anyone,),
    Action.MAKE_OFFER: (_anyone,),
    Action.SIGN_IN: (_anyone,),
    Action.SIGN_OUT: (_signed_in,),
    Action.READ_NEED: (_holder(LinkPurpose.STATUS, "need_id"),),
    Action.CONFIRM_NEED: (_holder(LinkPurpose.STATUS, "need_id"),),
    Action.CHANGE_NEED: (_holder(LinkPurpose.STATUS, "need_id"),),
    Action.CANCEL_NEED: (_holder(LinkPurpose.STATUS, "need_id"),),
    Action.ERASE_DETAILS: (_holder(LinkPurpose.STATUS, "need_id"),),
    Action.SAY_HOW_IT_WENT: (_holder(LinkPurpose.STATUS, "need_id"),),
    Action.READ_ASK: (_holder(LinkPurpose.MATCH, "match_id"),),
    Action.ANSWER_ASK: (_holder(LinkPurpose.MATCH, "match_id"),),
    Action.READ_VISIT: (_holder(LinkPurpose.VISIT, "visit_id"),),
    Action.MOVE_VISIT: (_holder(LinkPurpose.VISIT, "visit_id"),),
    Action.READ_OWN_PAGE: (_holder(LinkPurpose.ME, "person_id"),),
    Action.CHANGE_OWN_OFFER: (_holder(LinkPurpose.ME, "person_id"),),
    Action.READ_BOARD: (_staff(StaffRoleName.COORDINATOR),),
    Action.CONFIRM_BY_CALL: (_staff(StaffRoleName.COORDINATOR),),
    Action.ARRANGE: (_staff(StaffRoleName.COORDINATOR),),
    Action.SWITCH_COLD: (_staff(StaffRoleName.COORDINATOR),),
    Action.READ_CALIBRATION: (_staff(StaffRoleName.COORDINATOR),),
    Action.CLOSE_REPORT: (_staff(StaffRoleName.COORDINATOR),),
    Action.USE_DESK: (_staff(StaffRoleName.CALL_HANDLER, StaffRoleName.COORDINATOR),),
    Action.RAISE_CONCERN: (_anyone,),
    Action.READ_CONCERNS: (_staff(*READ_CONCERNS),),
    Action.STOP_VOLUNTEER: (_staff(*READ_CONCERNS),),
    Action.LOOK_AFTER_VOLUNTEERS: (_staff(StaffRoleName.COORDINATOR),),
    Action.MERGE_PEOPLE: (_staff(StaffRoleName.COORDINATOR),),
    Action.IMPORT_FILE: (_staff(StaffRoleName.COORDINATOR),),
    Action.READ_OUTCOME: (_holder(LinkPurpose.REFERRAL, "referral_id"),),
    Action.ASK_AT_WORK: (_holder(LinkPurpose.AT_WORK, "organisation_id"),),
    Action.GIVE_CODE: (_staff(StaffRoleName.COORDINATOR),),
    Action.DECIDE_FOR_THEM: (_staff(StaffRoleName.COORDINATOR),),
    Action.TRIAGE: (_staff(StaffRoleName.COORDINATOR),),
    Action.ASK_BY_HAND: (_staff(StaffRoleName.COORDINATOR),),
    Action.LOOK_AFTER_PLACES: (_staff(StaffRoleName.COORDINATOR),),
    Action.LOOK_AFTER_TIES: (_staff(StaffRoleName.COORDINATOR),),
    Action.REPORT_LEVEL: (_anyone,),
    Action.GIVE_BADGE: (_staff(StaffRoleName.COORDINATOR),),
    Action.WORK_ON_NEED: (_staff(StaffRoleName.COORDINATOR),),
    Action.LOOK_AHEAD: (_staff(StaffRoleName.COORDINATOR),),
    Action.READ_OUTBOX: (_trial,),
    Action.READ_CALENDAR: (_holder(LinkPurpose.CALENDAR, "person_id"),),
    Action.READ_TEXT: (_staff(StaffRoleName.COORDINATOR),),
    Action.SHOW_THANKS: (_staff(StaffRoleName.COORDINATOR),),
    Action.WORD_MESSAGES: (_staff(StaffRoleName.COORDINATOR),),
    Action.BROADCAST: (_staff(StaffRoleName.COORDINATOR),),
    Action.TELL_STORY: (_anyone,),
    Action.READ_OWN_STORY: (_holder(LinkPurpose.STORY, "story_id"),),
    Action.CHANGE_OWN_STORY: (_holder(LinkPurpose.STORY, "story_id"),),
    Action.TYPE_STORY: (_staff(StaffRoleName.CALL_HANDLER, StaffRoleName.CONNECTOR, StaffRoleName.COORDINATOR),),
    Action.KEEP_STORIES: (_staff(StaffRoleName.CONNECTOR, StaffRoleName.COORDINATOR),),
    Action.KEEP_DECISIONS: (_staff(StaffRoleName.COORDINATOR),),
    Action.READ_AS_BOARD: (_staff(StaffRoleName.BOARD_MEMBER, StaffRoleName.COORDINATOR),),
    Action.READ_AUDIT: (_staff(StaffRoleName.ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD),),
    Action.REACH_OUT: (_staff(StaffRoleName.CONNECTOR, StaffRoleName.COORDINATOR),),
    Action.MANAGE_STAFF: (_staff(StaffRoleName.ADMINISTRATOR),),
    Action.SET_UP: (_staff(StaffRoleName.ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD),),
    Action.SET_AREAS: (_staff(StaffRoleName.ADMINISTRATOR),),
    Action.KEEP_DOOR_WORDS: (
        _staff(StaffRoleName.COORDINATOR, StaffRoleName.ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD),
    ),
    Action.CHANGE_LEVEL: (_staff(StaffRoleName.SAFEGUARDING_LEAD),),
    Action.READ_OWN_HEALTH: (_staff(StaffRoleName.COORDINATOR, StaffRoleName.ADMINISTRATOR),),
    Action.EXPORT: (_staff(StaffRoleName.COORDINATOR, StaffRoleName.ADMINISTRATOR),),
    Action.EXPORT_PERSONAL: (_staff(StaffRoleName.ADMINISTRATOR),),
    Action.READ_IMPACT: (_staff(StaffRoleName.COORDINATOR, StaffRoleName.BOARD_MEMBER, StaffRoleName.ADMINISTRATOR),),
    Action.CHANGE_PRICES: (_staff(StaffRoleName.COORDINATOR, StaffRoleName.ADMINISTRATOR),),
    Action.TEXT_BACK: (_trial,),
    Action.REPORT_TEXT: (_anyone,),  # likewise
    Action.REPORT_DELIVERY: (_anyone,),  # who shows the bearer token: the seal of that route
}


def may(actor: Actor, action: Action, thing: Thing = NOTHING) -> bool:
    """True if one rule of the action's row lets the actor. An action without a row is refused."""
    return any(rule(actor, thing) for rule in RULES.get(action, ()))


def require(actor: Actor, action: Action, thing: Thing = NOTHING) -> None:
    """Raise NotFound unless `may`: who may not know of a thing learns nothing of it."""
    if not may(actor, action, thing):
        raise NotFound
