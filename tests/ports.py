"""Ports for what the tests start."""

from __future__ import annotations

import random
import socket

import pytest

# Below the ports that systems hand out to the client end of a connection (from 32768 on Linux, 49152 elsewhere): one of
# those may be free now and taken by anybody's connection when Gritbin starts a second time.
LASTING_PORTS = range(20_000, 32_000)


def lasting_port() -> int:
    """A port that nobody listens on, and that no connection going out will take later."""
    for port in random.sample(LASTING_PORTS, 100):
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    pytest.fail("none of 100 ports is free")
