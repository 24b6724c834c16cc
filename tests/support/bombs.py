"""Small files that claim to be huge pictures."""

import io
import struct
import zlib

from PIL import Image

_SIDE = 16
_IHDR_AT = 16
_SOF0 = b"\xff\xc0"


def png_bomb(side_px: int) -> bytes:
    """Return a PNG of some hundred bytes whose header claims a square of this size."""
    data = bytearray(_encoded("PNG"))
    data[_IHDR_AT : _IHDR_AT + 8] = struct.pack(">II", side_px, side_px)
    header = data[_IHDR_AT - 4 : _IHDR_AT + 13]
    data[_IHDR_AT + 13 : _IHDR_AT + 17] = struct.pack(">I", zlib.crc32(header))
    return bytes(data)


def jpeg_bomb(side_px: int) -> bytes:
    """Return a JPEG of some hundred bytes whose header claims a square of this size."""
    data = bytearray(_encoded("JPEG"))
    at = data.index(_SOF0) + 5
    data[at : at + 4] = struct.pack(">HH", side_px, side_px)
    return bytes(data)


def _encoded(form: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (_SIDE, _SIDE)).save(buffer, form)
    return buffer.getvalue()
