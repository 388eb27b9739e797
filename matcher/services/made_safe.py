"""Pictures and voice notes from anyone: taken apart by libraries and put together anew, without where, when or by what.

A picture is drawn afresh from its dots, so that nothing else of the file survives. A voice note is kept as it sounds,
in the few formats whose tags can be taken out.
"""

from __future__ import annotations

import io
import struct
import wave
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mutagen import MutagenError
from mutagen.apev2 import delete as delete_ape
from mutagen.id3 import delete as delete_id3
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from PIL import Image, ImageOps

from matcher.domain.errors import BadInput
from matcher.domain.stories import Piece
from matcher.store.models.pictures import PICTURE_BYTES, PICTURE_TYPE
from matcher.store.models.story_pieces import VOICE_BYTES

SENT_BYTES = 8 * 1024 * 1024
_READ = ("JPEG", "PNG", "WEBP")
# A JPEG is made smaller while it is read, unless it comes in scans; the others are unfolded whole, four bytes to a dot.
# MPO is a JPEG with more pictures behind the first, as some phones make them.
MOST_DOTS: Mapping[str, int] = {"JPEG": 64_000_000, "MPO": 24_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
IN_SCANS_MOST_DOTS = 24_000_000
# A file of scans is drawn over whole for each: cameras and editors write about ten, and a few kilobytes hold thousands.
MOST_SCANS, _SCAN = 100, b"\xff\xda"
LONGEST_SIDE, QUALITIES = 1600, (85, 70, 50)
VOICE_SECONDS = 600

_NO_PICTURE = "The picture must be a JPEG, PNG or WebP file"
# An iPhone turns its photos into JPEGs for a form that names what it takes, but not a file that came another way.
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis")
_NO_HEIC = (
    "That picture is a HEIC file, which we cannot use. On an iPhone, choose it from Photos, not from Files."
    " Or send a screenshot of it"
)
_NO_VOICE = "The voice note must be an MP3, M4A, OGG or WAV file"
# What decoders raise at a file that was cut short or made to hurt them.
_UNREADABLE = (
    *(OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, MemoryError, StopIteration),
    *(struct.error, zlib.error, wave.Error, MutagenError, Image.DecompressionBombError),
)


@dataclass(frozen=True, slots=True)
class Safe:
    """A picture or a voice note as it is kept and shown. width, height: of a picture, in dots, where they matter."""

    kind: Piece
    content_type: str
    content: bytes
    width: int | None = None
    height: int | None = None


def made_safe(kind: Piece, sent: bytes) -> Safe:
    """What is kept of a file that somebody sent. BadInput, beside the field named as the kind, if it cannot be used."""
    if len(sent) > SENT_BYTES:
        noun = "picture" if kind is Piece.PICTURE else "voice note"
        raise BadInput(f"The {noun} must be smaller than {SENT_BYTES // 1024**2} MB", field=kind)
    return _safe_picture(sent) if kind is Piece.PICTURE else _safe_voice(sent)


def _safe_picture(sent: bytes) -> Safe:
    """The dots of a picture the right way up, at most LONGEST_SIDE wide and high, as a new JPEG."""
    try:
        with Image.open(io.BytesIO(sent), formats=_READ) as found:
            if found.width * found.height > _most_dots(found) or sent.count(_SCAN) > MOST_SCANS:
                raise BadInput("The picture has too many dots. Send a smaller copy of it", field=Piece.PICTURE)
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            dots = _on_white(ImageOps.exif_transpose(found))
        dots.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        content = next(made for made in _as_jpeg(dots) if len(made) <= PICTURE_BYTES)
    except _UNREADABLE:
        raise BadInput(_NO_HEIC if _is_heic(sent) else _NO_PICTURE, field=Piece.PICTURE) from None
    return Safe(Piece.PICTURE, PICTURE_TYPE, content, *dots.size)


def _is_heic(sent: bytes) -> bool:
    """By the brands in its first box, of which one says how it was made and others what may read it."""
    return sent[4:8] == b"ftyp" and any(sent.find(brand, 8, min(64, sent[3])) >= 0 for brand in _HEIC_BRANDS)


def _most_dots(found: Image.Image) -> int:
    most = MOST_DOTS[found.format or ""]
    return min(most, IN_SCANS_MOST_DOTS) if found.info.get("progressive") else most


def _safe_voice(sent: bytes) -> Safe:
    """The sound of a voice note without its tags, at most VOICE_SECONDS long."""
    try:
        content_type, clean = next((named, clean) for fits, named, clean in _VOICES if fits(sent))
        content, seconds = clean(sent)
    except _UNREADABLE:
        raise BadInput(_NO_VOICE, field=Piece.VOICE) from None
    if seconds > VOICE_SECONDS:
        raise BadInput(f"The voice note must be {VOICE_SECONDS // 60} minutes or shorter", field=Piece.VOICE)
    if seconds <= 0 or len(content) > VOICE_BYTES:
        raise BadInput(_NO_VOICE, field=Piece.VOICE)
    return Safe(Piece.VOICE, content_type, content)


def _on_white(found: Image.Image) -> Image.Image:
    """A drawing is often clear where the paper was."""
    if not found.has_transparency_data:
        return found.convert("RGB")
    layered = found.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def _as_jpeg(dots: Image.Image) -> Iterator[bytes]:
    bare = Image.new("RGB", dots.size)  # holds dots and nothing else: what came with the file stays behind
    bare.paste(dots)
    for quality in QUALITIES:
        made = io.BytesIO()
        bare.save(made, "JPEG", quality=quality, optimize=True, progressive=True)
        yield made.getvalue()


# Voice notes: how each format is known, what it is called, and how its tags are taken out --------------------------


def _seconds(found: Any) -> float:
    return float(found.info.length)


def _mp3(sent: bytes) -> tuple[bytes, float]:
    file = io.BytesIO(sent)
    for delete in (delete_id3, delete_ape):
        file.seek(0)
        delete(file)
    file.seek(0)
    return file.getvalue(), _seconds(MP3(file))  # type: ignore[no-untyped-call]


def _ogg(sent: bytes) -> tuple[bytes, float]:
    file = io.BytesIO(sent)
    found = (OggOpus if b"OpusHead" in sent[:200] else OggVorbis)(file)
    seconds = _seconds(found)
    file.seek(0)
    found.delete(file)
    return file.getvalue(), seconds


def _wav(sent: bytes) -> tuple[bytes, float]:
    made = io.BytesIO()
    with wave.open(io.BytesIO(sent)) as found:
        frames, seconds = found.readframes(found.getnframes()), found.getnframes() / found.getframerate()
        with wave.open(made, "wb") as bare:
            bare.setparams(found.getparams())
            bare.writeframes(frames)
    return made.getvalue(), seconds


_WITHIN, _TELLING, _TIMED = (b"moov", b"trak", b"mdia"), (b"udta", b"meta", b"uuid"), (b"mvhd", b"tkhd", b"mdhd")


def _m4a(sent: bytes) -> tuple[bytes, float]:
    """Boxes that may hold a place, a device or a time are blanked where they stand, so that nothing else moves."""
    file = bytearray(sent)
    boxes = list(_boxes(file, 0, len(file)))
    if any(file[at + 8 : at + 12] == b"vide" for name, at, _ in boxes if name == b"hdlr"):
        raise ValueError("a film")
    for name, at, end in boxes:
        if name in _TELLING:
            file[at - 4 : at] = b"free"
            file[at:end] = bytes(end - at)
        elif name in _TIMED:
            times = 16 if file[at] else 8
            file[at + 4 : at + 4 + times] = bytes(times)
    return bytes(file), _seconds(MP4(io.BytesIO(file)))  # type: ignore[no-untyped-call]


def _boxes(file: bytearray, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, where its content begins, where it ends) of each box, and of those within the ones that hold others."""
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", file, at)
        until = at + size if size else end
        if not at + 8 <= until <= end:  # sizes of more than four bytes are for films
            raise ValueError("a box that ends elsewhere")
        yield name, at + 8, until
        if name in _WITHIN:
            yield from _boxes(file, at + 8, until)
        at = until


def _is_mp3(sent: bytes) -> bool:
    return sent[:3] == b"ID3" or (sent[:1] == b"\xff" and sent[1:2] > b"\xe0")


_Clean = Callable[[bytes], tuple[bytes, float]]
_VOICES: tuple[tuple[Callable[[bytes], bool], str, _Clean], ...] = (
    (lambda sent: sent[:4] == b"OggS", "audio/ogg", _ogg),
    (lambda sent: sent[4:8] == b"ftyp", "audio/mp4", _m4a),
    (lambda sent: sent[:4] == b"RIFF" and sent[8:12] == b"WAVE", "audio/wav", _wav),
    (_is_mp3, "audio/mpeg", _mp3),
)
