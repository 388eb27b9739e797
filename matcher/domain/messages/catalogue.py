"""Every message by the name that coordinators know it by, and whom it is for."""

from __future__ import annotations

from collections.abc import Mapping

_RESIDENTS: Mapping[str, str] = {
    "need_code": "A code, to show that a number is theirs",
    "need_posted": "We have your request",
    "need_link": "The link to their page",
    "visit_held_resident": "Who is coming",
    "visit_usual_resident": "Who is coming, as usual",
    "visit_on_way": "On the way",
    "visit_handed_back": "Cannot come after all",
    "visit_done_resident": "How did it go?",
    "visit_unsure_resident": "Did they come?",
    "need_still_looking": "Still looking",
    "need_unmet": "Nobody was found",
    "need_cancelled_resident": "Their request is cancelled",
    "arrangement_made_resident": "Who usually comes",
    "arrangement_ended_resident": "No longer comes as usual",
    "warm_check": "Are you warm?",
    "thaw_resident": "It has thawed",
    "details_erased": "Their details are deleted",
}
_VOLUNTEERS: Mapping[str, str] = {
    "own_code": "A code, to show that a phone is theirs",
    "match_asked": "Can you help? By text",
    "match_asked_email": "Can you help? By email",
    "match_taken": "Someone else is helping",
    "match_withdrawn": "No longer needed",
    "visit_held_volunteer": "You are helping",
    "visit_usual_volunteer": "You are helping, as usual",
    "visit_tomorrow": "Reminder, a day before",
    "visit_soon": "Reminder, two hours before",
    "visit_cancelled": "Please do not go",
    "visit_not_marked": "Did you get there?",
    "visit_done_volunteer": "Thank you",
    "arrangement_made_volunteer": "Your regular visit",
    "arrangement_stand_in": "You are a stand-in",
    "arrangement_ended_volunteer": "Your regular visit has ended",
    "cold_called_up": "It is icy near you",
    "thaw_volunteer": "It is thawing",
    "quiet_spell": "It has been quiet",
    "month_thanks": "Thanks of the month",
    "offer_made": "Thank you for offering",
    "offer_ended": "You have left the list",
    "stood_down": "Please do not go for now",
    "back_on_list": "You are back on the list",
}
CALLS: Mapping[str, str] = {
    "call_hands": "More hands are wanted",
    "call_times": "Are your times still right?",
    "call_cold": "Cold weather may come",
}
_REPLIES: Mapping[str, str] = {
    "reply_booked": "Yes: booked",
    "reply_still_booked": "No, and still booked",
    "reply_said_no": "No: not booked",
    "reply_taken": "Yes, and taken already",
    "reply_clash": "Yes, and it clashes",
    "reply_over": "Yes, and it is over",
    "reply_which": "Which one?",
    "reply_nothing_asked": "Nothing is open",
    "reply_not_understood": "Not understood",
    "reply_call": "Not a volunteer",
    "reply_help": "HELP",
    "reply_stopped": "STOP",
    "reply_started": "START",
    "reply_warm_needs": "1: needs something",
    "reply_warm_well": "2: all is well",
}
_OTHERS: Mapping[str, str] = {
    "referral_posted": "Asked for someone else: we have it",
    "referral_matched": "Asked for someone else: a neighbour said yes",
    "referral_done": "Asked for someone else: done",
    "referral_unmet": "Asked for someone else: not met",
    "story_approve": "To the teller of a story: please check it",
    "story_news": "To the teller of a story: what came of it",
    "staff_code": "Team: sign-in code",
    "concern_raised": "Team: a concern waits",
    "starts_soon": "Team: it starts soon and has nobody",
    "cold_suggested": "Team: cold weather may come",
    "texts_spent": "Team: today's texts are used up",
}
GROUPS: Mapping[str, Mapping[str, str]] = {
    "To residents": _RESIDENTS,
    "To volunteers": _VOLUNTEERS,
    "To many volunteers at once": CALLS,
    "Answers to what people text": _REPLIES,
    "To who asked for someone else, and to the team": _OTHERS,
}


def name_of(event: str) -> str:
    """What coordinators call it."""
    named = (names[event] for names in GROUPS.values() if event in names)
    return next(named, event.replace("_", " ").capitalize())


def subject_of(template: str) -> str:
    """The same, of a message by whichever way it went."""
    return name_of(template).removesuffix(" By text")
