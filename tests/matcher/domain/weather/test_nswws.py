"""A feed of warnings: what can be read is, what cannot is told, and a feed that is none says what to do."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.errors import BadInput
from matcher.domain.weather.nswws import read_feed
from tests.matcher.domain.weather.feeds import feature, feed


def only(*features):
    (warning,) = read_feed(feed(*features)).warnings
    return warning


def test_a_warning_as_the_met_office_tells_of_it():
    warning = only(feature(weatherType=["SNOW", "ICE"]))
    assert (warning.id, warning.level, warning.impact, warning.likelihood) == ("w1", "YELLOW", 2, 3)
    assert (warning.headline, warning.types, warning.status) == ("Headline of w1", ("SNOW", "ICE"), "ISSUED")
    assert warning.valid_from == datetime(2026, 1, 14, 6, tzinfo=UTC)
    assert warning.valid_to == datetime(2026, 1, 14, 18, tzinfo=UTC)
    assert warning.doubts == ()


def test_a_feed_without_weather_types_is_nothing_odd():
    warning = only(feature(weatherType=None))
    assert (warning.types, warning.doubts) == ((), ())


def test_other_spellings_are_read():
    told = {
        "warninglevel": "Amber",
        "warningImpact": "2/Low",
        "warningLikelihood": 3.0,
        "weatherType": "ICE, SNOW",
        "validFromDate": "2026-01-14T06:00:00.000+01:00",
        "validToDate": 1768413600000,
    }
    warning = only(feature(**told, warningLevel=None))
    assert (warning.level, warning.impact, warning.likelihood, warning.types) == ("AMBER", 2, 3, ("ICE", "SNOW"))
    assert warning.valid_from == datetime(2026, 1, 14, 5, tzinfo=UTC)
    assert warning.valid_to == datetime(2026, 1, 14, 18, tzinfo=UTC)
    assert warning.doubts == ()


@pytest.mark.parametrize(
    ("told", "doubt"),
    [
        ({"warningLevel": None}, "does not say its level"),
        ({"warningLevel": "PURPLE"}, "“PURPLE”, which is none of YELLOW, AMBER, RED"),
        ({"warningLevel": 3}, "does not say its level"),
        ({"warningImpact": None}, "its warningImpact is no number from 1 to 4"),
        ({"warningImpact": 5}, "its warningImpact is no number from 1 to 4"),
        ({"warningImpact": True}, "its warningImpact is no number from 1 to 4"),
        ({"warningLikelihood": "often"}, "its warningLikelihood is no number from 1 to 4"),
        ({"validFromDate": "soon"}, "its validFromDate is no time"),
        ({"validToDate": 10**30}, "its validToDate is no time"),
        ({"validToDate": "0001-01-01T00:00:00+14:00"}, "its validToDate is no time"),
        ({"validToDate": "2026-01-14T05:59:59Z"}, "it ends before it begins"),
    ],
)
def test_a_field_that_cannot_be_read_is_told_and_the_warning_stays(told, doubt):
    warning = only(feature(**told))
    assert warning.id == "w1"
    assert len(warning.doubts) == 1
    assert doubt in warning.doubts[0]


def test_a_warning_that_says_nothing_but_where_stays():
    bare = feature() | {"properties": None}
    assert only(bare).name == "Feature 1"
    assert only(feature(warningId=True)).id is None
    assert only(bare | {"id": 7}).name == "Feature 1 (7)"


@pytest.mark.parametrize("broken", [None, 7, "x", [], {}, feature("bad", geometry={"type": "Point"})])
def test_a_feature_that_is_no_warning_is_named_and_the_next_one_is_read(broken):
    found = read_feed(feed(broken, feature("good")))
    assert [one.id for one in found.warnings] == ["good"]
    assert [sentence.partition(" was left out: ")[0] for sentence in found.unread] == [
        "Feature 1 (bad)" if isinstance(broken, dict) and broken else "Feature 1"
    ]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "It is empty"),
        (b" \n", "It is empty"),
        (b"<html>", "not JSON (line 1, column 1)"),
        (b'{"type": "FeatureCollection", "features": [', "not JSON (line 1"),
        (b"\xff\xfe\x00", "not JSON"),
        pytest.param(b'{"type": "FeatureCollection", "features": [' + b"9" * 5000 + b"]}", "not JSON", id="endless"),
        pytest.param(b"[" * 200_000, "nested too deeply", id="too deep"),
        (b"null", "no feed of warnings"),
        (b"[]", "no feed of warnings"),
        (b'{"type": "FeatureCollection"}', "no feed of warnings"),
        (b'{"type": "FeatureCollection", "features": {}}', "no feed of warnings"),
        (b'{"type": "Feature", "features": []}', "no feed of warnings"),
    ],
)
def test_what_is_no_feed_says_what_is_wrong(raw, why):
    with pytest.raises(BadInput) as refused:
        read_feed(raw)
    assert why in refused.value.message


def test_a_byte_order_mark_and_other_encodings_are_read():
    raw = feed(feature())
    for same in (b"\xef\xbb\xbf" + raw, raw.decode().encode("utf-16")):
        assert len(read_feed(same).warnings) == 1


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_NAMES = [
    "warningId",
    "warningLevel",
    "warningImpact",
    "warningLikelihood",
    "weatherType",
    "validFromDate",
    "validToDate",
]


@given(
    st.dictionaries(st.sampled_from(_NAMES), anything),
    st.fixed_dictionaries({"type": st.sampled_from(["Polygon", "MultiPolygon"]), "coordinates": anything}) | anything,
)
def test_whatever_a_feature_holds_it_is_read_or_named(told, geometry):
    raw = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "properties": told, "geometry": geometry}, feature("good")],
        }
    )
    found = read_feed(raw.encode())
    assert found.warnings[-1].id == "good"
    assert len(found.warnings) + len(found.unread) == 2
