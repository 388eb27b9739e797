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
_PART = 153  # of several texts that are joined, each carries a header
_ONE_UCS2, _PART_UCS2 = 70, 67


def outside_gsm7(text: str) -> list[str]:
    """The characters of `text` that are not in the alphabet, each once, in their order."""
    return [character for character in dict.fromkeys(text) if character not in _BASIC | _EXTENSION]


def parts_of(text: str) -> int:
    """How many texts it is sent, and paid for, as."""
    length = gsm7_length(text)
    if length is not None:
        return 1 if length <= ONE_TEXT else -(-length // _PART)
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= _ONE_UCS2 else -(-units // _PART_UCS2)


def gsm7_length(text: str) -> int | None:
    """Septets that `text` takes, extension characters twice; None if it is not all in the alphabet.

    Up to ONE_TEXT is one message; a text outside the alphabet is sent as UCS-2, 70 characters to a message.
    """
    characters = set(text)
    if not characters <= _BASIC | _EXTENSION:
        return None
    return len(text) + sum(text.count(character) for character in _EXTENSION & characters)
