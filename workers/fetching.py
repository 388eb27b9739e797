"""Reading an address of others: within bounds of time and size, from that host alone, and never by a redirect."""

from __future__ import annotations

import time
from collections.abc import Mapping

import urllib3

CONNECT_S, READ_S, WHOLE_S = 5.0, 10.0, 25.0
LARGEST_BYTES = 8_000_000
_CHUNK = 65_536
_UNREACHED = "It could not be reached, or broke off."


class CannotFetch(Exception):
    """It did not come. `str()` says why, in words for the health page: neither the address nor a key stands in it."""


def fetch(url: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The body at the address. CannotFetch: no answer in time, another status than 200, or too much of it."""
    until = time.monotonic() + WHOLE_S
    with urllib3.PoolManager(timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S), retries=False) as pool:
        try:
            answer = pool.request("GET", url, headers=headers, redirect=False, preload_content=False)
            try:
                if answer.status != 200:
                    raise CannotFetch(f"It answered {answer.status}.")
                return _body(answer, until)
            finally:
                answer.close()
        except urllib3.exceptions.NewConnectionError:
            raise CannotFetch(_UNREACHED) from None
        except urllib3.exceptions.TimeoutError:
            raise CannotFetch("It did not answer in time.") from None
        except urllib3.exceptions.HTTPError:
            raise CannotFetch(_UNREACHED) from None


def _body(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    found = bytearray()
    while chunk := answer.read1(_CHUNK):  # whatever has come, so that one that drips is noticed
        found += chunk
        if len(found) > LARGEST_BYTES:
            raise CannotFetch("It sent more than 8 MB.")
        if time.monotonic() > until:
            raise CannotFetch("It was too slow.")
    return bytes(found)
