"""The alphabet of text messages: how long a text is, as the networks count it."""

from __future__ import annotations

# 3GPP TS 23.038 (formerly GSM 03.38), the default alphabet and its extension table; an extension character is
# sent as an escape and a second character, so it counts twice.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

ONE_TEXT = 160


def gsm7_length(text: str) -> int | None:
    """Septets that `text` takes, extension characters twice; None if it is not all in the alphabet.

    Up to ONE_TEXT is one message; a text outside the alphabet is sent as UCS-2, 70 characters to a message.
    """
    characters = set(text)
    if not characters <= _BASIC | _EXTENSION:
        return None
    return len(text) + sum(text.count(character) for character in _EXTENSION & characters)
