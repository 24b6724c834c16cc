from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from support import films
from support.films import Shot, make_film, make_sequence, make_still, numbered, quadrants, read_number, solid
from support.segments_of import segment, sequence, span, still, whole_movie
from temptrack.errors import InvalidRequest
from temptrack.media.frames import sample_frames
from temptrack.media.types import FrameSpec, Sampling, SegmentFrames
from temptrack.timeline.segments import Segment

SPEC = FrameSpec(size_px=64, interpolation="area")


def look(
    segments: list[Segment], sampling: Sampling = Sampling.PAPER, spec: FrameSpec = SPEC
) -> list[SegmentFrames]:
    return list(sample_frames(segments, sampling=sampling, spec=spec))


def numbers(sampled: SegmentFrames) -> list[int]:
    """Frame numbers seen at each sampled moment."""
    return [read_number(f) for f, n in zip(sampled.frames, sampled.repeats, strict=True) for _ in range(n)]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
@pytest.mark.parametrize("rate", [Fraction(24_000, 1001), Fraction(25), Fraction(30_000, 1001), Fraction(60)])
def test_paper_sampling_sees_exactly_the_frame_shown_at_each_moment(
    tmp_path: Path, suffix: str, rate: Fraction
) -> None:
    film = make_film(tmp_path / f"a{suffix}", [Shot(numbered(), 100)], rate=rate, gop=20)
    frames = 100
    (sampled,) = look(whole_movie(film, frames / rate, rate=rate))
    count = round(frames / rate * 6)
    wanted = [int((k + Fraction(1, 2)) * frames / count) for k in range(count)]
    assert numbers(sampled) == wanted
    assert not sampled.warnings


@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize("gop", [1, 12, 400])
def test_standard_sampling_stays_in_its_tenth_near_the_middle(
    tmp_path: Path, gop: int, b_frames: int
) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 600)], gop=gop, b_frames=b_frames)
    seen = [numbers(s) for s in look(whole_movie(film, 24), Sampling.STANDARD)]
    assert [len(s) for s in seen] == [10, 10, 10]
    for number, frame in enumerate(n for s in seen[:2] for n in s):
        assert abs(frame - (25 * number + 12)) <= 6
    for number, frame in enumerate(seen[2]):
        assert abs(frame - (500 + 10 * number + 5)) <= 5


def test_standard_sampling_does_not_take_frames_from_the_next_shot(tmp_path: Path) -> None:
    film = make_film(
        tmp_path / "a.mp4", [Shot(solid(films.RED), 33), Shot(solid(films.GREEN), 67)], b_frames=5
    )
    piece = span(film, record_frames=(0, 33))
    (sampled,) = look([segment([piece], duration=33)], Sampling.STANDARD)
    assert len(sampled.frames) == 1
    assert sampled.repeats == (10,)
    assert np.abs(sampled.frames[0].mean(axis=(0, 1)) - films.RED).max() < 12


def test_fast_sampling_sees_keyframes_only(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 500)], gop=40)
    for sampled in look(whole_movie(film, 20), Sampling.FAST):
        assert all(number % 40 == 0 for number in numbers(sampled))
        assert len(numbers(sampled)) == 10
        assert len(set(numbers(sampled))) >= 6


def test_all_samplings_agree_on_the_number_of_samples_without_media(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 100)])
    half = segment([span(film, record_frames=(0, 100))], duration=250)
    for sampling, count in [(Sampling.STANDARD, 4), (Sampling.PAPER, 24), (Sampling.FAST, 4)]:
        (sampled,) = look([half], sampling)
        assert sum(sampled.repeats) == count
        assert len(sampled.record_s) == len(sampled.frames) == len(sampled.repeats)


def test_reversed_clip_plays_last_frame_first(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 100)])
    piece = span(film, record_frames=(0, 50), source_s=(1, 2), backwards=True)
    (sampled,) = look([segment([piece], duration=50)])
    forward = [int((k + Fraction(1, 2)) * 50 / 12) for k in range(12)]
    assert numbers(sampled) == [25 + 49 - f for f in forward]


