"""Made-up people: a name, a house with a made-up name at a real postcode, a number from Ofcom's drama ranges.

Numbers: https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama (01632 960 and 07700 900).
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import SetupError
from matcher.domain.postcodes import spaced
from matcher.services.demo import data
from matcher.services.demo.data import Family, Settlement
from matcher.services.people import PersonDraft
from matcher.store.models import Postcode

# Roughly who lives in Wiltshire, with the smaller groups drawn a little larger so that each is met.
_SHARES = {
    "british": 72,
    "polish": 4,
    "moroccan": 3,
    "nepali": 3,
    "indian": 3,
    "romanian": 2,
    "portuguese": 2,
    "ukrainian": 2,
    "bangladeshi": 2,
    "caribbean": 2,
    "african": 2,
    "filipino": 1,
    "chinese": 1,
    "turkish": 1,
}
_HOUSES = ("Cottage", "House", "Lodge", "Barn", "End", "Rise")
_FIRST_LANDLINE = 101  # the numbers before it are the scheme's own in the settings
_EARLIEST_BIRTH = date(1944, 1, 1)
_BIRTH_DAYS = 365 * 61  # so that the youngest is well over 18


class Cast:
    """Draws people one after another, nobody like another; the same ones in the same order for the same seed."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._families = data.families()
        self._houses = [f"{word} {kind}" for word in data.house_words() for kind in _HOUSES]
        rng.shuffle(self._houses)
        self._names: set[tuple[str, str]] = set()
        self._mobiles = 0
        self._landlines = _FIRST_LANDLINE

    def resident(self, postcodes: Sequence[str], contact: str) -> PersonDraft:
        """Someone to be helped, whom the scheme reaches by `contact`."""
        first, surname = self._name("older")
        return PersonDraft(
            first_name=first,
            surname=surname,
            phone=self.mobile() if contact == "text" else self.landline(),
            email=email_of(first, surname) if contact == "email" else "",
            house=self.house(),
            postcode=self._rng.choice(postcodes),
        )

    def volunteer(self, postcodes: Sequence[str]) -> PersonDraft:
        """Someone who helps: four in five can be reached by e-mail."""
        first, surname = self._name(self._rng.choice(("older", "younger", "younger", "younger")))
        return PersonDraft(
            first_name=first,
            surname=surname,
            phone=self.mobile(),
            email=email_of(first, surname) if self._rng.random() < 0.8 else "",
            house=self.house(),
            postcode=self._rng.choice(postcodes),
            born_on=self.birthday(),
        )

    def mobile(self) -> str:
        """The next number of 07700 900xxx."""
        self._mobiles += 1
        return f"07700 900{self._mobiles:03}"

    def landline(self) -> str:
        """The next number of 01632 960xxx."""
        self._landlines += 1
        return f"01632 960{self._landlines:03}"

    def house(self) -> str:
        """A name that no house is likely to have, each once."""
        return self._houses.pop()

    def birthday(self) -> date:
        """Of an adult."""
        return _EARLIEST_BIRTH + timedelta(days=self._rng.randrange(_BIRTH_DAYS))

    def _name(self, age: str) -> tuple[str, str]:
        while True:
            family = self._families[self._rng.choices(list(_SHARES), list(_SHARES.values()))[0]]
            name = self._rng.choice(_first_names(family, age)), self._rng.choice(family.surnames)
            if name not in self._names:
                self._names.add(name)
                return name


def email_of(first: str, surname: str) -> str:
    """An address at example.org, which takes no mail."""
    plain = unicodedata.normalize("NFKD", f"{first}.{surname}".replace("ı", "i").replace(" ", ""))
    return f"{plain.encode('ascii', 'ignore').decode().lower()}@example.org"


def postcodes_of(session: Session, settlement: Settlement) -> list[str]:
    """The postcodes in the square around its middle, nearest first. SetupError if none is loaded."""
    east = func.abs(Postcode.easting - settlement.easting)
    north = func.abs(Postcode.northing - settlement.northing)
    codes = session.scalars(
        select(Postcode.code)
        .where(
            Postcode.easting.between(
                settlement.easting - settlement.around_m, settlement.easting + settlement.around_m
            ),
            Postcode.northing.between(
                settlement.northing - settlement.around_m, settlement.northing + settlement.around_m
            ),
            Postcode.withdrawn_on.is_(None),
        )
        .order_by(east + north, Postcode.code)
    )
    found = [spaced(code) for code in codes]
    if not found:
        raise SetupError(
            "The demo needs the postcodes of BA and SN. "
            'Start with GRITBIN_POSTCODES="BA SN SP GL", or without the demo: ./run --empty'
        )
    return found


def _first_names(family: Family, age: str) -> Sequence[str]:
    return family.first.get(age) or family.first["any"]
