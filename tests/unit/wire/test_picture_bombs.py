import pytest
from PIL import Image, ImageFile

from support.bombs import jpeg_bomb, png_bomb
from temptrack import errors
from temptrack.wire.pictures import from_pictures
from temptrack_api.v1 import suggestion_pb2

SIDE_PX = 30_000

PICTURES = {
    "png": suggestion_pb2.Picture(png=png_bomb(SIDE_PX), repeats=1),
    "jpeg": suggestion_pb2.Picture(jpeg=jpeg_bomb(SIDE_PX), repeats=1),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_small_file_that_claims_to_be_huge_is_refused_before_a_pixel_is_decoded(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoded(_image: Image.Image) -> None:
        raise AssertionError("a pixel was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded)
    with pytest.raises(errors.InvalidRequest) as caught:
        from_pictures([PICTURES[kind]], size_px=260)
    assert caught.value.reason == "PICTURE_SIZE"
    assert f"{SIDE_PX} x {SIDE_PX}" in caught.value.message


@pytest.mark.parametrize("kind", PICTURES)
def test_the_files_are_read_where_their_claim_is_right(kind: str) -> None:
    honest = {
        "png": suggestion_pb2.Picture(png=png_bomb(16), repeats=1),
        "jpeg": suggestion_pb2.Picture(jpeg=jpeg_bomb(16), repeats=1),
    }
    frames, _ = from_pictures([honest[kind]], size_px=16)
    assert frames.shape == (1, 16, 16, 3)
