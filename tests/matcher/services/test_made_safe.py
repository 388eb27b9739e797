"""What anyone sends is made safe: nothing but dots and sound is left of it, and what would hurt us is refused."""

import io

import pytest
from PIL import Image

from matcher.domain.errors import BadInput
from matcher.domain.stories import Piece
from matcher.services import made_safe as subject
from matcher.services.made_safe import LONGEST_SIDE, SENT_BYTES, made_safe
from tests import sent_files
from tests.sent_files import MARK


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_of_a_picture_only_the_dots_are_left_the_right_way_up(kind):
    sent = sent_files.photo(kind)
    assert sent.count(MARK) > 3
    safe = made_safe(Piece.PICTURE, sent)
    assert (safe.content_type, safe.width, safe.height) == ("image/jpeg", 40, 60)
    assert MARK not in safe.content
    with Image.open(io.BytesIO(safe.content)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (40, 60), {})
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(kept.info)
        red, green, blue = kept.getpixel((20, 30))
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


def test_a_large_picture_is_made_smaller_and_a_clear_one_stands_on_white():
    safe = made_safe(Piece.PICTURE, sent_files.photo(size=(4000, 1000)))
    assert (safe.width, safe.height) == (LONGEST_SIDE // 4, LONGEST_SIDE)
    with Image.open(io.BytesIO(made_safe(Piece.PICTURE, sent_files.clear_drawing()).content)) as kept:
        assert kept.getpixel((4, 4)) == (255, 255, 255)


def test_a_telephone_s_picture_with_a_second_one_behind_it_is_taken():
    with Image.open(io.BytesIO(sent_files.photo_of_two())) as found:
        assert found.format == "MPO"
    safe = made_safe(Piece.PICTURE, sent_files.photo_of_two())
    assert (safe.width, safe.height) == (60, 40)
    assert MARK not in safe.content


def test_a_small_file_that_is_drawn_over_hundreds_of_times_is_refused_unread():
    with pytest.raises(BadInput) as refused:
        made_safe(Piece.PICTURE, sent_files.photo_in_scans(400))
    assert refused.value.message == "The picture has too many dots. Send a smaller copy of it"
    assert made_safe(Piece.PICTURE, sent_files.photo_in_scans(0)).width == 60


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        SVG,
        b"<?xml version='1.0'?>" + SVG,
        b"GIF89a" + bytes(50),
        sent_files.photo()[:300],
        sent_files.png_that_claims(300_000, 300_000),
        sent_files.png_that_claims(60_000, 60_000),
        sent_files.png_that_claims(6000, 5000),
        sent_files.png_that_claims(300, 300),
        sent_files.wav(),
        bytes(SENT_BYTES + 1),
    ],
)
def test_what_is_no_picture_or_would_unfold_to_a_huge_one_is_refused(sent):
    with pytest.raises(BadInput) as refused:
        made_safe(Piece.PICTURE, sent)
    assert refused.value.field == "picture"
    assert refused.value.message.startswith("The picture ")


@pytest.mark.parametrize(
    ("brands", "is_heic"),
    [(b"heic\0\0\0\0mif1heic", True), (b"mif1\0\0\0\0mif1heix", True), (b"avif\0\0\0\0mif1avif", False)],
)
def test_who_sends_an_iphone_s_own_file_reads_what_to_do(brands, is_heic):
    sent = (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands + b"heic" * 20
    with pytest.raises(BadInput) as refused:
        made_safe(Piece.PICTURE, sent)
    assert ("choose it from Photos" in refused.value.message) is is_heic
    assert refused.value.field == "picture"


def test_a_bomb_is_known_by_what_it_claims_before_a_dot_of_it_is_unfolded(monkeypatch):
    monkeypatch.setattr(subject, "_on_white", lambda _found: pytest.fail("unfolded"))
    with pytest.raises(BadInput, match="too many dots"):
        made_safe(Piece.PICTURE, sent_files.png_that_claims(6000, 5000))


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        (sent_files.mp3(), "audio/mpeg"),
        (sent_files.m4a(), "audio/mp4"),
        (sent_files.ogg(), "audio/ogg"),
        (sent_files.wav(), "audio/wav"),
    ],
)
def test_of_a_voice_note_the_sound_is_left_and_no_tag(sent, content_type):
    assert MARK in sent
    safe = made_safe(Piece.VOICE, sent)
    assert safe.content_type == content_type
    assert MARK not in safe.content
    assert made_safe(Piece.VOICE, safe.content).content == safe.content  # it is still what it was


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "must be an MP3"),
        (b"ID3" + bytes(40), "must be an MP3"),
        (b"\xff\xfb\x90\x00" + bytes(9), "must be an MP3"),
        (b"OggS" + bytes(90), "must be an MP3"),
        (sent_files.wav()[:30], "must be an MP3"),
        (sent_files.m4a()[:150], "must be an MP3"),
        (sent_files.m4a(handler=b"vide"), "must be an MP3"),
        (sent_files.photo(), "must be an MP3"),
        (sent_files.wav(seconds=601), "10 minutes or shorter"),
        (bytes(SENT_BYTES + 1), "smaller than 8 MB"),
    ],
)
def test_what_is_no_voice_note_or_too_long_is_refused(sent, words):
    with pytest.raises(BadInput, match=words) as refused:
        made_safe(Piece.VOICE, sent)
    assert refused.value.field == "voice"
