"""One row of a spreadsheet as a volunteer or a request: its cells read, its rules asked of the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.availability import BANDS, DAYS, PATTERNS
from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import NeedStatus, OfferStatus
from matcher.services import consents, kinds, needs, offers, people
from matcher.services.consents import Given
from matcher.services.needs import NeedDraft
from matcher.services.offers import OfferDraft
from matcher.services.people import PersonDraft
from matcher.services.plan.cells import labels, some_labels, whole_number
from matcher.services.plan.times import Weekly, a_day
from matcher.services.spreadsheets import Row, has_control_characters
from matcher.services.taken_in import Importer, Kind, Taken
from matcher.store.models import Home, Need, Offer, Person

_PERSON = ("first_name", "phone", "house", "postcode")
# Where the forms have another name for what a column holds.
_COLUMN_OF = {
    "pattern": "times",
    "travel_mode": "travel",
    "travel_minutes": "minutes",
    "promises": "promised",
    "visits_per_week": "visits_a_week",
    "when": "day",
}
_YES, _NO = ("yes", "y", "true", "1", "x"), ("no", "n", "false", "0")
_PARTS = {"morning": "am", "afternoon": "pm", "evening": "eve", "mornings": "am", "afternoons": "pm", "evenings": "eve"}
_ANY = ("any", "any time", "anytime", "always")
_WEEK = (
    "any, weekday daytimes, evenings, weekends, or times that hold a whole morning (8am to 12), afternoon or evening"
)
_TRAVEL = {"foot": "foot", "on foot": "foot", "walk": "foot", "bike": "bike", "bicycle": "bike", "car": "car"}
_CONTACTS = {word: word for word in needs.CONTACTS}
_NOT_SAID = -1


def _add_volunteer(session: Session, row: Row, who: Importer, now: datetime) -> Taken:
    """Make their offer, and owe them word of it."""
    person, slugs = _person(row), _kinds(session, row, "kinds")
    born_on, week = row.read("date_of_birth", a_day), row.read("times", _week, _week("any"))
    travel = row.read("travel", _one_of(_TRAVEL, "foot, bike or car"), "foot")
    minutes = row.read("minutes", whole_number(1, 60, "minutes"), 20)
    most = row.read("visits_a_week", whole_number(1, 50, "visits a week"), _NOT_SAID)
    promised = row.read("promised", _said_yes("that they agreed to the promises of the page /offer"))
    if row.is_good and (known := _known_volunteer(session, person)) is not None:
        row.refuse("phone", f"someone who is no volunteer of ours yet, as {known} is")
    if not row.is_good or born_on is None or week is None or travel is None or minutes is None:
        raise BadInput
    draft = OfferDraft(
        kinds=slugs,
        pattern=week[0],
        times=week[1],
        travel_mode=travel,
        travel_minutes=minutes,
        person=replace(person, born_on=born_on),
        has_promised=bool(promised),
        visits_per_week=None if most == _NOT_SAID else most,
    )
    with row.noting(_COLUMN_OF):
        made = offers.make_offer(session, draft, now=now)
    _check_area(session, row, made.person_id, who)
    return Taken(person.first_name, row.text("kinds"), person_id=made.person_id)


def _add_need(session: Session, row: Row, who: Importer, now: datetime) -> Taken:
    """Post what they ask for, to which they have agreed."""
    person, slugs, day = _person(row), _kinds(session, row, "kind"), row.read("day", a_day)
    times = row.read("times", _parts, frozenset(_PARTS.values()))
    is_weekly = row.read("every_week", _yes_or_no, default=False)
    contact = row.read("contact", _one_of(_CONTACTS, ", ".join(_CONTACTS))) if row.text("contact") else ""
    row.read("agreed", _said_yes("that they agreed to be asked for"))
    if row.is_good and len(slugs) != 1:
        row.refuse("kind", "one kind of help")
    if row.is_good and day is not None and (same := _same_need(session, person, slugs, day, who)) is not None:
        row.refuse("", f"a request that we do not have yet: {same} is the same")
    if not row.is_good or day is None or times is None or is_weekly is None or contact is None:
        raise BadInput
    (slug,) = slugs
    draft = NeedDraft(
        kind=slug,
        when="day",
        day=day,
        times=times,
        person=person,
        contact=contact,
        is_weekly=is_weekly,
        note=row.text("note"),
    )
    with row.noting(_COLUMN_OF):
        posted = needs.post_need(session, draft, now=now)
    consents.record(session, posted.need_id, Given(consents.SELF, "staff", "spoken", who.staff_id), now=now)
    resident_id = session.get_one(Need, posted.need_id).resident_id
    _check_area(session, row, resident_id, who)
    return Taken(person.first_name, f"{row.text('kind')}, {row.text('day')}", person_id=resident_id)


def _person(row: Row) -> PersonDraft:
    """Who it is, as typed; that a cell is empty, or cannot be kept, is noted, what else is wrong with it is said by the
    services.
    """
    for name in _PERSON:
        row.read(name, _something)
    for name in ("surname", "email"):
        row.read(name, _kept, "")
    return PersonDraft(
        first_name=row.text("first_name"),
        phone=row.text("phone"),
        house=row.text("house"),
        postcode=row.text("postcode"),
        surname=row.text("surname"),
        email=row.text("email"),
    )


def _something(text: str) -> str:
    if not text:
        raise ValueError("something in this cell")
    return _kept(text)


def _kept(text: str) -> str:
    if has_control_characters(text):
        raise ValueError("letters and figures that can be kept: type it again")
    return text


def _kinds(session: Session, row: Row, column: str) -> frozenset[str]:
    """Kinds of help by any of the names that we have for them."""
    found = row.read(column, some_labels) or frozenset[str]()
    there_are = kinds.list_kinds(session)
    known = {
        " ".join(name.casefold().split()): kind.slug
        for kind in there_are
        for name in (kind.slug, kind.name, kind.offer_name, kind.safe_label)
    }
    if strange := sorted(found - known.keys()):
        names = "; ".join(kind.name for kind in there_are if not kind.is_triaged)
        row.refuse(column, f"kinds of help of ours, which {strange[0]} is not. There are: {names}")
    return frozenset(known[name] for name in found if name in known)


def _week(text: str) -> tuple[str, frozenset[str]]:
    """When they are usually free: the pattern of the form, or `choose` and its boxes."""
    words = " ".join(text.casefold().split())
    pattern = "any" if words in _ANY else words.replace(" ", "_")
    if PATTERNS.get(pattern):
        return pattern, frozenset()
    boxes = frozenset(
        f"{DAYS[rule.weekday]}-{band}"
        for rule in Weekly(text).rules
        for band, (opens, closes) in BANDS.items()
        if rule.opens <= opens and closes <= rule.closes
    )
    if not boxes:
        raise ValueError(_WEEK)
    return "choose", boxes


def _parts(text: str) -> frozenset[str]:
    """Parts of the day."""
    found = labels(text.replace(",", ";"))
    if found & {*_ANY}:
        return frozenset(_PARTS.values())
    if not found or not found <= _PARTS.keys():
        raise ValueError("any, or morning, afternoon, evening with semicolons between them")
    return frozenset(_PARTS[part] for part in found)


def _one_of(known: Mapping[str, str], words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if (found := known.get(" ".join(text.casefold().split()))) is None:
            raise ValueError(words)
        return found

    return read


def _said_yes(what: str) -> Callable[[str], bool]:
    """Nobody is put on a list, or asked for, without their word."""

    def read(text: str) -> bool:
        if text.casefold() not in _YES:
            raise ValueError(f"yes, {what}")
        return True

    return read


def _yes_or_no(text: str) -> bool:
    if text.casefold() not in (*_YES, *_NO):
        raise ValueError("yes or no")
    return text.casefold() in _YES


def _known_volunteer(session: Session, person: PersonDraft) -> str | None:
    """Their name, if someone of this name and number offers help already: nothing of theirs is changed by a file."""
    known = select(Person.first_name).join(Home, Home.person_id == Person.id).join(Offer, Offer.person_id == Person.id)
    is_them = Home.phone == _phone(person), Person.first_name == person.first_name.strip()
    return session.scalar(known.where(*is_them, Offer.status != OfferStatus.STOPPED).limit(1))


def _same_need(session: Session, person: PersonDraft, slugs: frozenset[str], day: date, who: Importer) -> str | None:
    """The reference of a request of theirs for the same, on the same day, that is not over. Of other areas nothing is
    told: a number that is tried out finds nobody there.
    """
    same = select(Need.reference).join(Home, Home.person_id == Need.resident_id)
    is_it = Home.phone == _phone(person), Need.kind_slug.in_(slugs), Need.first_day == day
    here = Need.area_id.in_(who.area_ids), Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED))
    return session.scalar(same.where(*is_it, *here).limit(1))


def _phone(person: PersonDraft) -> str:
    """As it is kept; as typed if it cannot be, which is said where the row is put to the services."""
    try:
        return people.check_phone(person.phone)
    except BadInput:
        return person.phone


def _check_area(session: Session, row: Row, person_id: int, who: Importer) -> None:
    if session.get_one(Person, person_id).area_id not in who.area_ids:
        row.refuse("postcode", "a postcode in an area that you look after")
        raise BadInput


VOLUNTEERS = Kind(
    required=(*_PERSON, "date_of_birth", "kinds", "promised"),
    optional=("surname", "email", "times", "travel", "minutes", "visits_a_week"),
    add=_add_volunteer,
)
NEEDS = Kind(
    required=(*_PERSON, "kind", "day", "agreed"),
    optional=("surname", "email", "times", "contact", "note", "every_week"),
    add=_add_need,
)
