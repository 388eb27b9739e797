"""The words of a plain e-mail in HTML: one column, no picture, nothing fetched, nothing that tracks."""

from __future__ import annotations

import re
from html import escape
from string import Template

BUTTON = "Open the page"

# What ends a sentence is not part of the address before it.
_ADDRESS = re.compile(r"(https?://\S*[^\s.,;:!?)])")

# Styles stand in the elements: many mail programs drop a style sheet. No width is fixed, so 320 px is enough.
_FRAME = Template("""\
<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>$subject</title></head>
<body style="margin:0;padding:16px;background:#ffffff;color:#1b1f1e;font:20px/1.5 system-ui,Arial,sans-serif">
<div style="max-width:34em;overflow-wrap:anywhere">
$body
</div>
</body>
</html>
""")
_WORDS = Template('<p style="margin:0 0 16px">$words</p>')
_BUTTON = Template(
    '<p style="margin:0 0 16px"><a href="$address" style="display:inline-block;padding:16px 24px;'
    'background:#0e4f4a;color:#ffffff;font-weight:bold;text-decoration:none">$label</a></p>\n'
    '<p style="margin:0 0 16px;font-size:16px">$address</p>'
)


def html_letter(subject: str, text: str) -> str:
    """The text in the one frame; each address in it becomes a button, with the address itself to read below."""
    parts = _ADDRESS.split(text)  # words and addresses by turns
    body = [_part(part, is_address=bool(place % 2)) for place, part in enumerate(parts) if part.strip()]
    return _FRAME.substitute(subject=escape(subject), body="\n".join(body))


def _part(part: str, *, is_address: bool) -> str:
    safe = escape(part.strip())
    if is_address:
        return _BUTTON.substitute(address=safe, label=BUTTON)
    return _WORDS.substitute(words=safe.replace("\n", "<br>\n"))