def test_double_speed_skips_and_freeze_holds(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 200)])
    fast = span(film, record_frames=(0, 50), source_s=(0, 4))
    freeze = span(film, record_frames=(50, 50), source_s=(Fraction(101, 25), 0))
    (sampled,) = look([segment([fast, freeze], duration=100)])
    assert numbers(sampled)[:12] == [2 * int((k + Fraction(1, 2)) * 100 / 24) for k in range(12)]
    assert numbers(sampled)[12:] == [101] * 12
    assert sampled.repeats[-1] == 12


def test_variable_frame_rate_goes_by_timestamps(tmp_path: Path) -> None:
    times = [Fraction(0), Fraction(1, 10), Fraction(1), Fraction(11, 10), Fraction(3), Fraction(31, 10)]
    film = make_film(tmp_path / "vfr.mkv", [Shot(numbered(), 6)], times_s=times)
    (sampled,) = look(whole_movie(film, 3))
    middles = [(k + Fraction(1, 2)) / 6 for k in range(18)]
    assert numbers(sampled) == [max(i for i, t in enumerate(times) if t <= m) for m in middles]


def test_variable_frame_rate_in_standard_sampling(tmp_path: Path) -> None:
    times = [Fraction(n, 10) if n < 20 else Fraction(n - 10, 5) for n in range(60)]
    film = make_film(tmp_path / "vfr.mp4", [Shot(numbered(), 60)], times_s=times, b_frames=3)
    (sampled,) = look(whole_movie(film, 9), Sampling.STANDARD)
    for number, frame in enumerate(numbers(sampled)):
        assert abs(times[frame] - (number + Fraction(1, 2)) * Fraction(9, 10)) < Fraction(45, 100)


CORNERS: dict[int, list[tuple[int, int, int]]] = {
    # top left, top right, bottom left, bottom right as displayed
    0: [films.RED, films.GREEN, films.BLUE, films.WHITE],
    90: [films.GREEN, films.WHITE, films.RED, films.BLUE],
    180: [films.WHITE, films.BLUE, films.GREEN, films.RED],
    270: [films.BLUE, films.RED, films.WHITE, films.GREEN],
}


def corners(frame: films.Picture) -> list[films.Picture]:
    near, far = frame.shape[0] // 4, 3 * frame.shape[0] // 4
    return [frame[y, x] for y, x in [(near, near), (near, far), (far, near), (far, far)]]


@pytest.mark.parametrize("rotation", CORNERS)
def test_rotated_recordings_are_turned_upright(tmp_path: Path, rotation: int) -> None:
    film = make_film(tmp_path / "r.mp4", [Shot(quadrants(), 25)], rotation=rotation)
    (sampled,) = look(whole_movie(film, 1), Sampling.STANDARD)
    for seen, wanted in zip(corners(sampled.frames[0]), CORNERS[rotation], strict=True):
        assert np.abs(seen.astype(int) - wanted).max() < 16


