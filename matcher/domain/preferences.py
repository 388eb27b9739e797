"""How people are written to: what about, by which way, and when not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from matcher.domain.localtime import at_local, local_day, to_local


class About(StrEnum):
    """What a message to a volunteer is about; the way it goes is chosen for each."""

    ASKS = "asks"
    VISITS = "visits"
    NEWS = "news"


CHANNELS = ("text", "email")
NO_NEWS = "none"  # for news only: thanks of the month and the like are never needed

Hours = tuple[time, time]
AT_ANY_TIME: Hours = (time(), time())  # hours that begin and end together are none

# When the scheme's own hours may begin, and end the morning after.
QUIET_BEGINS, QUIET_ENDS = range(18, 24), range(6, 11)


def read_hours(key: str) -> Hours:
    """`21-8`: from nine in the evening to eight in the morning."""
    begins, _, ends = key.partition("-")
    return time(int(begins)), time(int(ends))


def hours_words(hours: Hours) -> str:
    """`9pm to 8am`."""
    return " to ".join(map(hour_words, hours))


def hour_words(clock: time) -> str:
    """`9pm`."""
    return f"{clock:%-I%p}".lower()


# No question goes out between these local clock times, over midnight: what a volunteer may choose for themselves.
QUIET_CHOICES: dict[str, Hours] = {
    "any": AT_ANY_TIME,
    **{key: read_hours(key) for key in ("21-8", "20-9", "18-10", "22-7")},
}
USUAL_QUIET = "21-8"  # the scheme's own, until it sets others
ASKS_CHOICES: dict[str, int | None] = {"2": 2, "4": 4, "7": 7, "any": None}


@dataclass(frozen=True, slots=True)
class SendingLimits:
    """For one person: the hours in which nothing goes that can wait, unless they chose others, and the most messages
    in an hour and in a day. For all of them together: the most texts that are paid for in a day.
    """

    quiet: Hours
    an_hour: int
    a_day: int
    texts_a_day: int = 5000


def quiet_until(hours: Hours, now: datetime) -> datetime | None:
    """When these hours end, if now is in them; None otherwise."""
    (begins, ends), clock, today = hours, to_local(now).time(), local_day(now)
    if begins == ends:
        return None
    if clock < ends:
        return at_local(today, ends)
    return at_local(today + timedelta(days=1), ends) if clock >= begins else None


# Between these hours a message wakes somebody. The scheme's own quiet hours may be far wider, from six to ten: what
# cannot wait for their end goes in the rest of them, so that nobody is passed over, or waited for, by the clock alone.
NIGHT: Hours = (time(21), time(7))


def told_at(own: Hours | None, usual: Hours | None, now: datetime) -> datetime:
    """When a question of now reaches somebody at the latest, if it cannot wait any longer. own: the hours they chose,
    which are kept; usual: the scheme's, None where it keeps none.
    """
    if own is not None:
        return quiet_until(own, now) or now
    until = quiet_until(usual, now) if usual else None
    return min(until, quiet_until(NIGHT, now) or now) if until else now


SENDING_LIMITS = SendingLimits(quiet=QUIET_CHOICES[USUAL_QUIET], an_hour=4, a_day=12)

# Everything waits but this: the answer to what someone has just done, a neighbour on the way to a door, and what is of
# no use later.
AT_ONCE = frozenset(
    {
        *("need_code", "own_code", "staff_code", "concern_raised"),
        *("need_posted", "need_link", "need_cancelled_resident", "referral_posted"),
        *("offer_made", "offer_ended", "details_erased", "stood_down"),
        *("visit_held_volunteer", "visit_on_way"),
        *("reply_booked", "reply_still_booked", "reply_said_no", "reply_taken", "reply_clash", "reply_over"),
        *("reply_which", "reply_nothing_asked", "reply_not_understood", "reply_call", "reply_help"),
        *("reply_stopped", "reply_started", "reply_warm_needs", "reply_warm_well"),
    }
)
# What changes a visit that somebody expects waits only while the visit is far: see NEAR and BEFORE_A_VISIT.
ABOUT_A_VISIT_AHEAD = frozenset(
    {
        *("visit_held_resident", "visit_usual_resident", "visit_usual_volunteer"),
        *("visit_handed_back", "visit_cancelled"),
    }
)
NEVER_TOO_MANY = frozenset({"visit_soon"})  # of no use later, but nobody is woken by it
# Of no use the next morning: whoever waits at home for help hears that nobody comes, or nobody yet.
FOR_WHO_WAITS = frozenset({"need_unmet", "need_still_looking", "referral_unmet"})
# What somebody waits for or must act on: it goes by another way if it is not known to have arrived
# (services/another_way.py). Codes are not here: a code proves the way by which it went. Nor is what is told a second
# time, such as a reminder.
MUST_ARRIVE = frozenset(
    {
        *("need_posted", "need_link", "need_cancelled_resident", "need_unmet", "offer_made"),
        *("thaw_resident", "stood_down"),
        *("match_asked", "match_taken", "match_withdrawn"),
        *("visit_held_resident", "visit_held_volunteer", "visit_usual_resident", "visit_usual_volunteer"),
        *("visit_on_way", "visit_handed_back", "visit_cancelled"),
        *("arrangement_made_resident", "arrangement_made_volunteer", "arrangement_stand_in"),
        *("arrangement_ended_resident", "arrangement_ended_volunteer"),
        *("referral_posted", "referral_matched", "referral_unmet"),
    }
)
# What goes by text even when the day's texts are used up; of the questions only those that could not wait a night.
NEVER_TOO_DEAR = (MUST_ARRIVE - {"match_asked"}) | {"warm_check"}
CONFIRMED_WITHIN = timedelta(minutes=30)
NEAR = timedelta(hours=12)
BEFORE_A_VISIT = timedelta(hours=2)
TO_SET_OFF = timedelta(minutes=15)  # a question that comes later than this before its visit is none
