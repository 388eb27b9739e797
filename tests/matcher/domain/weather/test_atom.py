"""The Atom feed of the warnings: the address of the latest ones, on the same host and nowhere else."""

import pytest

from matcher.domain.errors import BadInput
from matcher.domain.weather.atom import is_atom, latest_warnings

FEED = "https://warnings.example.org/v1.0/feed"


def atom(link='<link rel="related" href="https://warnings.example.org/v1.0/objects/issued/1"/>', head=""):
    return (
        f'<?xml version="1.0"?>{head}<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title>{link}</feed>'.encode()
    )


def test_the_link_at_the_head_is_where_the_latest_warnings_are():
    entry = '<entry><link rel="related" href="https://warnings.example.org/old"/></entry>'
    linked = entry + '<link rel="self" href="x"/><link rel="related" href="https://warnings.example.org/new"/>'
    assert latest_warnings(atom(linked), FEED) == "https://warnings.example.org/new"


def test_json_is_no_atom():
    assert is_atom(b"\xef\xbb\xbf\n<feed/>")
    assert not is_atom(b' {"type": "FeatureCollection"}')


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (atom(link=""), "no link"),
        (b"<html></html>", "no link"),
        (b"<feed", "sound XML"),
        (atom(head='<!DOCTYPE feed [<!ENTITY a "aaaa">]>'), "entities"),
        (atom('<link rel="related" href="https://elsewhere.example.org/1"/>'), "another host"),
        (atom('<link rel="related" href="http://warnings.example.org/1"/>'), "another host"),
        (atom('<link rel="related" href="file:///etc/hostname"/>'), "another host"),
    ],
)
def test_anything_else_is_refused(raw, why):
    with pytest.raises(BadInput, match=why):
        latest_warnings(raw, FEED)
