"""Where homes are, as arrays of earth-centred metres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matcher.domain.geo import WGS84_A_M, WGS84_E2, Point
from matcher.engine.clock import Floats


def points_array(points: Sequence[Point]) -> Floats:
    """Earth-centred metres, (len, 3)."""
    lat, lon = (np.array([getattr(p, name) for p in points], dtype=np.float64) for name in ("lat", "lon"))
    return earth_centred_array(lat, lon)


def earth_centred_array(lat: Floats, lon: Floats) -> Floats:
    """Earth-centred metres, (len, 3), of degrees: as `domain.geo.earth_centred`, all at once."""
    lat, lon = np.radians(lat), np.radians(lon)
    prime = WGS84_A_M / np.sqrt(1 - WGS84_E2 * np.sin(lat) ** 2)
    across = prime * np.cos(lat)
    return np.stack([across * np.cos(lon), across * np.sin(lon), prime * (1 - WGS84_E2) * np.sin(lat)], axis=1)