def test_mirrored_recordings_are_mirrored_back(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 96, 96, "yuv420p"
        stream.set_display_rotation(0, hflip=True)
        for number in range(25):
            frame = av.VideoFrame.from_ndarray(quadrants()(number, 96, 96), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    (sampled,) = look(whole_movie(path, 1), Sampling.STANDARD)
    for seen, wanted in zip(
        corners(sampled.frames[0]), [films.GREEN, films.RED, films.WHITE, films.BLUE], strict=True
    ):
        assert np.abs(seen.astype(int) - wanted).max() < 16


def disc(aspect: Fraction) -> films.Painter:
    """A circle as displayed, painted into pixels of another shape."""

    def paint(_number: int, width: int, height: int) -> films.Picture:
        y, x = np.mgrid[:height, :width]
        inside = np.hypot((x + 0.5 - width / 2) * float(aspect), y + 0.5 - height / 2) < 0.4 * height
        picture = np.full((height, width, 3), films.BLACK, dtype=np.uint8)
        picture[inside] = films.WHITE
        return picture

    return paint


@pytest.mark.parametrize(
    ("rotation", "aspect"), [(0, Fraction(64, 45)), (90, Fraction(64, 45)), (0, Fraction(1, 2))]
)
def test_odd_pixels_are_made_square(tmp_path: Path, rotation: int, aspect: Fraction) -> None:
    film = make_film(
        tmp_path / "sar.mp4",
        [Shot(disc(aspect), 25)],
        size=(240, 192) if aspect > 1 else (480, 192),
        sample_aspect=aspect,
        rotation=rotation,
    )
    (sampled,) = look(whole_movie(film, 1), Sampling.STANDARD)
    lit = sampled.frames[0].mean(axis=2) > 128
    across, down = lit.any(axis=0).sum(), lit.any(axis=1).sum()
    assert abs(int(across) - int(down)) <= 1
    assert abs(int(across) - 0.8 * 64) <= 2


@pytest.mark.parametrize("interpolation", ["area", "bilinear", "bicubic"])
def test_interlaced_pictures_show_no_combs(tmp_path: Path, interpolation: str) -> None:
    def combed(number: int, width: int, height: int) -> films.Picture:
        picture = np.full((height, width, 3), films.BLACK, dtype=np.uint8)
        picture[0::2, : width // 2], picture[1::2, width // 2 :] = films.WHITE, films.WHITE
        return picture

    film = make_film(
        tmp_path / "i.mp4", [Shot(combed, 10)], size=(320, 256), interlaced=True, options={"crf": "5"}
    )
    (sampled,) = look(whole_movie(film, Fraction(2, 5)), Sampling.STANDARD, FrameSpec(64, interpolation))
    rows = sampled.frames[0][4:-4, 8].astype(int)
    assert np.abs(np.diff(rows, axis=0)).max() < 20


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "suffix"),
    [
        ("prores_ks", "yuv422p10le", ".mov"),
        ("libx265", "yuv420p10le", ".mp4"),
        ("ffv1", "yuv444p10le", ".mkv"),
        ("mjpeg", "yuvj422p", ".avi"),
        ("mpeg2video", "yuv420p", ".mpg"),
        ("libvpx-vp9", "yuv420p", ".webm"),
        ("mpeg4", "yuv420p", ".avi"),
    ],
)
def test_codecs_and_pixel_formats(tmp_path: Path, codec: str, pix_fmt: str, suffix: str) -> None:
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    film = make_film(
        tmp_path / f"a{suffix}",
        [Shot(numbered(), 50)],
        codec=codec,
        pix_fmt=pix_fmt,
        b_frames=0,
        options=options,
    )
    (sampled,) = look(whole_movie(film, 2))
    assert numbers(sampled) == [int((k + Fraction(1, 2)) * 50 / 12) for k in range(12)]
    assert look(whole_movie(film, 2), Sampling.FAST)[0].frames.shape[0] > 0
    assert sum(look(whole_movie(film, 2), Sampling.STANDARD)[0].repeats) == 10


def test_transparent_parts_are_black(tmp_path: Path) -> None:
    path = tmp_path / "title.mov"
    with av.open(path, "w") as container:
        stream = container.add_stream("qtrle", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "argb"
        picture = np.full((64, 64, 4), 255, dtype=np.uint8)
        picture[:, 32:, 0] = 0
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(picture, format="argb")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (sampled,) = look(whole_movie(path, Fraction(1, 5)))
    assert sampled.frames[0][:, :30].min() == 255
    assert sampled.frames[0][:, 34:].max() == 0


@pytest.mark.parametrize("size", [(160, 90), (1280, 720)])
@pytest.mark.parametrize("tagged", [None, 1, 6])
def test_colours_follow_the_tag_and_without_one_the_size(
    tmp_path: Path, size: tuple[int, int], tagged: int | None
) -> None:
    matrix = {1: "itu709", 6: "itu601"}[tagged or (1 if size[0] >= 1280 else 6)]
    path = tmp_path / "c.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "crf": "8"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        frame = av.VideoFrame.from_ndarray(solid(films.RED)(0, *size), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=matrix)
        if tagged:
            stream.codec_context.colorspace = frame.colorspace = tagged
        else:
            frame.colorspace = 2
        frame.pts, frame.time_base = 0, Fraction(1, 25)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (sampled,) = look(whole_movie(path, Fraction(1, 25)))
    assert np.abs(sampled.frames[0].astype(int) - films.RED).max() <= 6


def test_held_shots_are_kept_once_and_the_count_is_right(tmp_path: Path) -> None:
    shots = [Shot(solid(films.RED), 125), Shot(solid(films.BLUE), 125)]
    film = make_film(tmp_path / "held.mp4", shots)
    for sampling, half in [(Sampling.STANDARD, 5), (Sampling.PAPER, 30)]:
        (sampled,) = look(whole_movie(film, 10), sampling)
        assert sampled.repeats == (half, half)
        assert sampled.record_s[0] < 1
        assert 5 <= sampled.record_s[1] < 6


def test_slow_fade_is_not_taken_for_a_held_shot(tmp_path: Path) -> None:
    def fade(number: int, width: int, height: int) -> films.Picture:
        return np.full((height, width, 3), 20 + number * 200 // 250, dtype=np.uint8)

    film = make_film(tmp_path / "fade.mp4", [Shot(fade, 250)])
    (sampled,) = look(whole_movie(film, 10), Sampling.STANDARD)
    assert len(sampled.frames) == 10


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".bmp", ".exr"])
def test_stills(tmp_path: Path, suffix: str) -> None:
    image = make_still(tmp_path / f"100%d{suffix}")
    (sampled,) = look(
        [segment([span(still(image), record_frames=(0, 250))], duration=250)], Sampling.STANDARD
    )
    assert sampled.repeats == (10,)
    assert sampled.frames.shape == (1, 64, 64, 3)
    assert not sampled.warnings
    for seen, wanted in zip(corners(sampled.frames[0]), CORNERS[0], strict=True):
        assert np.abs(seen.astype(int) - wanted).max() < 6


def test_image_sequence_counts_from_its_first_number_and_holds_over_gaps(tmp_path: Path) -> None:
    pattern = make_sequence(tmp_path / "seq%20a", frames=48, missing=[1005, 1006])
    shot = sequence(pattern, 1001, 24)
    (sampled,) = look([segment([span(shot, record_frames=(0, 48), rate=24)], duration=48, rate=24)])
    wanted = [1001 + 4 * k + 2 for k in range(12)]
    wanted[wanted.index(1007) - 1] = 1003
    assert numbers(sampled) == wanted
    assert not sampled.warnings
    slow = span(shot, record_frames=(0, 48), source_s=(Fraction(4, 24), Fraction(2, 24)), rate=24)
    (sampled,) = look([segment([slow], duration=48, rate=24)])
    assert set(numbers(sampled)) == {1004}
    assert "1005.png' at 0.17 s: Missing image; number 1004 stands for it." in sampled.warnings[0].message


def test_one_file_used_again_and_out_of_order(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 750)], gop=50)
    starts = [20, 3, 25, 3, 0]
    pieces = [span(film, record_frames=(n * 50, 50), source_s=(s, 2)) for n, s in enumerate(starts)]
    (sampled,) = look([segment(pieces, duration=250)])
    offsets = [int((k + Fraction(1, 2)) * 250 / 60) for k in range(60)]
    assert numbers(sampled) == [starts[f // 50] * 25 + f % 50 for f in offsets]


def test_segments_may_be_asked_for_in_any_order(tmp_path: Path) -> None:
    film = make_film(tmp_path / "a.mp4", [Shot(numbered(), 750)], gop=100)
    segments = whole_movie(film, 30)
    straight = [numbers(s) for s in look(segments)]
    assert [numbers(s) for s in look(segments[::-1])][::-1] == straight
    assert [numbers(s) for s in look([segments[1], segments[1], segments[0]])] == [
        straight[1],
        straight[1],
        straight[0],
    ]


def test_many_files_in_one_segment(tmp_path: Path) -> None:
    paths = [make_film(tmp_path / f"{n}.mp4", [Shot(numbered(1000 * n), 20)]) for n in range(12)]
    pieces = [span(p, record_frames=(20 * n, 20)) for n, p in enumerate(paths)]
    first, second = look([segment(pieces, duration=240)] * 2)
    assert numbers(first) == numbers(second)
    assert {number // 1000 for number in numbers(first)} == set(range(12))


def test_unknown_resampler_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="There is no resampler 'lanczos9'"):
        sample_frames([], sampling=Sampling.FAST, spec=FrameSpec(32, "lanczos9"))


def test_no_size_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="A frame of 0 pixels"):
        sample_frames([], sampling=Sampling.FAST, spec=FrameSpec(0))


def test_segment_without_media_has_no_frames_of_the_right_shape() -> None:
    (sampled,) = look([segment([], duration=250)])
    assert sampled.frames.shape == (0, 64, 64, 3)
    assert sampled.repeats == ()


def _missing(folder: Path) -> Path:
    return folder / "gone.mp4"


def _empty(folder: Path) -> Path:
    (folder / "empty.mp4").write_bytes(b"")
    return folder / "empty.mp4"


def _text(folder: Path) -> Path:
    (folder / "text.mp4").write_text("not a film\n" * 50)
    return folder / "text.mp4"


def _sound_only(folder: Path) -> Path:
    from support.tones import write_audio

    return write_audio(folder / "sound.wav")


def _cut_before_index(folder: Path) -> Path:
    return films.truncate(make_film(folder / "cut.mp4"), 0.6)


def _folder(folder: Path) -> Path:
    return folder


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_missing, "There is no file"),
        (_empty, "is empty"),
        (_text, "cannot be read as media"),
        (_sound_only, "has no picture"),
        (_cut_before_index, "cannot be read as media"),
        (_folder, "is a folder"),
    ],
)
@pytest.mark.parametrize("sampling", Sampling)
def test_unusable_media_become_warnings_and_the_rest_is_seen(
    tmp_path: Path, make: Callable[[Path], Path], message: str, sampling: Sampling
) -> None:
    bad, good = make(tmp_path), make_film(tmp_path / "good.mp4", [Shot(numbered(), 50)])
    pieces = [span(bad, record_frames=(0, 50)), span(good, record_frames=(50, 50))]
    (sampled,) = look([segment(pieces, duration=100)], sampling)
    assert sum(sampled.repeats) == (12 if sampling is Sampling.PAPER else 5)
    (warning,) = sampled.warnings
    assert warning.path == bad
    assert message in warning.message
    assert str(bad) in warning.message


