"""A photo of what is left comes with what was said, is the team's alone, and goes soon after somebody looks again."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.retention import PHOTO_KEPT, PHOTO_KEPT_MOST
from matcher.domain.timewindow import TimeWindow
from matcher.services import place_photos, place_sheets, places, retention
from matcher.services.export_sheets import SHEETS
from matcher.services.places import PlaceDraft
from matcher.store.models import AuditRow, StockPhoto, StockReport
from tests import sent_files
from tests.sent_files import MARK

KEY = "k" * 22
MOMENT = timedelta(seconds=1)


@pytest.fixture
def ruth(world):
    return world.coordinator()


@pytest.fixture
def hill(world, ruth):
    """A grit bin of which nobody has said anything."""
    draft = PlaceDraft("grit_bin", "Top of the hill", "382510, 161330", "By the bus shelter")
    with world.work() as session:
        return places.add_place(session, draft, area_ids={world.area_id()}, staff_id=ruth, now=world.now)


def say(world, place_id, stock="empty", key=KEY):
    with world.work() as session:
        places.report_level(session, place_id, stock, key, now=world.now)


def send(world, place_id, key=KEY, sent=None):
    with world.work() as session:
        place_photos.add_photo(session, place_id, sent or sent_files.photo(), key, now=world.now)


def seen(world, *area_ids):
    with world.work() as session:
        return place_photos.by_place(session, area_ids or {world.area_id()})


def sweep(world):
    with world.work() as session:
        return retention.erase_old(session, now=world.now)


@pytest.fixture
def photographed(world, hill):
    """It is empty, and somebody sent a photo of it."""
    say(world, hill)
    send(world, hill)
    return hill


def test_the_team_of_its_area_sees_it_with_what_was_said_and_nothing_else_of_the_file(world, photographed):
    ((photo,),) = seen(world).values()
    known = photo.stock_words, photo.said_at, photo.width, photo.height, photo.is_latest
    assert known == ("empty", world.now, 40, 60, True)
    with world.work() as session:
        content = place_photos.photo(session, photographed, photo.report_id, {world.area_id()}).content
    assert (content[:3], MARK in content) == (b"\xff\xd8\xff", False)


def test_the_team_of_another_area_does_not_and_cannot_remove_it(world, ruth, photographed):
    elsewhere = {world.area_id("calne")}
    report_id = world.one(StockReport).id
    assert seen(world, *elsewhere) == {}
    with world.work() as session, pytest.raises(NotFound):
        place_photos.photo(session, photographed, report_id, elsewhere)
    with world.work() as session, pytest.raises(NotFound):
        place_photos.remove(session, photographed, report_id, area_ids=elsewhere, staff_id=ruth, now=world.now)
    assert world.one(StockPhoto).report_id == report_id


def test_one_photo_comes_with_one_report_and_only_from_the_page_it_was_told_on(world, hill):
    with pytest.raises(BadInput, match="then press how full it is"):
        send(world, hill)
    say(world, hill)
    with pytest.raises(BadInput, match="then press how full it is"):
        send(world, hill, key="x" * 22)
    send(world, hill)
    send(world, hill, sent=sent_files.photo(size=(90, 90)))
    assert world.one(StockPhoto).width == 40
    world.now += places.UNDO_WITHIN
    say(world, hill, "half", key="l" * 22)
    with pytest.raises(BadInput, match="then press how full it is"):
        send(world, hill)


def test_none_comes_of_what_has_become_private_since(world, hill):
    say(world, hill)
    world.execute("update places set use_rule = 'private'")
    with pytest.raises(NotFound):
        send(world, hill)


def test_whoever_takes_back_what_they_said_takes_the_photo_with_it(world, photographed):
    with world.work() as session:
        places.undo_report(session, photographed, KEY, now=world.now)
    assert world.all(StockPhoto) == []


def test_one_that_shows_what_it_should_not_is_erased_at_once_and_what_was_said_stays(world, ruth, photographed):
    report_id = world.one(StockReport).id
    with world.work() as session:
        here = {world.area_id()}
        place_photos.remove(session, photographed, report_id, area_ids=here, staff_id=ruth, now=world.now)
    assert world.all(StockPhoto) == []
    assert world.one(StockReport).undone_at is None
    assert world.all(AuditRow)[-1].action == "removed_photo"


def test_a_while_after_somebody_looked_again_it_is_gone(world, photographed):
    world.later(hours=2)
    say(world, photographed, "full", key="l" * 22)
    ((photo,),) = seen(world).values()
    assert not photo.is_latest
    looked_at = world.now
    world.now = looked_at + PHOTO_KEPT - MOMENT
    assert sweep(world) == 0
    world.now += MOMENT
    assert sweep(world) == 1
    assert world.all(StockPhoto) == []
    assert len(world.all(StockReport)) == 2


def test_who_looked_again_and_was_wrong_did_not_look(world, photographed):
    world.later(hours=2)
    say(world, photographed, "full", key="l" * 22)
    with world.work() as session:
        places.undo_report(session, photographed, "l" * 22, now=world.now)
    world.now += PHOTO_KEPT
    assert sweep(world) == 0
    assert seen(world)[photographed][0].is_latest


def test_it_is_gone_after_a_season_though_nobody_looked_and_with_the_place_itself(world, ruth, photographed):
    world.now += PHOTO_KEPT_MOST - MOMENT
    assert sweep(world) == 0
    world.now += MOMENT
    assert sweep(world) == 1
    say(world, photographed, key="l" * 22)
    send(world, photographed, key="l" * 22)
    with world.work() as session:
        places.take_away(session, photographed, area_ids={world.area_id()}, staff_id=ruth, now=world.now)
    assert sweep(world) == 1
    assert world.all(StockPhoto) == []


def test_no_file_that_is_saved_holds_it(world, photographed):
    days, here = TimeWindow(world.now - timedelta(days=1), world.now), {world.area_id()}
    assert [sheet.key for sheet in SHEETS if "stock_photos" in str(sheet.query(here, days))] == []
    with world.work() as session:
        saved = place_sheets.exported(session, here)
    assert (b"Top of the hill" in saved, b"photo" in saved) == (True, False)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("content = '<svg/>'", "a_jpeg"),
        ("content = content || decode(repeat('00', 2097152), 'hex')", "small"),
        ("width = 0", "measured"),
    ],
)
def test_the_table_takes_nothing_but_small_pictures_as_they_are_made(world, photographed, change, rule):
    with pytest.raises(IntegrityError, match=rule):
        world.execute(f"update stock_photos set {change}")


def test_of_a_place_the_newest_five_are_kept(world, hill):
    for number in range(7):
        key = f"{number}" * 22
        say(world, hill, key=key)
        send(world, hill, key=key)
        world.later(minutes=1)
    kept = [one.report_id for one in seen(world)[hill]]
    assert len(kept) == place_photos.MOST_OF_A_PLACE
    assert kept == sorted((report.id for report in world.all(StockReport)), reverse=True)[:5]
