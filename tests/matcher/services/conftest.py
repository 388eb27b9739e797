"""The neighbours, for the tests beside this file."""

import pytest

from matcher.services import rates
from tests.matcher.services.demos import filled as filled
from tests.worlds import lasting_world as lasting_world
from tests.worlds import world as world


@pytest.fixture
def ruth(world):
    """A coordinator, in a world where the starting prices are known."""
    with world.work() as session:
        rates.load_starting_rows(session, now=world.now)
    return world.coordinator()
