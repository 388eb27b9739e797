"""Whose address counts for the limits: only proxies of our own are believed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, request


def address_seen(app: Flask, forwarded: str) -> str | None:
    with app.test_client() as client:
        client.get("/health/live", headers={"X-Forwarded-For": forwarded})
        return request.remote_addr


def test_without_a_proxy_nobody_names_an_address_for_themselves(app_with: Callable[..., Flask]) -> None:
    assert address_seen(app_with(), "203.0.113.7") == "127.0.0.1"


def test_behind_one_proxy_only_the_address_it_adds_counts(app_with: Callable[..., Flask]) -> None:
    assert address_seen(app_with(GRITBIN_PROXIES="1"), "198.51.100.1, 203.0.113.7") == "203.0.113.7"
