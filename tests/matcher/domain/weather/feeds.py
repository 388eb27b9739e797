"""Feeds of weather warnings as tests need them."""

import json
from datetime import timedelta

HILL = [[[-2.3, 51.3], [-2.1, 51.3], [-2.1, 51.5], [-2.3, 51.5], [-2.3, 51.3]]]
ON_THE_HILL = "51.4,-2.2"


def square(lon, lat, side):
    """A closed ring, counter-clockwise, from its south-west corner."""
    return [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]


def feature(warning_id="w1", geometry=None, **told):
    """A warning of snow, over the hill unless a geometry is given. A field that is None is left out."""
    properties = {
        "warningId": warning_id,
        "warningLevel": "YELLOW",
        "warningImpact": 2,
        "warningLikelihood": 3,
        "weatherType": ["SNOW"],
        "warningStatus": "ISSUED",
        "warningHeadline": f"Headline of {warning_id}",
        "validFromDate": "2026-01-14T06:00:00Z",
        "validToDate": "2026-01-14T18:00:00Z",
    } | told
    return {
        "type": "Feature",
        "properties": {name: value for name, value in properties.items() if value is not None},
        "geometry": geometry or {"type": "Polygon", "coordinates": HILL},
    }


def feed(*features):
    """Its bytes."""
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def forecast(begins, *, ground=(), snow=(), air=None):
    """An hourly forecast of one place. None for what it does not tell; what falls is nothing unless said."""
    length = len(ground or air)
    hourly = {
        "time": [f"{begins + timedelta(hours=hour):%Y-%m-%dT%H:%M}" for hour in range(length)],
        "temperature_2m": list(air) if air is not None else [5.0] * length,
        "soil_temperature_0cm": list(ground) if ground is not None else None,
        "snowfall": None if snow is None else list(snow) or [0.0] * length,
    }
    return {
        "latitude": 51.4,
        "longitude": -2.2,
        "hourly": {name: told for name, told in hourly.items() if told is not None},
    }
