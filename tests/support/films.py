"""Makes tiny films, stills and image sequences whose every frame says which frame it is.

Pictures are painted by a function of the frame number, so tests can state exactly which frame they expect:
``numbered`` paints the number as a grid of black and white blocks that survives scaling and lossy codecs, and
``read_number`` reads it back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.resampler import AudioResampler

Picture = npt.NDArray[np.uint8]
Painter = Callable[[int, int, int], Picture]
"""Paints one picture from (frame number in the film, width, height) as [height, width, 3] RGB."""

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 60), (40, 60, 220)
WHITE, BLACK, GREY = (235, 235, 235), (16, 16, 16), (128, 128, 128)

_GRID = 4
_AUDIO_RATE_HZ = 48_000
_STILL_CODECS = {
    ".png": ("png", "rgb24"),
    ".jpg": ("mjpeg", "yuvj444p"),
    ".tif": ("tiff", "rgb24"),
    ".tiff": ("tiff", "rgb24"),
    ".exr": ("exr", "gbrpf32le"),
    ".bmp": ("bmp", "bgr24"),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot of a film: its painter and its length in frames."""

    paint: Painter
    frames: int


def solid(rgb: tuple[int, int, int]) -> Painter:
    """One colour; every frame is the same."""

    def paint(_number: int, width: int, height: int) -> Picture:
        return np.full((height, width, 3), rgb, dtype=np.uint8)

    return paint


def numbered(offset: int = 0) -> Painter:
    """The frame number plus ``offset`` in binary: 16 blocks over the centre square, high bit first."""

    def paint(number: int, width: int, height: int) -> Picture:
        picture = np.full((height, width, 3), GREY, dtype=np.uint8)
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        edges = [round(side * step / _GRID) for step in range(_GRID + 1)]
        for bit in range(_GRID * _GRID):
            row, column = divmod(bit, _GRID)
            lit = (number + offset) >> (_GRID * _GRID - 1 - bit) & 1
            picture[
                top + edges[row] : top + edges[row + 1], left + edges[column] : left + edges[column + 1]
            ] = WHITE if lit else BLACK
        return picture

    return paint


def read_number(frame: Picture) -> int:
    """Read the number from a square frame that ``numbered`` painted."""
    side = frame.shape[0] / _GRID
    number = 0
    for bit in range(_GRID * _GRID):
        row, column = divmod(bit, _GRID)
        block = frame[
            round((row + 0.3) * side) : round((row + 0.7) * side),
            round((column + 0.3) * side) : round((column + 0.7) * side),
        ]
        number = number << 1 | int(block.mean() > 128)
    return number


