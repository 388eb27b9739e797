"""A fifth of the county, a week without warm-up, so that the suite stays quick: the command runs the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matcher.simulation.county import County, build_county
from matcher.simulation.desk import Desk
from matcher.simulation.hindsight import Hindsight, look_back
from matcher.simulation.parameters import QUIET, SNOWY
from matcher.simulation.policies import plain_policies
from matcher.simulation.question import Ours
from matcher.simulation.run import run_policy


class Compared:
    """One small snowy county, looked back on, and what every policy did with it."""

    def __init__(self) -> None:
        small = replace(SNOWY.smaller(0.2), warm_up_days=0, measured_days=4, snow_days=(2,))
        self.county: County = build_county(small, seed=1)
        self.hindsight: Hindsight = look_back(self.county)
        self.desks: dict[str, Desk] = {
            policy.name: run_policy(self.county, policy).desk for policy in (Ours(), *plain_policies())
        }


@pytest.fixture(scope="session")
def compared() -> Compared:
    return Compared()


@pytest.fixture(scope="session")
def county() -> County:
    """The whole county of seed 1, in a quiet week."""
    return build_county(QUIET, seed=1)
