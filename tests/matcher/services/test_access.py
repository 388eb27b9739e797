"""Who may do what, by hand: every actor, every action, every relation to the thing. What is not in the table is no."""

from itertools import product

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.roles import LinkPurpose, StaffRoleName
from matcher.services.access import ANYONE, RULES, Action, Actor, Grant, Thing, may, require

MINE, ANOTHERS = 7, 8
AREA, OTHER_AREA = 1, 2

STAFF = {role.value: Actor(staff_id=3, roles=frozenset({role}), area_ids=frozenset({AREA})) for role in StaffRoleName}
ACTORS = {
    "anyone": ANYONE,
    "holder of a need's link": Actor(Grant(LinkPurpose.STATUS, person_id=MINE, need_id=MINE)),
    "holder of an ask's link": Actor(Grant(LinkPurpose.MATCH, person_id=MINE, match_id=MINE)),
    "holder of a visit's link": Actor(Grant(LinkPurpose.VISIT, person_id=MINE, visit_id=MINE)),
    "holder of their own page's link": Actor(Grant(LinkPurpose.ME, person_id=MINE)),
    "holder of an outcome's link": Actor(Grant(LinkPurpose.REFERRAL, referral_id=MINE)),
    "holder of an organisation's link": Actor(Grant(LinkPurpose.AT_WORK, organisation_id=MINE)),
    "holder of a story's link": Actor(Grant(LinkPurpose.STORY, story_id=MINE)),
    "holder of a calendar's link": Actor(Grant(LinkPurpose.CALENDAR, person_id=MINE)),
    "holder of a sign-in link": Actor(Grant(LinkPurpose.SIGN_IN, staff_id=3)),
    "staff without a role": Actor(staff_id=3, area_ids=frozenset({AREA})),
    "a role without a sign-in": Actor(roles=frozenset(StaffRoleName), area_ids=frozenset({AREA})),
    "whoever tries it on one machine": Actor(is_trial=True),
    **STAFF,
}
THINGS = {
    "mine": Thing(MINE, MINE, MINE, MINE, MINE, AREA, MINE, MINE),
    "another's": Thing(ANOTHERS, ANOTHERS, ANOTHERS, ANOTHERS, ANOTHERS, OTHER_AREA, ANOTHERS, ANOTHERS),
    "none": Thing(),
}

EVERYBODY = {(actor, thing) for actor in ACTORS for thing in THINGS}
SIGNED_IN = {(actor, thing) for actor in (*STAFF, "staff without a role") for thing in THINGS}