def quadrants() -> Painter:
    """Red top left, green top right, blue bottom left, white bottom right: shows turning and flipping."""

    def paint(_number: int, width: int, height: int) -> Picture:
        picture = np.empty((height, width, 3), dtype=np.uint8)
        picture[: height // 2, : width // 2] = RED
        picture[: height // 2, width // 2 :] = GREEN
        picture[height // 2 :, : width // 2] = BLUE
        picture[height // 2 :, width // 2 :] = WHITE
        return picture

    return paint


def moving(seed: int = 0) -> Painter:
    """Soft texture that drifts a little every frame, as footage does."""
    texture = np.random.default_rng(seed).integers(30, 225, (12, 20, 3), dtype=np.uint8)

    def paint(number: int, width: int, height: int) -> Picture:
        rows = (np.arange(height) * 12 // height) % 12
        columns = ((np.arange(width) + 3 * number) * 20 // width) % 20
        return np.ascontiguousarray(texture[rows][:, columns])

    return paint


def make_film(
    path: Path,
    shots: Sequence[Shot] | None = None,
    *,
    rate: Fraction | int = 25,
    size: tuple[int, int] = (160, 90),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    gop: int = 50,
    b_frames: int = 2,
    rotation: int = 0,
    sample_aspect: Fraction = Fraction(1),
    interlaced: bool = False,
    times_s: Sequence[Fraction] | None = None,
    tone_hz: float | None = None,
    timecode: str = "",
    options: dict[str, str] | None = None,
) -> Path:
    """Write a film; the container follows from the file's extension.

    Args:
        path: the file to write (.mp4, .mov, .mkv, .webm, .avi, .ts).
        shots: what is seen; two seconds of numbered frames when absent.
        rate: frames per second.
        size: coded width and height in pixels.
        codec: an FFmpeg encoder.
        pix_fmt: pixel format of the encoder.
        gop: frames from one keyframe to the next.
        b_frames: most B-frames in a row.
        rotation: degrees counter-clockwise that a player turns the picture by.
        sample_aspect: width of a pixel over its height.
        interlaced: encode fields and say so.
        times_s: when each frame is shown, ascending, for a variable frame rate; even spacing when absent.
        tone_hz: adds a sine of this pitch as the only audio stream.
        timecode: timecode of the first frame; none when empty.
        options: further options of the encoder.
    """
    shots = shots or [Shot(numbered(), 2 * round(rate))]
    width, height = size
    with av.open(path, "w") as container:
        stream = container.add_stream(
            codec, rate=Fraction(rate), options=_options(codec, interlaced, options)
        )
        assert isinstance(stream, av.VideoStream)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, pix_fmt
        context.gop_size, context.max_b_frames = gop, b_frames
        context.sample_aspect_ratio = sample_aspect
        if timecode:
            container.metadata["timecode"] = stream.metadata["timecode"] = timecode
        if times_s is not None:
            context.time_base = stream.time_base = Fraction(1, 90_000)
        if rotation:
            stream.set_display_rotation(rotation)
        sound = container.add_stream(_sound_codec(path), rate=_AUDIO_RATE_HZ) if tone_hz is not None else None
        count = 0
        for paint in (shot.paint for shot in shots for _ in range(shot.frames)):
            frame = av.VideoFrame.from_ndarray(paint(count, width, height), format="rgb24")
            frame = frame.reformat(format=pix_fmt)
            if times_s is not None:
                frame.pts, frame.time_base = round(times_s[count] * 90_000), Fraction(1, 90_000)
                if count + 1 < len(times_s):
                    frame.duration = round((times_s[count + 1] - times_s[count]) * 90_000)
            else:
                frame.pts, frame.time_base = count, 1 / Fraction(rate)
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode(None))
        if sound is not None and tone_hz is not None:
            assert isinstance(sound, av.AudioStream)
            _mux_tone(container, sound, tone_hz, float(count / Fraction(rate)))
    return path


def make_still(
    path: Path, paint: Painter | None = None, *, size: tuple[int, int] = (160, 90), number: int = 0
) -> Path:
    """Write one picture; the format follows from the extension (.png .jpg .tif .exr .bmp)."""
    codec, pix_fmt = _STILL_CODECS[path.suffix.lower()]
    width, height = size
    context = av.CodecContext.create(codec, "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt, context.time_base = (
        width,
        height,
        pix_fmt,
        Fraction(1, 25),
    )
    if codec == "mjpeg":
        context.color_range = 2
    picture = (paint or quadrants())(number, width, height)
    if codec == "exr":  # linear light
        linear = ((picture / 255 + 0.055) / 1.055).astype(np.float32) ** 2.4
        frame = av.VideoFrame.from_ndarray(linear, format=pix_fmt)
    else:
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pix_fmt)
    frame.pts = 0
    path.write_bytes(b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)]))
    return path


def make_sequence(
    folder: Path,
    *,
    stem: str = "shot.",
    digits: int = 4,
    first: int = 1001,
    frames: int = 24,
    missing: Sequence[int] = (),
    suffix: str = ".png",
    size: tuple[int, int] = (64, 64),
) -> str:
    """Write numbered images, each painted with its own number; return the printf-style path."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + frames):
        if number not in missing:
            make_still(folder / f"{stem}{number:0{digits}d}{suffix}", numbered(), size=size, number=number)
    return f"{folder}/{stem}%0{digits}d{suffix}"


def truncate(path: Path, keep: float) -> Path:
    """Cut a file off after this share (0 to 1) of its bytes, as an interrupted copy does."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    return path


def damage(path: Path, *, at: float, count: int = 2000, seed: int = 1) -> Path:
    """Overwrite bytes from this share of the file on with noise, as a bad disk does."""
    content = bytearray(path.read_bytes())
    start = int(len(content) * at)
    noise = np.random.default_rng(seed).integers(0, 256, count, dtype=np.uint8).tobytes()
    content[start : start + count] = noise[: len(content) - start]
    path.write_bytes(bytes(content))
    return path


def _options(codec: str, interlaced: bool, extra: dict[str, str] | None) -> dict[str, str]:
    chosen: dict[str, str] = {}
    if codec == "libx264":
        chosen = {"preset": "ultrafast" if not interlaced else "veryfast", "crf": "18", "sc_threshold": "0"}
        chosen["x264-params"] = "tff=1" if interlaced else "scenecut=0"
    elif codec == "libvpx-vp9":
        chosen = {"cpu-used": "8", "deadline": "realtime"}
    if interlaced and codec != "libx264":
        chosen["flags"] = "+ildct+ilme"
    return chosen | (extra or {})


def _sound_codec(path: Path) -> str:
    return {".webm": "libopus", ".avi": "pcm_s16le"}.get(path.suffix.lower(), "aac")


def _mux_tone(
    container: av.container.OutputContainer, stream: av.AudioStream, tone_hz: float, duration_s: float
) -> None:
    moments = np.arange(round(duration_s * _AUDIO_RATE_HZ)) / _AUDIO_RATE_HZ
    wave = (0.3 * np.sin(2 * np.pi * tone_hz * moments)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = _AUDIO_RATE_HZ, 0
    context = stream.codec_context
    resampler = AudioResampler(
        format=context.format.name, layout=context.layout, rate=_AUDIO_RATE_HZ, frame_size=context.frame_size
    )
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(piece))
    container.mux(stream.encode(None))
