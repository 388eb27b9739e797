"""Feeds of weather warnings as tests need them."""

import json

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
