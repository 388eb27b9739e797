"""Every number of the simulated county, fixed before any policy was tuned, and kept in this one file.

The design gives most of them. What it leaves open (how uneven villages are, how long a need may wait, how many kinds a
volunteer offers, which kinds want a check) is marked "chosen": picked by hand, with seeds 1 to 4 in view, until the
clairvoyant plan, the share of needs to which nobody would say yes, and how many people a broadcast asks came out
roughly where earlier studies had them. No record of that search is kept, and other choices would do as well. Seeds
below 100 are for tuning, 200 and above for what is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from matcher.domain.kinds import PERSONAL_CHECK
from matcher.domain.lifecycle import Urgency
from matcher.engine.params import Params

REPORTED_SEEDS = range(200, 1000)
MONDAY = datetime(2026, 1, 12, tzinfo=UTC)  # the first day of the warm-up; in winter London's clocks show UTC
DAY_MIN = 24 * 60
OPENS_MIN, CLOSES_MIN = 8 * 60, 22 * 60  # nobody is asked or answers, and nobody visits, outside these
SLOT_EDGES_MIN = (8 * 60, 13 * 60, 18 * 60, 22 * 60)  # three half-days; where they meet is chosen
SLOTS_A_DAY = 3


@dataclass(frozen=True, slots=True)
class KindOfHelp:
    """One of the five kinds. share: of the everyday needs. offered: chance that a volunteer does it (all chosen)."""

    slug: str
    minutes: int
    share: float
    offered: float
    wants_dbs: bool = False


KINDS = (
    KindOfHelp("snow", 30, 0.0, 0.74),
    KindOfHelp("errand", 45, 0.35, 0.74),
    KindOfHelp("prescription", 30, 0.25, 0.74),
    KindOfHelp("lift", 60, 0.2, 0.59),
    KindOfHelp("call", 45, 0.2, 0.59, wants_dbs=True),
)
SNOW = 0  # row of KINDS
CHECK = PERSONAL_CHECK


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a need may wait, in hours of the day (8 to 22; chosen). share: of the everyday needs. opens_h: it begins
    at some time up to so long after it was posted; target_h, end_h: from then.
    """

    urgency: Urgency
    share: float
    opens_h: float
    target_h: float
    end_h: float


WAITS = (
    Wait(Urgency.LOW, 0.3, 28.0, 4.0, 5.0),
    Wait(Urgency.NORMAL, 0.5, 14.0, 4.0, 5.0),
    Wait(Urgency.URGENT, 0.2, 0.0, 4.0, 7.0),
)
GRITTING = Wait(Urgency.URGENT, 1.0, 0.0, 4.0, 7.0)


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the known results lack, off by default.

    no_show: chance that someone who said yes does not come. shared_refusal: standard deviation of a mood, in logits,
    that everybody in one cluster shares on a day of snow. standby: share of volunteers who, asked on the eve of
    snow, keep the next morning free "for up to two" and answer at once. several_visits: more than one in a half-day.
    """

    no_show: float = 0.0
    shared_refusal: float = 0.0
    standby: float = 0.0
    several_visits: bool = False


NO_EXTENSIONS = Extensions()


@dataclass(frozen=True, slots=True)
class Scenario:
    """The county and its weather. volunteers_factor: for "what if there were half as many again". fatigue: 0 for
    "what if being asked tired nobody".
    """

    name: str
    width_km: float = 60.0
    height_km: float = 70.0
    clusters: int = 12
    cluster_km: float = 1.2  # standard deviation, chosen
    evenness: float = 0.7  # of the sizes of clusters: the concentration of a Dirichlet law, chosen
    rural: float = 0.3
    volunteers: int = 360
    residents: int = 260
    with_known: float = 0.7
    known_most: int = 3
    known_among: int = 8  # of the nearest volunteers, chosen
    needs_a_day: int = 30
    snow_days: tuple[int, ...] = ()
    needs_a_snow_day: int = 160
    gritting_share: float = 0.5
    snow_reach: float = Params().snow_reach  # people's own, which the service is right about
    warm_up_days: int = 7
    measured_days: int = 7
    extensions: Extensions = NO_EXTENSIONS
    fatigue: float = 1.0

    @property
    def posting_days(self) -> int:
        """Days on which needs are posted."""
        return self.warm_up_days + self.measured_days

    @property
    def days(self) -> int:
        """Days until the last need has had its time."""
        return self.posting_days + 7

    def smaller(self, share: float) -> Scenario:
        """A county of that share of the size, as crowded and as busy."""
        side = share**0.5
        return replace(
            self,
            width_km=self.width_km * side,
            height_km=self.height_km * side,
            clusters=max(1, round(self.clusters * share)),
            volunteers=round(self.volunteers * share),
            residents=round(self.residents * share),
            needs_a_day=round(self.needs_a_day * share),
            needs_a_snow_day=round(self.needs_a_snow_day * share),
        )


QUIET = Scenario("quiet")
SNOWY = Scenario("snow", snow_days=(9, 10))  # Wednesday and Thursday of the week that is measured
SCENARIOS = {scenario.name: scenario for scenario in (QUIET, SNOWY)}


@dataclass(frozen=True, slots=True)
class People:
    """How the volunteers differ. longest_km is by road; longest_sigma is chosen."""

    longest_km: float = 9.0
    longest_sigma: float = 0.3
    road: float = 1.35
    free_share: float = 0.44
    exceptions: float = 0.07
    dbs: float = 0.6
    visits_least: int = 2
    visits_most: int = 6


@dataclass(frozen=True, slots=True)
class Answering:
    """The chance of a yes, in logits, and how long an answer takes. spread of the response times is chosen."""

    base: float = 0.7
    person_mean: float = -0.6
    person_sd: float = 1.0
    kind_sd: float = 0.5
    whole_reach: float = -2.0
    under_3h: float = -1.0
    under_10h: float = -0.4
    known: float = 0.9
    urgent: float = 0.5
    per_log_ask: float = -0.55
    half_life_days: float = 3.0
    too_late_counts: float = 2.0
    silent_share: float = 0.5
    median_min: float = 25.0
    median_urgent_min: float = 12.0
    sigma: float = 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How the policies that are compared go about it. batch_min: rounds are at least so long apart unless something
    will not wait. The rest belongs to the plain policies.
    """

    batch_min: float = 10.0
    look_again_min: float = 10.0
    radius_km: float = 12.0
    expiry_min: float = 60.0
    expiry_urgent_min: float = 30.0
    live_most: int = 2
    day_most: int = 6
    notice_min: float = 15.0


PEOPLE = People()
ANSWERING = Answering()
HABITS = Habits()
