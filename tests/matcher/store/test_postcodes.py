import csv
import gzip
from datetime import date

import psycopg
import pytest
from geopy.distance import geodesic

from matcher.domain.errors import SetupError
from matcher.store import code_point
from matcher.store.postcodes import load_postcodes
from matcher.store.roles import driver_url

TODAY = date(2026, 1, 14)


def ignore_progress(done, total):
    pass


def load(database, areas=("BA",), *, terminated=None, today=TODAY, progress=ignore_progress):
    return load_postcodes(database.serving_url, areas, today=today, terminated=terminated, progress=progress)


def rows(database, where="true"):
    with psycopg.connect(driver_url(database.serving_url)) as connection:
        return {row[0]: row[1:] for row in connection.execute(f"select * from postcodes where {where}")}


@pytest.fixture
def release(tmp_path, monkeypatch):
    """`release("BA15 1AA,382500,160900", ...)` makes those lines the installed release of the area BA."""

    def install(*lines):
        file = tmp_path / "ba.csv.gz"
        with gzip.open(file, "wt") as text:
            csv.writer(text).writerows((line.split(",")[0], 10, *line.split(",")[1:]) for line in lines)
        monkeypatch.setattr(code_point, "_data_file", lambda area: file)

    return install


def test_the_four_areas_of_wiltshire_hold_60_380_postcodes(database):
    steps = []
    loaded = load(database, ("BA", "SN", "SP", "GL"), progress=lambda done, total: steps.append((done, total)))
    assert loaded == (60_380, 0)
    assert steps[-1] == (60_380, 60_380)
    assert len(rows(database)) == 60_380


def test_the_national_grid_is_turned_into_degrees_as_ordnance_survey_does(database, release):
    # Caister water tower, the worked example of "A guide to coordinate systems in Great Britain".
    release("BA15 1AA,651410,313177")
    load(database)
    _, _, lat, lon, _ = rows(database)["BA151AA"]
    assert geodesic((lat, lon), (52.6580078, 1.7160740)).meters < 5


def test_a_second_load_changes_nothing(database):
    load(database)
    assert load(database) == (0, 0)


def test_what_a_newer_release_no_longer_holds_is_withdrawn_that_day_and_what_is_new_arrives(database, release):
    release("BA15 1AA,382500,160900", "BA15 1AB,382600,160900")
    load(database)
    release("BA15 1AB,382650,160900", "BA15 1AD,382700,160900")
    assert load(database, today=date(2026, 5, 1)) == (2, 1)
    table = rows(database)
    assert table["BA151AA"][4] == date(2026, 5, 1)
    assert table["BA151AB"][0] == 382650
    assert table["BA151AD"][4] is None


def test_a_withdrawn_postcode_keeps_its_day_until_it_comes_back(database, release):
    release("BA15 1AA,382500,160900", "BA15 1AB,382600,160900")
    load(database)
    release("BA15 1AB,382600,160900")
    load(database, today=date(2026, 5, 1))
    load(database, today=date(2026, 8, 1))
    assert rows(database)["BA151AA"][4] == date(2026, 5, 1)
    release("BA15 1AA,382500,160900", "BA15 1AB,382600,160900")
    load(database, today=date(2026, 11, 1))
    assert rows(database)["BA151AA"][4] is None


def test_one_area_does_not_withdraw_anothers(database, release):
    release("BA15 1AA,382500,160900")
    load(database)
    release("B1 1AA,406500,286900")
    assert load(database, ("B",)) == (1, 0)
    assert rows(database)["BA151AA"][4] is None


def test_the_ons_directory_adds_what_was_withdrawn_before_and_never_touches_a_live_one(database, release, tmp_path):
    release("BA15 1AA,382500,160900")
    directory = tmp_path / "onspd.csv"
    directory.write_text(
        "pcds,dointr,doterm,oseast1m,osnrth1m\n"
        "BA15 9ZZ,198001,199606,382500,0160900\n"
        "BA15 1AA,198001,199606,1,1\n"  # re-used since
        "BA15 8ZZ,198001,199606,,\n"  # no point is known
        "BA15 7ZZ,198001,,382500,0160900\n"  # in use
        "SN1 1AA,198001,199606,415000,0184000\n"  # not ours
    )
    load(database, terminated=directory)
    table = rows(database)
    assert set(table) == {"BA151AA", "BA159ZZ"}
    assert table["BA159ZZ"][4] == date(1996, 6, 1)
    assert table["BA151AA"][4] is None
    assert load(database, terminated=directory) == (0, 0)


def test_an_area_that_does_not_exist_is_named(database):
    with pytest.raises(SetupError, match="GRITBIN_POSTCODES: there is no postcode area “QQ”"):
        load(database, ("QQ",))


def test_a_file_that_is_not_the_directory_is_refused(database, tmp_path):
    (tmp_path / "shopping.csv").write_text("milk,eggs\n1,12\n")
    with pytest.raises(SetupError, match="is not the ONS Postcode Directory: it must have the columns doterm"):
        load(database, terminated=tmp_path / "shopping.csv")
    with pytest.raises(SetupError, match="cannot be read"):
        load(database, terminated=tmp_path / "nothing.csv")
