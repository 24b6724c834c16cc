"""What a media file holds, learnt from its header and its first picture."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from temptrack.media.opening import media_error, open_media, picture_stream
from temptrack.media.picture import Presentation


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The picture of a file.

    Attributes:
        width_px: displayed width, after sample aspect ratio and rotation.
        height_px: displayed height, likewise.
        rate: average pictures per second, or None where the file does not say (stills).
        codec: FFmpeg's name of the codec.
        rotation_degrees: counter-clockwise turn that a player applies, 0, 90, 180 or 270.
        interlaced: whether the first picture is made of two fields.
    """

    width_px: int
    height_px: int
    rate: Fraction | None
    codec: str
    rotation_degrees: int
    interlaced: bool


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """One audio stream of a file.

    Attributes:
        rate_hz: sample rate.
        channels: number of channels.
        codec: FFmpeg's name of the codec.
    """

    rate_hz: int
    channels: int
    codec: str


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What is in a file.

    Attributes:
        path: the file.
        duration_s: length in seconds, 0 for a still, None where the file does not say.
        video: its picture, or None; cover art does not count.
        audio: its audio streams in file order.
    """

    path: Path
    duration_s: Fraction | None
    video: VideoInfo | None
    audio: tuple[AudioInfo, ...]

    @property
    def has_picture(self) -> bool:
        """Whether there is a stream of pictures."""
        return self.video is not None

    @property
    def has_sound(self) -> bool:
        """Whether there is at least one audio stream."""
        return bool(self.audio)


def probe(path: Path) -> MediaInfo:
    """Read what a media file holds.

    Raises:
        NotFound: there is no such file.
        InvalidRequest: the path is a folder.
        Forbidden: the file may not be read.
        Corrupt: the file is empty, cut off, or not media, or holds neither picture nor sound.
        Unavailable: the disk or share failed.
    """
    with open_media(path) as container:
        stream = picture_stream(container)
        audio = tuple(
            AudioInfo(
                rate_hz=s.codec_context.sample_rate,
                channels=s.codec_context.channels,
                codec=s.codec_context.name,
            )
            for s in container.streams.audio
        )
        video = _video_info(path, container, stream) if stream else None
        if video is None and not audio:
            raise media_error(path, ValueError("it holds neither picture nor sound"))
        return MediaInfo(path=path, duration_s=_duration_s(container, stream), video=video, audio=audio)


def _video_info(path: Path, container: InputContainer, stream: VideoStream) -> VideoInfo:
    try:
        frame = next(container.decode(stream), None)
    except FFmpegError as error:
        raise media_error(path, error) from error
    if frame is None:
        raise media_error(path, ValueError("its first picture cannot be decoded"))
    width, height = Presentation.of(frame, stream.sample_aspect_ratio).size_px(frame)
    return VideoInfo(
        width_px=width,
        height_px=height,
        rate=None if _is_still(container) else stream.average_rate,
        codec=stream.codec_context.name,
        rotation_degrees=frame.rotation % 360,
        interlaced=frame.interlaced_frame,
    )


def _duration_s(container: InputContainer, stream: VideoStream | None) -> Fraction | None:
    if _is_still(container):
        return Fraction(0)
    if stream is not None and stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration, av.time_base) if container.duration else None


def _is_still(container: InputContainer) -> bool:
    return container.format.name.endswith("_pipe") or container.format.name == "image2"
