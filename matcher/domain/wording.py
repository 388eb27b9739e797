"""Checks on the words people type: cleaned for keeping, and no key or PIN code kept at all."""

from __future__ import annotations

import re
import unicodedata

from matcher.domain.errors import BadInput

_NEAR = 30  # characters between the word and the digits

_SECRET_WORD = re.compile(
    r"(?<![^\W\d_])"  # no letter before it: a turkey is no key
    r"(?:keys?(?:safe|pad|code|box)?|(?:pad)?locks?(?:box)?|safes?|alarms?|pins?(?:code)?"
    r"|(?:pass|door|gate|entry)?codes?)"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
# The same in the languages most spoken here after English; in the accentless form in which they are looked for.
_SECRET_WORD_ELSEWHERE = re.compile(
    r"(?<![^\W\d_])(?:allwedd\w*|larwm|klucz\w*|kod\w*|sejf\w*|cheie|cheia|chei|seif\w*|schlussel\w*|tresor"
    r"|cles?|llaves?|chaves?|chiav[ei]|codigos?|codice|ключ\w*|код\w*|сейф\w*)(?![^\W\d_])"
    r"|चाबी|ਚਾਬੀ|چابی|مفتاح|钥匙|鑰匙|密码|密碼",
    re.IGNORECASE,
)
# Letters of other alphabets that look like those of our words.
_LOOK_ALIKE = str.maketrans("аеорсухкіѕӏգոԁьΑΕΟΡΚΥΙΝАЕОРСУХКІЅԌαεορκυιν", "aeopcyxkislgndbAEOPKYINAEOPCYXKISGaeopkyiv")
# Digits as people write codes: 1234, 1 2 3 4, 1-2-3-4, 12 34, 1.2.3.4; with commas only one by one, since
# "14, 16" are two houses.
_DIGITS = re.compile(r"\d(?:(?:[\s./*_–—-]{0,3}|(?<!\d\d)[,;‚、]\s?(?=\d(?!\d)))\d)*")
_NOT_A_CODE = re.compile(
    r"(?<!\d)(?:\+44|0)(?:[\s()-]{0,2}\d){9,11}(?!\d)"  # a UK phone number
    r"|(?<![\d.])(?:[01]?\d|2[0-3])[:.][0-5]\d(?![.\d])"  # a time of day
    r"|(?<![\d/])[0-3]?\d/[01]?\d/(?:20)?\d\d(?![\d/])"  # a date
)
_SPOKEN = {
    word: str(digit)
    for digit, words in enumerate(
        ("zero oh nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
    for word in words.split()
}
_SPOKEN_DIGIT = re.compile(rf"\b(?:{'|'.join(_SPOKEN)})\b", re.IGNORECASE)


def refuse_secrets(text: str) -> None:
    """Raise BadInput (field `note`) if a code of 4 to 6 digits stands near "key", "safe", "alarm", "PIN" or "code"."""
    plain = _SPOKEN_DIGIT.sub(lambda word: _SPOKEN[word[0].lower()], _plain(text))
    plain = _NOT_A_CODE.sub(lambda match: "x" * len(match[0]), plain)
    words = [match.span() for match in _SECRET_WORD.finditer(plain.translate(_LOOK_ALIKE))]
    words += [match.span() for match in _SECRET_WORD_ELSEWHERE.finditer(plain)]
    codes = [match.span() for match in _DIGITS.finditer(plain) if 4 <= _digits_in(match[0]) <= 6]
    if any(_gap(word, code) <= _NEAR for word in words for code in codes):
        raise BadInput("Remove the key or PIN code. We keep you safer without it", field="note")


def _plain(text: str) -> str:
    """Without accents, and with every figure in our own signs: `clé １②٣❹` becomes `cle 1234`."""
    apart = unicodedata.normalize("NFKD", _without_hidden(text))
    return "".join(_figure(sign) for sign in apart if unicodedata.category(sign) not in {"Mn", "Me"})


def _figure(sign: str) -> str:
    value = unicodedata.numeric(sign, None)
    return str(int(value)) if value is not None and value in range(10) else sign


def clean_line(text: str, limit: int, *, noun: str = "Your answer", field: str | None = None) -> str:
    """One line, at most `limit` characters: white space runs become one space, hidden characters go, NFC.

    BadInput for a NUL or half a character (neither can be kept), or for more than `limit` once cleaned.
    """
    return _bounded(" ".join(_visible(text, noun, field).split()), limit, noun, field)


def clean_text(text: str, limit: int, *, noun: str = "Your answer", field: str | None = None) -> str:
    """Like `clean_line`, but lines stay lines; never more than one empty line in a row."""
    lines = (" ".join(line.split()) for line in _visible(text, noun, field).splitlines())
    return _bounded(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), limit, noun, field)


def _visible(text: str, noun: str, field: str | None) -> str:
    if "\0" in text or any(unicodedata.category(character) == "Cs" for character in text):
        raise BadInput(f"{noun} has a character that we cannot keep. Type it again", field=field)
    return unicodedata.normalize("NFC", _without_hidden(text))


def _without_hidden(text: str) -> str:
    # Control and format characters: bells, zero widths, and the marks that turn text round to disguise it.
    return "".join(
        character for character in text if character.isspace() or unicodedata.category(character) not in {"Cc", "Cf"}
    )


def _bounded(text: str, limit: int, noun: str, field: str | None) -> str:
    if len(text) > limit:
        raise BadInput(f"{noun} must be {limit} characters or fewer", field=field)
    return text


def _digits_in(run: str) -> int:
    return sum(character.isdigit() for character in run)


def _gap(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(one[0] - other[1], other[0] - one[1])


def beginning_of(words: str, most: int) -> str:
    """As many whole words as there is room for, and that there are more."""
    if len(words) <= most:
        return words
    return (words[:most].rpartition(" ")[0] or words[:most]) + " ..."
