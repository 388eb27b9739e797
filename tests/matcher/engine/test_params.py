from dataclasses import replace

import pytest

from matcher.engine.params import Acceptance, ByUrgency, Params


def test_the_defaults_are_those_of_the_design() -> None:
    params = Params()
    assert (params.value.low, params.value.normal, params.value.urgent) == (180, 240, 300)
    assert (params.live_asks_max, params.asks_per_day_max) == (2, 6)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"attention": -1.0}, "attention"),
        ({"travel_per_min": float("nan")}, "travel_per_min"),
        ({"value": ByUrgency(1, -2, 3)}, "value.normal"),
        ({"fatigue_half_life_days": 0.0}, "fatigue_half_life_days"),
        ({"live_asks_max": 0}, "live_asks_max"),
        ({"start_step_min": 0}, "start_step_min"),
        ({"round_min": 121.0}, "round_min"),
        ({"rounds": 0.0}, "rounds"),
        ({"wanted_yes": ByUrgency(0.7, 1.0, 0.9)}, "wanted_yes.normal"),
    ],
)
def test_a_number_that_makes_no_sense_is_named(changes: dict[str, object], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        replace(Params(), **changes)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"floor": 0.0}, "acceptance.floor"),
        ({"spread": 0.9}, "acceptance.spread"),
        ({"silent_share": 1.1}, "acceptance.silent_share"),
        ({"response_sigma": 0.0}, "acceptance.response_sigma"),
    ],
)
def test_a_model_of_a_yes_that_makes_no_sense_is_named(changes: dict[str, float], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        Acceptance(**changes)
