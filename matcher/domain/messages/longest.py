"""Every message at its longest: the values by which a text must still fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.domain.doorwords import WORDS

# What each value is, for whoever writes a text, in the order in which they are listed.
FIELD_WORDS: Mapping[str, str] = {
    "scheme": "the scheme's name",
    "v": "the volunteer's first name",
    "r": "the resident's first name",
    "task": "the kind of help, in safe words",
    "dist": "how far, as a band",
    "when": "the day and time",
    "word": "the door word",
    "n": "how many times",
    "area": "the areas",
    "ref": "the reference",
    "code": "the code",
    "link": "the private link",
    "tel": "our phone number",
}
_LONGEST: Mapping[str, str] = {
    "ref": "K7Q-4MX",
    "task": "an errand in the village",
    "dist": "under half a mile",
    "when": "Wed 24 Sep 12:45pm",
    "code": "123456",
    "n": "12 times in September",
    "area": "Bradford on Avon and 17 more",
    "v": "Christophers",
    "r": "Wilhelminata",
    "word": max(WORDS, key=len).upper(),
}
_CODES: Mapping[str, str] = {"match_asked": "7M", "reply_which": "7M or 8M"}
_TOKEN = "t" * 22
# The page each link opens: the longer its address, the longer the text. Any other opens the page of a request.
_PAGES: Mapping[str, str] = {
    "referral_posted": "for/",
    "match_asked": "m/",
    "match_asked_email": "m/",
    "reply_still_booked": "visits/",
    "visit_held_volunteer": "visits/",
    "visit_not_marked": "visits/",
    "thaw_volunteer": "visits/",
    "visit_tomorrow": "visits/",
    "visit_soon": "visits/",
    "visit_usual_volunteer": "visits/",
    "month_thanks": "me/",
    "quiet_spell": "me/",
    "call_hands": "me/",
    "call_times": "me/",
    "call_cold": "me/",
    "cold_called_up": "me/",
    "arrangement_made_volunteer": "me/",
    "arrangement_stand_in": "me/",
    "offer_made": "me/",
}
_STAFF_PAGES: Mapping[str, str] = {
    "cold_suggested": "team/cold",
    "concern_raised": "team/concerns",
    "starts_soon": "team",
    "texts_spent": "team/messages",
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, as it stands in every message, and the address that links begin with."""

    name: str
    phone: str
    origin: str


def longest_values(event: str, sender: Sender) -> dict[str, str]:
    """A value for every field there is, each as long as it can be in this event."""
    page = _STAFF_PAGES.get(event) or _PAGES.get(event, "r/") + _TOKEN
    own = {"scheme": sender.name, "tel": sender.phone, "link": f"{sender.origin}/{page}"}
    return {**_LONGEST, "code": _CODES.get(event, _LONGEST["code"]), **own}
