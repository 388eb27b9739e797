"""Files as people send them: each says where, when and with what it was made, wherever its format has room for that."""

from __future__ import annotations

import io
import struct
import wave
import zlib

from mutagen.apev2 import APEv2
from mutagen.id3 import COMM, ID3
from PIL import Image, PngImagePlugin

SECRET = "CONIGRE"
MARK = SECRET.encode()
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)  # how a photo of an iPhone begins


def photo(kind: str = "JPEG", size: tuple[int, int] = (60, 40), colour: str = "red") -> bytes:
    """A picture taken with a phone held upright: turned by its tag, with a place, a device and words."""
    dots, told = Image.new("RGB", size, colour), Image.Exif()
    told[0x010F] = told[0x0132] = SECRET
    told[0x0112] = 6  # turn it to the right
    told.get_ifd(0x8825).update({1: "N", 2: (51.0, 20.0, 1.0), 29: SECRET})
    text, made = PngImagePlugin.PngInfo(), io.BytesIO()
    text.add_text("Comment", SECRET)
    extra = {"PNG": {"pnginfo": text}, "JPEG": {"comment": MARK}, "WEBP": {"xmp": MARK}}[kind]
    dots.save(made, kind, exif=told, icc_profile=MARK, **extra)
    return made.getvalue() + MARK


def photo_of_two() -> bytes:
    """As some phones make them: a second picture behind the first."""
    first, second, made = Image.new("RGB", (60, 40), "red"), Image.new("RGB", (60, 40), "blue"), io.BytesIO()
    first.save(made, "MPO", save_all=True, append_images=[second], comment=MARK)
    return made.getvalue()


def photo_in_scans(more: int) -> bytes:
    """A picture that comes in scans, the last of them so many times more."""
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(made, "JPEG", progressive=True)
    whole = made.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + more * last + whole[-2:]


def clear_drawing() -> bytes:
    """Nothing but clear dots, that are black beneath."""
    made = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(made, "PNG")
    return made.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture as large as that."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(1000))), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def wav(seconds: int = 1) -> bytes:
    """Silence, and a chunk of words after it."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128]) * 8000 * seconds)
    return made.getvalue() + b"LIST" + struct.pack("<I", 4 + 8 + len(MARK) + 1) + b"INFOICMT" + MARK + b"\0"


def mp3() -> bytes:
    """Silence, with a tag before it and two after it."""
    made = io.BytesIO((b"\xff\xfb\x90\x00" + bytes(413)) * 40)
    ape = APEv2()
    ape["Comment"] = SECRET
    ape.save(made)
    tag = ID3()
    tag.add(COMM(encoding=3, lang="eng", desc="", text=SECRET))
    tag.save(made)
    return made.getvalue() + b"TAG" + MARK.ljust(125, b"\0")


def _box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), name) + content


def m4a(handler: bytes = b"soun") -> bytes:
    """The boxes of a phone's voice note: when it was made in three of them, where in a fourth and a fifth."""
    when = b"CONIGRE!"  # two times of four bytes each
    moov = _box(
        b"moov",
        _box(b"mvhd", bytes(4), when, struct.pack(">II", 1000, 2000), bytes(80)),
        _box(
            b"trak",
            _box(b"tkhd", bytes(4), when, bytes(72)),
            _box(
                b"mdia",
                _box(b"mdhd", bytes(4), when, struct.pack(">II", 1000, 2000), bytes(4)),
                _box(b"hdlr", bytes(8), handler, bytes(13)),
            ),
        ),
        _box(b"udta", _box(b"\xa9xyz", MARK)),
        _box(b"meta", MARK),
    )
    return _box(b"ftyp", b"M4A \0\0\0\0M4A ") + moov + _box(b"uuid", MARK * 3) + _box(b"mdat", bytes(100))


def ogg() -> bytes:
    """A second of nothing, in Opus, with a comment."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    comment = b"COMMENT=" + MARK
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<II", 1, len(comment)) + comment
    pages = [(2, 0, head), (0, 0, tags), (4, 48000, b"\xf8\xff\xfe")]
    return b"".join(_ogg_page(kind, at, number, packet) for number, (kind, at, packet) in enumerate(pages))


def _ogg_page(kind: int, at: int, number: int, packet: bytes) -> bytes:
    def page(checksum: int) -> bytes:
        return struct.pack("<4sBBqIIIBB", b"OggS", 0, kind, at, 7, number, checksum, 1, len(packet)) + packet

    checksum = 0
    for byte in page(0):
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1 ^ 0x04C11DB7 if checksum & 0x80000000 else checksum << 1) & 0xFFFFFFFF
    return page(checksum)
