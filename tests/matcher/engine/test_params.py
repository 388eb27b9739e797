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
        ({"acceptance": Acceptance(floor=0.0)}, "acceptance.floor"),
        ({"patience_min": 121.0}, "patience_min"),
    ],
)
def test_a_number_that_makes_no_sense_is_named(changes: dict[str, object], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        replace(Params(), **changes)