# Written by hand from the design: who, of what.
ALLOWED = {
    "read_public": EVERYBODY,
    "read_health": EVERYBODY,
    "post_need": EVERYBODY,
    "make_offer": EVERYBODY,
    "sign_in": EVERYBODY,
    "sign_out": SIGNED_IN,
    "read_need": {("holder of a need's link", "mine")},
    "confirm_need": {("holder of a need's link", "mine")},
    "change_need": {("holder of a need's link", "mine")},
    "cancel_need": {("holder of a need's link", "mine")},
    "erase_details": {("holder of a need's link", "mine")},
    "say_how_it_went": {("holder of a need's link", "mine")},
    "read_ask": {("holder of an ask's link", "mine")},
    "answer_ask": {("holder of an ask's link", "mine")},
    "read_visit": {("holder of a visit's link", "mine")},
    "move_visit": {("holder of a visit's link", "mine")},
    "read_own_page": {("holder of their own page's link", "mine")},
    "change_own_offer": {("holder of their own page's link", "mine")},
    "ask_at_work": {("holder of an organisation's link", "mine")},
    "give_code": {("coordinator", "mine"), ("coordinator", "none")},
    "read_board": {("coordinator", "mine"), ("coordinator", "none")},
    "confirm_by_call": {("coordinator", "mine"), ("coordinator", "none")},
    "arrange": {("coordinator", "mine"), ("coordinator", "none")},
    "read_calibration": {("coordinator", "mine"), ("coordinator", "none")},
    "close_report": {("coordinator", "mine"), ("coordinator", "none")},
    "show_thanks": {("coordinator", "mine"), ("coordinator", "none")},
    "switch_cold": {("coordinator", "mine"), ("coordinator", "none")},
    "use_desk": {(role, thing) for role in ("call_handler", "coordinator") for thing in ("mine", "none")},
    "raise_concern": EVERYBODY,
    "read_concerns": {(role, thing) for role in ("safeguarding_lead", "coordinator") for thing in ("mine", "none")},
    "stop_volunteer": {(role, thing) for role in ("safeguarding_lead", "coordinator") for thing in ("mine", "none")},
    "look_after_volunteers": {("coordinator", "mine"), ("coordinator", "none")},
    "merge_people": {("coordinator", "mine"), ("coordinator", "none")},
    "import_file": {("coordinator", "mine"), ("coordinator", "none")},
    "read_outcome": {("holder of an outcome's link", "mine")},
    "decide_for_them": {("coordinator", "mine"), ("coordinator", "none")},
    "triage": {("coordinator", "mine"), ("coordinator", "none")},
    "work_on_need": {("coordinator", "mine"), ("coordinator", "none")},
    "look_ahead": {("coordinator", "mine"), ("coordinator", "none")},
    "ask_by_hand": {("coordinator", "mine"), ("coordinator", "none")},
    "give_badge": {("coordinator", "mine"), ("coordinator", "none")},
    "tell_story": EVERYBODY,
    "read_own_story": {("holder of a story's link", "mine")},
    "change_own_story": {("holder of a story's link", "mine")},
    "type_story": {(who, thing) for who in ("call_handler", "connector", "coordinator") for thing in ("mine", "none")},
    "keep_decisions": {("coordinator", "mine"), ("coordinator", "none")},
    "read_as_board": {(role, thing) for role in ("board_member", "coordinator") for thing in ("mine", "none")},
    "reach_out": {(role, thing) for role in ("connector", "coordinator") for thing in ("mine", "none")},
    "keep_stories": {(role, thing) for role in ("connector", "coordinator") for thing in ("mine", "none")},
    "read_audit": {(role, thing) for role in ("administrator", "safeguarding_lead") for thing in ("mine", "none")},
    "manage_staff": {("administrator", thing) for thing in ("mine", "none")},
    "set_areas": {("administrator", thing) for thing in ("mine", "none")},
    "keep_door_words": {
        (role, thing) for role in ("coordinator", "administrator", "safeguarding_lead") for thing in ("mine", "none")
    },
    "set_up": {(role, thing) for role in ("administrator", "safeguarding_lead") for thing in ("mine", "none")},
    "change_level": {("safeguarding_lead", thing) for thing in ("mine", "none")},
    "read_own_health": {(role, thing) for role in ("coordinator", "administrator") for thing in ("mine", "none")},
    "export": {(role, thing) for role in ("coordinator", "administrator") for thing in ("mine", "none")},
    "export_personal": {("administrator", thing) for thing in ("mine", "none")},
    "read_impact": {
        (role, thing) for role in ("coordinator", "board_member", "administrator") for thing in ("mine", "none")
    },
    "change_prices": {(role, thing) for role in ("coordinator", "administrator") for thing in ("mine", "none")},
    "read_calendar": {("holder of a calendar's link", "mine")},
    "report_delivery": EVERYBODY,
    "report_text": EVERYBODY,
    "text_back": {("whoever tries it on one machine", thing) for thing in THINGS},
    "word_messages": {("coordinator", "mine"), ("coordinator", "none")},
    "broadcast": {("coordinator", "mine"), ("coordinator", "none")},
    "read_text": {("coordinator", "mine"), ("coordinator", "none")},
    "look_after_places": {("coordinator", "mine"), ("coordinator", "none")},
    "look_after_ties": {("coordinator", "mine"), ("coordinator", "none")},
    "report_level": EVERYBODY,
    "read_outbox": {("whoever tries it on one machine", thing) for thing in THINGS},
}


def test_the_table_by_hand_names_every_action():
    assert set(ALLOWED) == {action.value for action in Action} == {action.value for action in RULES}


@pytest.mark.parametrize("action", Action)
def test_who_may(action):
    found = {(actor, thing) for actor, thing in product(ACTORS, THINGS) if may(ACTORS[actor], action, THINGS[thing])}
    assert found == ALLOWED[action]


def test_what_has_no_rule_is_refused():
    assert not any(may(actor, "read_everything", thing) for actor in ACTORS.values() for thing in THINGS.values())


def test_a_link_opens_nothing_by_a_number_that_happens_to_be_equal():
    ask = Actor(Grant(LinkPurpose.MATCH, person_id=MINE, match_id=MINE))
    assert not may(ask, Action.READ_VISIT, Thing(visit_id=MINE))
    # Even one that carries the number of the thing, but was made for another purpose.
    odd = Actor(Grant(LinkPurpose.STATUS, need_id=MINE, visit_id=MINE, match_id=MINE, person_id=MINE))
    assert not may(odd, Action.READ_VISIT, Thing(visit_id=MINE))
    assert not may(odd, Action.ANSWER_ASK, Thing(match_id=MINE))
    assert not may(odd, Action.READ_OWN_PAGE, Thing(person_id=MINE))


def test_a_coordinator_sees_the_areas_that_are_theirs():
    ruth = ACTORS["coordinator"]
    assert may(ruth, Action.READ_BOARD, Thing(area_id=AREA))
    assert not may(ruth, Action.READ_BOARD, Thing(area_id=OTHER_AREA))


def test_who_may_not_know_of_a_thing_hears_that_there_is_none():
    require(ACTORS["holder of a visit's link"], Action.READ_VISIT, THINGS["mine"])
    with pytest.raises(NotFound):
        require(ACTORS["holder of a visit's link"], Action.READ_VISIT, THINGS["another's"])
