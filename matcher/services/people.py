"""People and their homes: who they are, where they live, and how they are reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.wording import clean_line
from matcher.services import addresses, audit
from matcher.services.addresses import Located
from matcher.store.bulk import among
from matcher.store.models import Home, NeverPair, Person

NAME_LENGTH = 40
HOUSE_LENGTH = 80
PHONE_LENGTH = 40
EMAIL_LENGTH = 254
ADULT_YEARS = 18
BRITAIN = 44  # the country code
_MOBILE = "+447"
# 09, 08 and 070 numbers: ringing or texting one would cost the scheme dear, and nobody lives behind it.
_COSTS_EXTRA = frozenset(
    {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
    }
)


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What someone typed about themselves, not yet checked."""

    first_name: str
    phone: str
    house: str
    postcode: str
    surname: str = ""
    email: str = ""
    born_on: date | None = None


def settle(session: Session, draft: PersonDraft, *, now: datetime) -> Person:
    """The person with this name, phone, e-mail and home: the one we know, or a new one. BadInput names the field.

    Of someone known only what was empty is filled: whoever knows as much of them may not change how they are reached.
    """
    located = addresses.locate(session, draft.postcode)
    home = Home(
        surname=clean_line(draft.surname, NAME_LENGTH),
        phone=check_phone(draft.phone),
        email=check_email(draft.email) if draft.email else "",
        born_on=draft.born_on,
        house=check_house(draft.house),
        postcode=located.postcode,
        easting=located.easting,
        northing=located.northing,
        lat=located.point.lat,
        lon=located.point.lon,
    )
    first_name = check_first_name(draft.first_name)
    one_at_a_time(session, home)
    known = _same_person(session, first_name, home)
    if known is None:
        return _add(session, first_name, home, located, now=now)
    _fill_in(session, known, home, now)
    return known


def check_first_name(text: str) -> str:
    """A first name as it will be shown. BadInput if empty or too long."""
    name = clean_line(text, NAME_LENGTH)
    if not name:
        raise BadInput("Enter a first name", field="first_name")
    return name


def check_house(text: str) -> str:
    """A house number or name. BadInput if empty."""
    house = clean_line(text, HOUSE_LENGTH)
    if not house:
        raise BadInput("Enter a house number or name", field="house")
    return house


def check_phone(text: str) -> str:
    """A phone number in E.164 form, `+447700900982`.

    BadInput unless it could be a number reached from here, and costs no more to ring than a home.
    """
    message = "Enter a phone number, like 01632 960 900 or 07700 900 982"
    try:
        number = phonenumbers.parse(clean_line(text, PHONE_LENGTH), "GB")
    except phonenumbers.NumberParseException:
        raise BadInput(message, field="phone") from None
    possible = phonenumbers.is_possible_number_with_reason(number)  # drama numbers are possible but not valid
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE or not _is_whole(number):
        raise BadInput(message, field="phone")
    if phonenumbers.number_type(number) in _COSTS_EXTRA:
        raise BadInput("Enter a home or mobile number. We cannot ring numbers that cost extra", field="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_whole(number: phonenumbers.PhoneNumber) -> bool:
    """A British number has nine or ten figures after its first 0; a shorter one works in its own town only."""
    return number.country_code != BRITAIN or len(str(number.national_number)) in (9, 10)


def usual_way(e164: str) -> str:
    """How a number is best reached: a text to a mobile, a call to any other."""
    return "text" if e164.startswith(_MOBILE) else "phone"


def hidden_phone(e164: str) -> str:
    """`07*** ***982`: enough to know one's own number by."""
    words = phone_words(e164)
    figures = [place for place, letter in enumerate(words) if letter.isdigit()]
    shown = {*figures[:2], *figures[-3:]}
    return "".join("*" if letter.isdigit() and at not in shown else letter for at, letter in enumerate(words))


def hidden_email(address: str) -> str:
    """`e***@example.com`."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}***@{host}"


def phone_words(e164: str) -> str:
    """A stored number as people here write it."""
    number = phonenumbers.parse(e164)
    form = phonenumbers.PhoneNumberFormat
    at_home = number.country_code == BRITAIN
    return phonenumbers.format_number(number, form.NATIONAL if at_home else form.INTERNATIONAL)


def check_email(text: str) -> str:
    """An e-mail address of the right shape; nothing is looked up. BadInput otherwise."""
    try:
        checked = validate_email(clean_line(text, EMAIL_LENGTH), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        message = "Enter an email address in the correct format, like name@example.com"
        raise BadInput(message, field="email") from None
    return checked.normalized


def check_adult(born_on: date, today: date) -> date:
    """A date of birth. BadInput unless they are 18 or over, and alive."""
    if born_on > today:
        raise BadInput("Date of birth must be in the past", field="date_of_birth")
    years = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    if years < ADULT_YEARS:
        raise BadInput("You must be 18 or over", field="date_of_birth")
    if years > 120:
        raise BadInput("Enter your real date of birth", field="date_of_birth")
    return born_on


def short_names(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """First name and the initial of the surname, by person: for staff."""
    wanted = (
        select(Person.id, Person.first_name, Home.surname)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(among(Person.id, person_ids))
    )
    return {person_id: short_name(first, surname) for person_id, first, surname in session.execute(wanted)}


def short_name(first_name: str, surname: str | None) -> str:
    """Joan M; who gave no surname has a first name alone."""
    return f"{first_name} {(surname or '')[:1]}".strip()


def keep_apart(session: Session, one: int, other: int, *, now: datetime) -> None:
    """Never match these two people again; silent and absolute."""
    low, high = sorted((one, other))
    if low != high and session.get(NeverPair, (low, high)) is None:
        session.add(NeverPair(person_a=low, person_b=high, set_at=now))


def _same_person(session: Session, first_name: str, home: Home) -> Person | None:
    """Same phone, e-mail, postcode, house and first name."""
    return session.scalar(
        select(Person)
        .join(Home, Home.person_id == Person.id)
        .where(
            Person.first_name == first_name,
            Person.erased_at.is_(None),
            Home.phone == home.phone,
            Home.postcode == home.postcode,
            Home.house == home.house,
            Home.email == home.email,
        )
        .limit(1)
        # Whoever is erased at this moment is someone new: what is written for them waits, and finds nobody.
        .with_for_update(read=True, key_share=True)
    )


def one_at_a_time(session: Session, home: Home) -> None:
    """Two forms of one household wait for each other, so that nobody becomes two people by pressing twice; a merge
    of theirs waits too.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{home.phone} {home.postcode}", 0))))


def _fill_in(session: Session, known: Person, typed: Home, now: datetime) -> None:
    home = session.get_one(Home, known.id)
    filled = [name for name in ("surname", "born_on") if getattr(typed, name) and not getattr(home, name)]
    for name in filled:
        setattr(home, name, getattr(typed, name))
    if filled:
        audit.record(session, audit.person(known.id), "filled_in", ("person", known.id), *filled, now=now)


def _add(session: Session, first_name: str, home: Home, located: Located, *, now: datetime) -> Person:
    cell = addresses.cell_for(session, located)
    person = Person(first_name=first_name, area_id=located.area_id, cell_id=cell.id, created_at=now)
    session.add(person)
    session.flush()
    home.person_id = person.id
    session.add(home)
    audit.record(session, audit.person(person.id), "settled", ("person", person.id), "home", now=now)
    return person
