"""Which page of a long list an address asks for."""

from __future__ import annotations

from flask import request

_LONGEST = 6


def page_number(name: str) -> int:
    """The number in the address; the first page for anything else."""
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST else 1
