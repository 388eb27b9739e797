"""How every picture is kept that somebody sent us: drawn anew in one format, and small."""

PICTURE_TYPE = "image/jpeg"
PICTURE_BYTES = 2 * 1024 * 1024
