"""Calls that a server must refuse, and the status and reason it must refuse them with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.studio.questions import ENCODE, SUGGEST, Question

from temptrack_api.v1 import library_pb2, suggestion_pb2

_DELETE = "/temptrack_api.v1.LibraryService/DeleteLibrary"
_STRANGER = "ttk_0000000000000000_nobody"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A call that is wrong.

    Attributes:
        name: what is wrong with it.
        method: full name of the call.
        request: what is sent.
        refusal: status and reason of the answer.
        token: shown instead of the seat's own, if any.
    """

    name: str
    method: str
    request: bytes
    refusal: tuple[str, str]
    token: str | None = None


def make_malformed(good: Sequence[Question], library: str) -> list[Malformed]:
    """Return one call of each kind of wrong.

    Args:
        good: questions to spoil; the first that carries a PNG and the first about music are taken.
        library: a library that is there.
    """
    picture = next(question.request for question in good if question.kind == "encode png")
    music = next(question.request for question in good if question.kind == "suggest")
    return [*_pictures(picture), *_music(music), *_callers(music, library)]


def _pictures(good: bytes) -> list[Malformed]:
    def spoilt(name: str, code: str, reason: str, **fields: object) -> Malformed:
        message = suggestion_pb2.EncodeSegmentRequest.FromString(good)
        picture = suggestion_pb2.Picture(png=message.pictures[0].png, repeats=1)
        for field, value in fields.items():
            setattr(picture, field, value)
        del message.pictures[:]
        message.pictures.append(picture)
        return Malformed(name, ENCODE, message.SerializeToString(), (code, reason))

    whole = suggestion_pb2.EncodeSegmentRequest.FromString(good)
    png = whole.pictures[0].png
    none = suggestion_pb2.EncodeSegmentRequest(encoder_id=whole.encoder_id)
    many = suggestion_pb2.EncodeSegmentRequest(encoder_id=whole.encoder_id)
    many.pictures.extend([suggestion_pb2.Picture(repeats=1)] * 65)
    other = suggestion_pb2.EncodeSegmentRequest(pictures=whole.pictures, encoder_id="another-encoder")
    wide = png[:16] + (30_000).to_bytes(4, "big") * 2 + png[24:]
    return [
        spoilt("half a picture", "DATA_LOSS", "PICTURE_CORRUPT", png=png[: len(png) // 2]),
        spoilt("a PNG sent as JPEG", "DATA_LOSS", "PICTURE_CORRUPT", jpeg=png),
        spoilt("a picture that says it is huge", "INVALID_ARGUMENT", "PICTURE_SIZE", png=_resealed(wide)),
        spoilt("repeats of 0", "INVALID_ARGUMENT", "FRAMES_REPEATS", repeats=0),
        spoilt("a picture over 1 MiB", "INVALID_ARGUMENT", "PICTURE_BYTES", png=png + bytes(2**20)),
        Malformed("no pictures", ENCODE, none.SerializeToString(), ("INVALID_ARGUMENT", "PICTURE_COUNT")),
        Malformed("65 pictures", ENCODE, many.SerializeToString(), ("INVALID_ARGUMENT", "PICTURE_COUNT")),
        Malformed(
            "another encoder", ENCODE, other.SerializeToString(), ("FAILED_PRECONDITION", "ENCODER_MISMATCH")
        ),
        Malformed("no message", ENCODE, b"\xff" * 64, ("INVALID_ARGUMENT", "NOT_A_MESSAGE")),
    ]


def _music(good: bytes) -> list[Malformed]:
    def spoilt(name: str, code: str, reason: str, **fields: object) -> Malformed:
        message = suggestion_pb2.SuggestRequest.FromString(good)
        for field, value in fields.items():
            setattr(message, field, value)
        return Malformed(name, SUGGEST, message.SerializeToString(), (code, reason))

    broken = suggestion_pb2.SuggestRequest.FromString(good)
    values = np.frombuffer(broken.picture[0].features.values, "<f4").copy()
    values[0] = np.nan
    broken.picture[0].features.values = values.tobytes()
    mixed = suggestion_pb2.SuggestRequest.FromString(good)
    mixed.picture[0].features.encoder_id = "another-encoder"
    empty = suggestion_pb2.SuggestRequest(library=broken.library)
    return [
        spoilt("no such library", "NOT_FOUND", "LIBRARY_NOT_FOUND", library="no-such-library"),
        spoilt("a limit of 0", "INVALID_ARGUMENT", "LIMIT_OUT_OF_RANGE", limit=0),
        spoilt("a text weight of 7", "INVALID_ARGUMENT", "TEXT_WEIGHT_OUT_OF_RANGE", text_weight=7.0),
        Malformed(
            "features that are no numbers",
            SUGGEST,
            broken.SerializeToString(),
            ("INVALID_ARGUMENT", "FEATURES_NOT_FINITE"),
        ),
        Malformed(
            "features of another encoder",
            SUGGEST,
            mixed.SerializeToString(),
            ("FAILED_PRECONDITION", "ENCODER_MISMATCH"),
        ),
        Malformed("nothing asked", SUGGEST, empty.SerializeToString(), ("INVALID_ARGUMENT", "EMPTY_QUERY")),
    ]


def _callers(music: bytes, library: str) -> list[Malformed]:
    deletion = library_pb2.DeleteLibraryRequest(name=library).SerializeToString()
    return [
        Malformed("a stranger's token", SUGGEST, music, ("UNAUTHENTICATED", "TOKEN_UNKNOWN"), _STRANGER),
        Malformed("deleting without the right", _DELETE, deletion, ("PERMISSION_DENIED", "RIGHT_MISSING")),
    ]


def _resealed(png: bytes) -> bytes:
    """Return a PNG whose changed header has its checksum right again."""
    from zlib import crc32

    return png[:29] + crc32(png[12:29]).to_bytes(4, "big") + png[33:]
