"""Feeding packets to a decoder and turning what it trips over into warnings."""

from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError
from av.video.stream import VideoStream

from temptrack.media.groups import GroupReader, VideoPacket
from temptrack.media.types import MediaWarning


class PictureDecoder:
    """One movie's decoder.

    Attributes:
        warnings: what went wrong since they were last taken, at most one of each kind.
    """

    def __init__(self, path: Path, stream: VideoStream, groups: GroupReader) -> None:
        self._path = path
        self._codec = stream.codec_context
        self._groups = groups
        self._rate = stream.average_rate or Fraction(25)
        self._untimed = 0
        self._not_before_s: Fraction | None = None
        self.warnings: dict[str, MediaWarning] = {}

    def skip(self, discard: str) -> None:
        """Set which pictures the decoder leaves out, by FFmpeg's name."""
        self._codec.skip_frame = discard  # type: ignore[assignment]

    def feed(self, packet: VideoPacket | None) -> list[av.VideoFrame]:
        """Return the pictures that come out for a packet; None brings out all that are left."""
        try:
            frames = self._codec.decode(packet)
        except FFmpegError:
            at_s = self._groups.packet_s(packet) if packet else None
            self.warn("damaged", at_s, "Damaged picture; pictures around it were used instead.")
            return []
        for frame in frames:
            if frame.pts is None:
                frame.pts, frame.time_base = self._untimed, 1 / self._rate
                self._untimed += 1
        if any(frame.is_corrupt for frame in frames):
            self.warn(
                "damaged", self.time_s(frames[0]), "Damaged picture, used as far as it could be decoded."
            )
        # After a jump, pictures shown before the keyframe lack what they were predicted from.
        return [f for f in frames if self._not_before_s is None or self.time_s(f) >= self._not_before_s]

    def restart(self, not_before_s: Fraction | None) -> None:
        """Forget what was fed; pictures shown before this time are dropped from now on."""
        self._codec.flush_buffers()
        self._not_before_s = None if not_before_s is None else not_before_s - self._groups.tick_s

    def time_s(self, frame: av.VideoFrame) -> Fraction:
        """Return when a decoded picture is shown, seconds from the media's first frame."""
        return self._groups.time_s(frame.pts or 0)

    def warn(self, kind: str, at_s: Fraction | None, message: str) -> None:
        """Note something that went wrong, once a kind."""
        at = "" if at_s is None else f" at {float(at_s):.2f} s"
        self.warnings.setdefault(kind, MediaWarning(self._path, at_s, f"'{self._path}'{at}: {message}"))
