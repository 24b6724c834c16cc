"""Pictures of strangers: of a request, and of a still on a timeline."""

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from support.bombs import jpeg_bomb, png_bomb
from support.fuzzing.target import Reader, Target
from temptrack.media.stills import decode_still
from temptrack.wire.pictures import from_pictures
from temptrack_api.v1 import suggestion_pb2

SIZE_PX = 16
_JPEG = (
    b"\xff\xd8",
    b"\xff\xd9",
    b"\xff\xc0",
    b"\xff\xc2",
    b"\xff\xc4",
    b"\xff\xda",
    b"\xff\xdb",
    b"\xff\xe0",
)
_PNG = (
    b"IHDR",
    b"IDAT",
    b"IEND",
    b"PLTE",
    b"tRNS",
    b"zTXt",
    b"iTXt",
    b"iCCP",
    b"acTL",
    b"fdAT",
    b"cHRM",
    b"\x89PNG\r\n\x1a\n",
)
_ENDINGS = (".jpg", ".png", ".tif", ".bmp", ".gif", ".exr", ".dpx", ".webp")


def _encoded(form: str, mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((SIZE_PX, SIZE_PX)).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def with_sums(data: bytes) -> bytes:
    """Return a PNG with the check sum of every chunk put right, so that damage gets past that check."""
    at, parts = len(_PNG[-1]), [data[: len(_PNG[-1])]]
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunk = data[at + 4 : at + 8 + length]
        parts += [data[at : at + 4], chunk, struct.pack(">I", zlib.crc32(chunk))]
        at += 12 + length
    return b"".join((*parts, data[at:]))


def _sent_seeds() -> Iterator[bytes]:
    """Yield a byte that chooses the field and whether sums are mended, and a picture."""
    yield b"\3" + _encoded("PNG")
    for options in ({}, {"progressive": True}, {"quality": 20}):
        yield b"\0" + _encoded("JPEG", **options)
    for mode in ("RGB", "L", "P", "RGBA", "1", "I;16"):
        yield b"\1" + _encoded("PNG", mode)
    yield b"\0" + jpeg_bomb(30_000)
    yield b"\1" + png_bomb(30_000)
    yield b"\0" + _encoded("PNG")
    yield b"\0"


@contextmanager
def _sent(_scratch: Path) -> Iterator[Reader]:
    def read(data: bytes) -> object:
        choice = data[0] if data else 0
        sent = with_sums(data[1:]) if choice & 2 else data[1:]
        picture = suggestion_pb2.Picture(repeats=1, **{"png" if choice & 1 else "jpeg": sent})
        frames, repeats = from_pictures([picture], size_px=SIZE_PX)
        assert frames.shape == (1, SIZE_PX, SIZE_PX, 3)
        assert repeats == (1,)
        return frames

    yield read


def _still_seeds() -> Iterator[bytes]:
    """Yield a byte that chooses the ending, and a picture."""
    for number, form in ((0, "JPEG"), (1, "PNG"), (2, "TIFF"), (3, "BMP"), (4, "GIF"), (7, "WEBP")):
        yield bytes([number]) + _encoded(form)
    yield b"\1" + _encoded("PNG", "RGBA")


@contextmanager
def _stills(scratch: Path) -> Iterator[Reader]:
    def read(data: bytes) -> object:
        path = scratch / f"still{_ENDINGS[data[0] % len(_ENDINGS)] if data else '.jpg'}"
        path.write_bytes(data[1:])
        return decode_still(path)

    yield read


TARGETS = (
    Target("pictures", _sent, _sent_seeds, words=_JPEG + _PNG, share=600),
    Target(
        "stills",
        _stills,
        _still_seeds,
        words=(*_JPEG, *_PNG, b"II*\0", b"BM", b"GIF89a", b"RIFF", b"WEBP"),
        share=30,
    ),
)
