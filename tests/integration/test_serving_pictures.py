"""Pictures that are not what a request must hold, over real sockets."""

import io
import zlib
from collections.abc import Iterator

import grpc
import numpy as np
import pytest
from PIL import Image

from support.serving import ENCODER_ID, PATIENCE_S, SIZE_PX, DoubleSuggester, serving
from temptrack import errors
from temptrack.client.remote import RemoteSuggester
from temptrack.wire import limits
from temptrack_api.v1 import suggestion_pb2, suggestion_pb2_grpc

FRAMES = np.zeros((1, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)


@pytest.fixture
def double() -> DoubleSuggester:
    return DoubleSuggester()


@pytest.fixture
def address(double: DoubleSuggester) -> Iterator[str]:
    with serving(double) as where:
        yield where


@pytest.fixture
def raw(address: str) -> Iterator[suggestion_pb2_grpc.SuggestionServiceStub]:
    with grpc.insecure_channel(address) as channel:
        yield suggestion_pb2_grpc.SuggestionServiceStub(channel)


def jpeg(width: int, height: int, mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, "JPEG")
    return buffer.getvalue()


def bomb_jpeg() -> bytes:
    """A small file whose header claims 65500 x 65500 pixels: 12 GB once decoded."""
    data = bytearray(jpeg(SIZE_PX, SIZE_PX))
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = (65500).to_bytes(2, "big") * 2
    return bytes(data)


def bomb_png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (SIZE_PX, SIZE_PX)).save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


def noisy_jpeg() -> bytes:
    noise = np.random.default_rng(1).integers(0, 256, (SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


GOOD = jpeg(SIZE_PX, SIZE_PX)
NOISY = noisy_jpeg()
BAD_PICTURES = {
    "garbage": (suggestion_pb2.Picture(jpeg=b"no picture", repeats=1), "DATA_LOSS", "10 bytes"),
    "png sent as jpeg": (suggestion_pb2.Picture(jpeg=bomb_png(), repeats=1), "DATA_LOSS", "JPEG"),
    "jpeg sent as png": (suggestion_pb2.Picture(png=GOOD, repeats=1), "DATA_LOSS", "PNG"),
    "truncated": (suggestion_pb2.Picture(jpeg=NOISY[:-40], repeats=1), "DATA_LOSS", "truncated"),
    "header only": (suggestion_pb2.Picture(jpeg=GOOD[:20], repeats=1), "DATA_LOSS", "20 bytes"),
    "jpeg bomb": (suggestion_pb2.Picture(jpeg=bomb_jpeg(), repeats=1), "INVALID_ARGUMENT", "65500 x 65500"),
    "png bomb": (suggestion_pb2.Picture(png=bomb_png(), repeats=1), "INVALID_ARGUMENT", "60000 x 60000"),
    "another size": (
        suggestion_pb2.Picture(jpeg=jpeg(SIZE_PX, 17), repeats=1),
        "INVALID_ARGUMENT",
        f"{SIZE_PX} x 17",
    ),
    "four colours": (
        suggestion_pb2.Picture(jpeg=jpeg(SIZE_PX, SIZE_PX, "CMYK"), repeats=1),
        "INVALID_ARGUMENT",
        "CMYK",
    ),
    "too many bytes": (
        suggestion_pb2.Picture(jpeg=GOOD + bytes(limits.MAX_PICTURE_BYTES), repeats=1),
        "INVALID_ARGUMENT",
        f"{len(GOOD) + limits.MAX_PICTURE_BYTES} bytes",
    ),
    "nothing": (suggestion_pb2.Picture(repeats=1), "INVALID_ARGUMENT", "empty"),
    "no repeats": (suggestion_pb2.Picture(jpeg=GOOD), "INVALID_ARGUMENT", "0 repeats"),
}


@pytest.mark.parametrize("case", sorted(BAD_PICTURES))
def test_a_bad_picture_is_refused_before_the_device(
    case: str, double: DoubleSuggester, raw: suggestion_pb2_grpc.SuggestionServiceStub
) -> None:
    picture, code, words = BAD_PICTURES[case]
    with pytest.raises(grpc.RpcError) as caught:
        raw.EncodeSegment(suggestion_pb2.EncodeSegmentRequest(pictures=[picture]))
    assert caught.value.code().name == code
    assert "Picture 0" in str(caught.value.details())
    assert words in str(caught.value.details())
    assert double.encoded == []


def test_grey_pictures_are_taken(
    double: DoubleSuggester, raw: suggestion_pb2_grpc.SuggestionServiceStub
) -> None:
    picture = suggestion_pb2.Picture(jpeg=jpeg(SIZE_PX, SIZE_PX, "L"), repeats=1)
    raw.EncodeSegment(suggestion_pb2.EncodeSegmentRequest(pictures=[picture]))
    assert double.encoded[0][0].shape == (1, SIZE_PX, SIZE_PX, 3)


@pytest.mark.parametrize("count", [0, limits.MAX_PICTURES + 1])
def test_a_segment_of_too_few_or_too_many_pictures_is_refused(
    count: int, raw: suggestion_pb2_grpc.SuggestionServiceStub
) -> None:
    pictures = [suggestion_pb2.Picture(jpeg=GOOD, repeats=1)] * count
    with pytest.raises(grpc.RpcError) as caught:
        raw.EncodeSegment(suggestion_pb2.EncodeSegmentRequest(pictures=pictures))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert f"{count} pictures" in str(caught.value.details())


def test_pictures_for_another_encoder_are_refused(
    double: DoubleSuggester, raw: suggestion_pb2_grpc.SuggestionServiceStub
) -> None:
    request = suggestion_pb2.EncodeSegmentRequest(
        pictures=[suggestion_pb2.Picture(jpeg=GOOD, repeats=1)], encoder_id="other"
    )
    with pytest.raises(grpc.RpcError) as caught:
        raw.EncodeSegment(request)
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "'other'" in str(caught.value.details())
    assert repr(ENCODER_ID) in str(caught.value.details())
    assert double.encoded == []


def test_more_frames_than_a_segment_may_have_are_refused_at_the_client(
    double: DoubleSuggester, address: str
) -> None:
    with (
        RemoteSuggester(address, deadline_s=PATIENCE_S) as remote,
        pytest.raises(errors.InvalidRequest) as caught,
    ):
        remote.encode_segment(np.repeat(FRAMES, 65, axis=0), [1] * 65)
    assert caught.value.reason == "PICTURE_COUNT"
    assert double.encoded == []
