"""A movie as a run of groups of pictures, so that whole groups nobody asked for are never decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.stream import VideoStream

if TYPE_CHECKING:
    VideoPacket = Packet[VideoStream]
else:
    VideoPacket = Packet  # generic for type checkers only

# A group is read ahead before it is decoded; files with hardly any keyframe must not fill the memory.
_MAX_PACKETS = 600
_SEEK_BACK_S = (0, 1, 5, 20, 3600)


@dataclass(frozen=True, slots=True)
class Group:
    """Packets that decode without anything before them, unless ``continues``.

    Attributes:
        packets: in decoding order; the first is the keyframe.
        start_s: when its first picture is shown, seconds from the media's first frame.
        end_s: when the next group's first picture is shown; None at the end of the file or where unknown.
        following: the next group's keyframe, if there is one.
        continues: whether it goes on from the group before, because that one was too long to read at once.
    """

    packets: tuple[VideoPacket, ...]
    start_s: Fraction
    end_s: Fraction | None
    following: VideoPacket | None
    continues: bool = False


class GroupReader:
    """Reads groups one after another, or from near a given time on.

    Attributes:
        read_error: what ended reading early, or None.
        read_end_s: end of the latest picture read since the last jump.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._time_base = stream.time_base or Fraction(1, 1000)
        self._start_pts = stream.start_time or 0
        self._packets = self._demux()
        self._key: VideoPacket | None = None
        self._continues = False
        self.read_error: FFmpegError | None = None
        self.read_end_s = Fraction(0)

    @property
    def tick_s(self) -> Fraction:
        """How far a timestamp may be rounded: one unit of the container's clock, at most a millisecond."""
        return min(self._time_base, Fraction(1, 1000))

    def time_s(self, timestamp: int) -> Fraction:
        """Return seconds from the media's first frame."""
        return (timestamp - self._start_pts) * self._time_base

    def packet_s(self, packet: VideoPacket) -> Fraction | None:
        """Return when a packet's picture is shown, or None where the file does not say."""
        timestamp = packet.pts if packet.pts is not None else packet.dts
        return None if timestamp is None else self.time_s(timestamp)

    def next(self) -> Group | None:
        """Return the next group, or None at the end of the file."""
        packets = [self._key] if self._key else []
        continues, self._continues, self._key = self._continues, False, None
        for packet in self._packets:
            if packet.is_keyframe and packets:
                self._key = packet
                break
            # Pictures before the first keyframe cannot be decoded.
            if packets or packet.is_keyframe or continues:
                packets.append(packet)
            if len(packets) >= _MAX_PACKETS:
                self._continues = True
                break
        if not packets:
            return None
        start_s = self.packet_s(packets[0])
        end_s = self.packet_s(self._key) if self._key else None
        if start_s is None:
            start_s, end_s = Fraction(0), None
        return Group(tuple(packets), start_s, end_s, self._key, continues)

    def seek(self, source_s: Fraction) -> Group | None:
        """Go to the group that holds a time, forwards or backwards, and return it."""
        group = None
        for back_s in _SEEK_BACK_S:
            self._restart(max(source_s - back_s, Fraction(0)))
            group = self.next()
            # An index of decoding times may lead to the keyframe just after the one wanted.
            if source_s <= back_s or (group and group.start_s <= source_s + self.tick_s):
                break
        return group

    def _restart(self, source_s: Fraction) -> None:
        self._container.seek(int(source_s / self._time_base) + self._start_pts, stream=self._stream)
        self._packets = self._demux()
        self._key, self._continues = None, False
        self.read_end_s = Fraction(0)

    def _demux(self) -> Iterator[VideoPacket]:
        try:
            for packet in self._container.demux(self._stream):
                if packet.size:
                    end_s = (self.packet_s(packet) or 0) + (packet.duration or 0) * self._time_base
                    self.read_end_s = max(self.read_end_s, end_s)
                    yield packet
        except FFmpegError as error:
            self.read_error = error
