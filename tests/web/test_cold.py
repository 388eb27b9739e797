"""Cold weather on the pages: switched on with an end by a coordinator; what a volunteer agrees to, by a press."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.services import cold, cold_hints, places, staff, weather_looks
from matcher.services.places import PlaceDraft
from matcher.services.staff import StaffRoleName
from matcher.store.models import Area, ColdSpell, Offer, WarmCheck
from matcher.store.session import reading, unit_of_work
from tests.matcher.domain.weather.feeds import feature, feed, square
from tests.web.conftest import World, error_beside, press, sign_in
from web.setting_screens import OVERTAKEN


def area_id(slug: str = "bradford-on-avon") -> int:
    with reading() as session:
        return session.scalars(select(Area.id).where(Area.slug == slug)).one()


def test_while_it_is_cold_nowhere_the_picture_is_of_where_most_agreed_to_be_asked_more(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert 'value="amesbury" selected' in client.get("/team/cold").text
    with unit_of_work() as session:
        cold.agree(session, world.person_id, "more", now=datetime.now(UTC))
    assert 'value="bradford-on-avon" selected' in client.get("/team/cold").text


def test_it_is_switched_on_with_an_end_and_off_again(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "It is cold nowhere" in client.get("/team/cold").text
    place = f"/team/cold/{area_id()}"
    first = client.get(f"{place}/start?hours=24")
    assert "Turn on cold weather for Bradford on Avon?" in first.text
    assert "No salt store is on the list" in first.text
    assert "It is cold nowhere" in client.get("/team/cold").text
    assert press(client, f"{place}/start?hours=24", f"{place}/start", hours="24").location == "/team/cold"
    with reading() as session:
        spell = session.scalars(select(ColdSpell)).one()
    assert abs(spell.ends_at - datetime.now(UTC) - timedelta(hours=24)) < timedelta(minutes=1)
    assert spell.started_by.startswith("staff:")
    assert "It is cold in 1 of 18 areas." in client.get("/team/cold").text
    assert "End the cold spell in Bradford on Avon?" in client.get(f"{place}/end").text
    press(client, f"{place}/end", f"{place}/end")
    assert "It is cold nowhere" in client.get("/team/cold").text


def test_without_an_end_it_is_not_switched_on(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    start = f"/team/cold/{area_id()}/start"
    for hours in ("", "0", "100000", "a day"):
        refused = press(client, f"{start}?hours=24", start, hours=hours)
        for answer in (refused, client.get(start, query_string={"hours": hours})):
            assert answer.status_code == 422
            assert "Select how long it will last" in answer.text
    assert "It is cold nowhere" in client.get("/team/cold").text


def test_a_coordinator_switches_their_own_areas_only(client: FlaskClient, world: World) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        roles = frozenset({StaffRoleName.COORDINATOR})
        staff.add_staff(session, "far@example.org", "Far", roles, areas=frozenset({"salisbury"}), now=now)
        token = staff.sign_in_link(session, "far@example.org", now=now)
    press(client, f"/sign-in/{token}")
    assert "Bradford on Avon" not in client.get("/team/cold").text
    theirs = f"/team/cold/{area_id('salisbury')}/start?hours=24"
    for what in ("start", "end"):
        assert press(client, theirs, f"/team/cold/{area_id()}/{what}", hours="24").status_code == 404
        assert client.get(f"/team/cold/{area_id()}/{what}?hours=24").status_code == 404


def test_a_volunteer_says_how_much_they_may_be_asked_and_takes_it_back(client: FlaskClient, world: World) -> None:
    me = f"/me/{world.me}"
    assert f"{me}/snow" in client.get(f"{me}/settings").text
    assert press(client, f"{me}/snow", choice="daily").location == me
    with reading() as session:
        offer = session.scalars(select(Offer)).one()
    assert (offer.cold_visits_per_week, offer.cold_asks_per_day, offer.visits_per_week) == (7, 10, 2)
    assert 'value="daily" checked' in client.get(f"{me}/snow").text
    press(client, f"{me}/snow", choice="usual")
    with reading() as session:
        assert session.scalars(select(Offer)).one().cold_agreed_at is None


def test_what_cannot_be_agreed_to_is_refused_beside_the_question(client: FlaskClient, world: World) -> None:
    refused = press(client, f"/me/{world.me}/snow", choice="everything")
    assert refused.status_code == 422
    assert "Select how much we may ask you in snow or ice" in refused.text


def test_a_resident_says_whether_to_ask_and_it_is_asked_and_noted(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    own = f"/r/{world.status}"
    assert f"{own}/warm" in client.get(own).text
    assert press(client, f"{own}/warm", choice="maybe").status_code == 422
    assert press(client, f"{own}/warm", choice="yes").location == own
    assert 'value="yes" checked' in client.get(f"{own}/warm").text
    press(client, f"/sign-in/{sign_in_token}")
    start = f"/team/cold/{area_id()}/start"
    assert "1 resident is asked whether they are warm" in client.get(f"{start}?hours=24").text
    press(client, f"{start}?hours=24", start, hours="24")
    with reading() as session:
        spell_id = session.scalars(select(ColdSpell.id)).one()
        check_id = session.scalars(select(WarmCheck.id)).one()
    review, noted = f"/team/cold/spells/{spell_id}", f"/team/cold/warm/{check_id}"
    assert "0 well, 0 in need, 1 without an answer" in client.get(review).text
    assert press(client, review, f"{noted}/needs").location == f"{review}#warm"
    assert "Needs something" in client.get(review).text
    press(client, review, f"{noted}/dealt")
    assert "Needed something, dealt with" in client.get(review).text
    assert press(client, review, f"{noted}/nonsense").status_code == 404


def test_a_review_of_another_area_is_not_found(client: FlaskClient, world: World) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        roles = frozenset({StaffRoleName.COORDINATOR})
        staff.add_staff(session, "far@example.org", "Far", roles, areas=frozenset({"salisbury"}), now=now)
        token = staff.sign_in_link(session, "far@example.org", now=now)
        cold.start(session, area_id(), until=now + timedelta(hours=5), actor="staff:1", now=now)
        spell_id = session.scalars(select(ColdSpell.id)).one()
    press(client, f"/sign-in/{token}")
    assert client.get(f"/team/cold/spells/{spell_id}").status_code == 404
    assert client.get("/team/cold/spells/99999999").status_code == 404


LIMITS = {"ground_c": "−1,5 °C", "snow_mm": "30mm", "level": "AMBER"}


def limits_page(slug: str = "bradford-on-avon") -> str:
    return f"/team/cold/{area_id(slug)}/limits"


def limits_set() -> tuple[float, float, str]:
    with reading() as session:
        area = session.get_one(Area, area_id())
    return area.cold_ground_c, area.cold_snow_mm, area.cold_level


def read_mark(shown: str) -> str:
    (mark,) = re.findall(r'name="read" value="([^"]+)"', shown)
    return mark


def test_from_when_on_it_is_cold_is_looked_at_and_set_by_a_second_press(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    page = limits_page()
    assert 'value="0.5"' in client.get(page).text
    looked = press(client, page, **LIMITS)
    assert looked.status_code == 200
    for before, after in (
        ("0.5 °C or colder", "−1.5 °C or colder"),
        ("20 mm or more", "30 mm or more"),
        ("Yellow or worse", "Amber or worse"),
    ):
        assert re.search(rf"</span>{before}</td>.*?<b>{after}</b>", looked.text), after
    assert "Nothing is turned on or off by it: you decide that." in looked.text
    assert limits_set() == (0.5, 20.0, "YELLOW"), "it was only looked at"
    assert OVERTAKEN not in looked.text
    assert looked.text.count('name="ground_c"') == 2, "what was typed is kept, and goes with the second press"
    assert looked.text.count('value="−1,5 °C"') == 2
    second = looked.text[looked.text.index('name="read"') : looked.text.index("Change it")]
    sent_again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', second))
    assert sent_again == LIMITS
    set_now = press(client, page, **sent_again, read=read_mark(looked.text))
    assert set_now.location == f"{page}?said=changed"
    assert limits_set() == (-1.5, 30.0, "AMBER")
    shown = client.get(set_now.location).text
    assert "<b>Changed.</b> It counts from the next look at the weather on." in shown
    assert shown.count("<td>Sam</td>") == 3, "the history, by who did it"
    assert "−1.5 °C or colder" in shown
    assert "<p>Nothing.</p>" in client.get(limits_page("calne")).text, "of this area only"
    assert "Nothing would change" in press(client, page, **LIMITS).text


def test_what_it_makes_of_the_weather_is_said_before(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "No weather is looked up" in press(client, limits_page(), **LIMITS).text
    now = datetime.now(UTC)
    moments = {"validFromDate": now.isoformat(), "validToDate": (now + timedelta(hours=30)).isoformat()}
    over = {"type": "Polygon", "coordinates": [square(-2.27, 51.33, 0.04)]}
    with unit_of_work() as session:
        weather_looks.take_warnings(session, feed(feature("w", over, **moments)), now=now)
    gone = "a cold spell would be suggested no longer. Now it is: Yellow warning: Headline of w, from"
    assert gone in press(client, limits_page(), **LIMITS).text
    assert "Yellow warning: Headline of w" in client.get("/team/cold").text


def test_what_somebody_set_meanwhile_is_looked_at_again(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    page, others = limits_page(), {**LIMITS, "ground_c": "-3"}
    seen = read_mark(press(client, page, **LIMITS).text)
    press(client, page, **others, read=read_mark(press(client, page, **others).text))
    overtaken = press(client, page, **LIMITS, read=seen)
    assert (overtaken.status_code, OVERTAKEN in overtaken.text) == (200, True)
    assert limits_set() == (-3.0, 30.0, "AMBER")
    assert press(client, page, **LIMITS, read=read_mark(overtaken.text)).status_code == 303
    assert limits_set() == (-1.5, 30.0, "AMBER")


def test_limits_that_cannot_be_stand_beside_their_field_and_are_kept(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    page = limits_page()
    for field, wrong, words in (
        ("ground_c", "", "Enter the temperature in °C, like 0.5"),
        ("ground_c", "warm", "Enter the temperature in °C, like 0.5"),
        ("ground_c", "11", "The temperature must be from -20 to 10 °C"),
        ("snow_mm", "0", "The snow must be from 1 to 1000 mm"),
        ("snow_mm", "nan", "Enter the snow in mm, like 20"),
        ("level", "", "Select which warnings count"),
        ("level", "GREEN", "Select which warnings count"),
    ):
        for seen in ({}, {"read": "what was looked at"}):
            refused = press(client, page, **{**LIMITS, field: wrong}, **seen)
            assert (refused.status_code, error_beside(refused.text, field)) == (422, words)
            assert not wrong or field == "level" or f'value="{wrong}"' in refused.text
            assert field == "ground_c" or 'value="−1,5 °C"' in refused.text
    assert press(client, page, **{**LIMITS, "ground_c": "-0", "snow_mm": "20", "level": "YELLOW"}).text.count(
        "<b>0 °C or colder</b>"
    )
    assert limits_set() == (0.5, 20.0, "YELLOW")


def test_the_limits_of_an_area_that_is_somebody_else_s_are_not_found(client: FlaskClient, world: World) -> None:
    sign_in(client, StaffRoleName.COORDINATOR, areas=frozenset({"salisbury"}))
    for page in (limits_page(), "/team/cold/99999999/limits"):
        assert client.get(page).status_code == 404
        assert press(client, limits_page("salisbury"), page, **LIMITS, read="anything").status_code == 404
    assert limits_set() == (0.5, 20.0, "YELLOW")


def test_what_is_told_of_the_weather_is_suggested_with_when_it_was_read_and_what_is_wrong(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "No weather is looked up" in client.get("/team/cold").text
    now = datetime.now(UTC)
    moments = {"validFromDate": now.isoformat(), "validToDate": (now + timedelta(hours=30)).isoformat()}
    over = {"type": "Polygon", "coordinates": [square(-2.27, 51.33, 0.04)]}
    with unit_of_work() as session:
        weather_looks.take_warnings(session, feed(feature("w", over, **moments)), now=now)
        weather_looks.note_failure(session, "forecast", "It answered 500.", now=now)
    shown = client.get("/team/cold").text
    assert "Yellow warning: Headline of w" in shown
    assert f"/team/cold/{area_id()}/start?hours=48" in shown
    assert "Severe weather warnings: last read today" in shown
    assert '<li class="gn-colours__yellow" aria-current="step">' in shown
    assert shown.count('<li class="gn-colours__green" aria-current="step">') == 17
    assert "Weather forecast: not read.</b> It answered 500." in shown
    assert "It is cold nowhere" in shown
    checks = client.get("/health").json["checks"]
    assert (checks["warnings"]["ok"], checks["forecast"]["ok"]) == (True, False)


def test_the_worst_warning_gives_the_colour_and_what_is_old_gives_none(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    now, here = datetime.now(UTC), area_id()
    moments = {"validFromDate": now.isoformat(), "validToDate": (now + timedelta(hours=30)).isoformat()}
    over = {"type": "Polygon", "coordinates": [square(-2.27, 51.33, 0.04)]}
    for level, colour in (("AMBER", "amber"), ("RED", "red"), ("YELLOW", "yellow")):
        with unit_of_work() as session:
            told = feed(feature("w", over, warningLevel=level, **moments))
            weather_looks.take_warnings(session, told, now=now)
            assert cold_hints.colours(session, [here], now=now) == {here: colour}
            assert cold_hints.colours(session, [here], now=now + timedelta(hours=7)) == {here: "green"}


def test_before_it_is_turned_on_the_salt_is_told(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    who = {"area_ids": {area_id()}, "staff_id": 1, "now": datetime.now(UTC)}
    with unit_of_work() as session:
        agreed = {"use_rule": "any_path", "agreed_by": "the parish"}
        places.add_place(session, PlaceDraft("salt_store", "Store", "BA15 1LF", **agreed), **who)
        places.add_place(session, PlaceDraft("salt_store", "Yard", "BA15 1LF", stock="empty", **agreed), **who)
        places.add_place(session, PlaceDraft("grit_bin", "Hill", "BA15 1LF", stock="full"), **who)
    shown = client.get(f"/team/cold/{area_id()}/start?hours=24").text
    assert "1 of 3 salt stores may be used on private paths" in shown
    assert "Empty: Yard." in shown