@pytest.mark.parametrize("suffix", [".mkv", ".ts"])
@pytest.mark.parametrize("sampling", Sampling)
def test_truncated_film_gives_its_first_part_and_says_where_it_ends(
    tmp_path: Path, suffix: str, sampling: Sampling
) -> None:
    film = make_film(tmp_path / f"cut{suffix}", [Shot(numbered(), 500)], gop=25, size=(320, 180))
    films.truncate(film, 0.5)
    first, second = look(whole_movie(film, 20), sampling)
    assert sum(first.repeats) >= 0.8 * (60 if sampling is Sampling.PAPER else 10)
    assert sum(second.repeats) <= 0.2 * 60
    assert str(film) in second.warnings[0].message
    assert "left out" in second.warnings[-1].message
    assert second.warnings[-1].at_s is not None


@pytest.mark.parametrize("sampling", Sampling)
def test_damaged_film_is_used_around_the_damage(tmp_path: Path, sampling: Sampling) -> None:
    film = make_film(tmp_path / "bad.ts", [Shot(numbered(), 500)], gop=25, size=(320, 180))
    films.damage(film, at=0.4, count=6000)
    first, second = look(whole_movie(film, 20), sampling)
    assert sum(first.repeats) + sum(second.repeats) >= 0.8 * (120 if sampling is Sampling.PAPER else 20)
    assert numbers(second)[-1] > 450


def test_names_with_colons_percent_and_other_scripts(tmp_path: Path) -> None:
    for name in ["a:b.mp4", "shot%04d.mp4", "фильм ♫.mp4", "http:x.mp4"]:
        film = make_film(tmp_path / "plain.mp4", [Shot(numbered(), 25)]).rename(tmp_path / name)
        (sampled,) = look(whole_movie(film, 1))
        assert len(numbers(sampled)) == 6, name
        assert not sampled.warnings
