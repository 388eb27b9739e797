"""The Atom feed of the severe weather warnings: its one use here is the address of the latest warnings.

As https://metoffice.github.io/nswws-public-api/ describes it: the link at the head of the feed with rel="related".
"""

from __future__ import annotations

from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from matcher.domain.errors import BadInput

_ATOM = "{http://www.w3.org/2005/Atom}"


def is_atom(raw: bytes) -> bool:
    """True if it is XML rather than JSON."""
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def latest_warnings(raw: bytes, feed_url: str) -> str:
    """Where the latest warnings are. BadInput: no such feed, or an address on another host than the feed's own."""
    if b"<!" in raw.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise BadInput("The feed declares entities, which a feed of warnings does not.")
    try:
        root = ET.fromstring(raw)  # noqa: S314 (nothing is declared in it: see above)
    except ET.ParseError:
        raise BadInput("The feed is neither JSON nor sound XML.") from None
    link = next((one.get("href") for one in root.findall(f"{_ATOM}link") if one.get("rel") == "related"), None)
    if root.tag != f"{_ATOM}feed" or not link:
        raise BadInput("The feed has no link to the latest warnings.")
    theirs, ours = urlsplit(link), urlsplit(feed_url)
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        raise BadInput("The feed points to another host, which is not asked.")
    return link
