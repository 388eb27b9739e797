"""The neighbours, for the tests beside this file."""

from tests.worlds import lasting_world as lasting_world
from tests.worlds import world as world
