"""Reads the warnings of the National Severe Weather Warnings Service: a GeoJSON FeatureCollection.

As https://metoffice.github.io/nswws-public-api/issued.html describes it; `weatherType` is missing from some feeds, and
some spell a field, a level or a number in other ways. What cannot be read is told, never guessed, and spoils nothing
beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from matcher.domain.errors import BadInput
from matcher.domain.weather.shapes import BadShape, read_shape
from matcher.domain.weather.warnings import LEVELS, WeatherWarning, name_of

_SCORE = re.compile(r"\s*(\d{1,3})\s*(?:/.*)?", re.ASCII)  # `3`, or `3/Likely`
_SCORES = range(1, 5)


@dataclass(frozen=True, slots=True)
class Feed:
    """The warnings of a feed, in its order. unread: a sentence for each feature of which no warning could be made."""

    warnings: tuple[WeatherWarning, ...]
    unread: tuple[str, ...]


def read_feed(raw: bytes) -> Feed:
    """Every warning that can be read. BadInput, which says what is wrong, where the whole is no feed of warnings."""
    warnings, unread = [], []
    for number, feature in enumerate(_features(_parsed(raw)), start=1):
        try:
            warnings.append(_warning(number, feature))
        except BadShape as bad:
            unread.append(f"{name_of(number, _id(feature))} was left out: {bad}.")
    return Feed(tuple(warnings), tuple(unread))


def _parsed(raw: bytes) -> object:
    if not raw.strip():
        raise BadInput("It is empty. A feed without warnings still says so: download it again.")
    try:
        return json.loads(raw)
    except RecursionError:
        raise BadInput("Its JSON is nested too deeply to be a feed of warnings.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput(
            f"It is not JSON ({where}). It must be the GeoJSON of the warnings: download it again."
        ) from None
    except ValueError:  # not text, or a number without end
        raise BadInput("It is not JSON. It must be the GeoJSON of the warnings: download it again.") from None


def _features(parsed: object) -> list[object]:
    kind = parsed.get("type") if isinstance(parsed, dict) else None
    features = parsed.get("features") if isinstance(parsed, dict) else None
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise BadInput(
            "It is JSON, but no feed of warnings: that is a GeoJSON FeatureCollection with a list of features."
        )
    return features


def _warning(number: int, feature: object) -> WeatherWarning:
    if not isinstance(feature, dict):
        raise BadShape("it is no GeoJSON feature")
    shape = read_shape(feature.get("geometry"))
    told = _told(feature)
    doubts: list[str] = list(shape.doubts)
    begins, ends = _moment(told, "validFromDate", doubts), _moment(told, "validToDate", doubts)
    if begins and ends and ends < begins:
        doubts.append("it ends before it begins")
    return WeatherWarning(
        feature=number,
        shape=shape,
        id=_id(feature),
        level=_level(told, doubts),
        impact=_score(told, "warningImpact", doubts),
        likelihood=_score(told, "warningLikelihood", doubts),
        headline=_words(told, "warningHeadline"),
        valid_from=begins,
        valid_to=ends,
        types=_types(told.get("weathertype")),
        status=(_words(told, "warningStatus") or "").upper() or None,
        doubts=tuple(doubts),
    )


def _told(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    """Its properties by their names in small letters: feeds differ in that."""
    properties = feature.get("properties")
    return {str(name).lower(): value for name, value in properties.items()} if isinstance(properties, dict) else {}


def _id(feature: object) -> str | None:
    if not isinstance(feature, dict):
        return None
    found = _told(feature).get("warningid", feature.get("id"))
    is_one = isinstance(found, str | int) and not isinstance(found, bool)
    return str(found).strip() or None if is_one else None


def _words(told: Mapping[str, Any], name: str) -> str | None:
    found = told.get(name.lower())
    return found.strip() or None if isinstance(found, str) else None


def _level(told: Mapping[str, Any], doubts: list[str]) -> str | None:
    level = (_words(told, "warningLevel") or "").upper() or None
    if level is None:
        doubts.append("it does not say its level, so it is listed after those that do")
    elif level not in LEVELS:
        doubts.append(f"its level is “{level[:40]}”, which is none of {', '.join(LEVELS)}: it is listed after those")
    return level


def _score(told: Mapping[str, Any], name: str, doubts: list[str]) -> int | None:
    found = told.get(name.lower())
    if isinstance(found, str):
        match = _SCORE.fullmatch(found)
        found = int(match[1]) if match else None
    elif isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or found not in _SCORES:
        doubts.append(f"its {name} is no number from 1 to 4")
        return None
    return found


def _moment(told: Mapping[str, Any], name: str, doubts: list[str]) -> datetime | None:
    """In UTC, as which a time that names no zone is read; a number is milliseconds, as ArcGIS gives them."""
    found = told.get(name.lower())
    try:
        if isinstance(found, str):
            read = datetime.fromisoformat(found.strip())
            return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        if isinstance(found, int) and not isinstance(found, bool):
            return datetime.fromtimestamp(found / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    doubts.append(f"its {name} is no time, such as 2026-01-14T06:00:00Z")
    return None


def _types(found: object) -> tuple[str, ...]:
    """`["SNOW", "ICE"]`, or the same in one string."""
    named = found.split(",") if isinstance(found, str) else found if isinstance(found, list) else []
    plain = (one.strip(" []\"'").upper() for one in named if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in plain if one))
