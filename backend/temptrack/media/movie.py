"""Pictures of one movie at given times, decoding as little as the asked precision allows.

Times are asked for in ascending order where possible; then the file is read once. Whole groups of pictures
that nobody asked for are passed over without decoding, long jumps seek, and below ``EXACT`` the decoder
leaves out pictures that no other picture needs.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from pathlib import Path

import av

from temptrack.errors import InvalidRequest
from temptrack.media.decoding import PictureDecoder
from temptrack.media.groups import Group, GroupReader, VideoPacket
from temptrack.media.opening import open_media, picture_stream, read_only
from temptrack.media.picture import Presentation
from temptrack.media.types import MediaWarning

_SEEK_AHEAD_S = 10
_SEEK_AHEAD_BYTES = 8_000_000
_PAST_END_S = Fraction(1, 2)
_MAX_TOLERANCE_S = Fraction(1, 4)


class Precision(Enum):
    """Which pictures of a movie are decoded; the value is FFmpeg's name for what is left out."""

    EXACT = "DEFAULT"
    REFERENCES = "NONREF"
    NO_B_FRAMES = "BIDIR"
    KEYFRAMES = "NONKEY"


_FINER = {Precision.NO_B_FRAMES: Precision.REFERENCES, Precision.REFERENCES: Precision.EXACT}


@dataclass(frozen=True, slots=True)
class Target:
    """A picture to find.

    Attributes:
        source_s: seconds from the media's first frame.
        tolerance_s: how far another picture may lie and still do.
        first_s: start of what the timeline uses of the media around this time.
        end_s: its end; equal to ``first_s`` for a freeze.
    """

    source_s: Fraction
    tolerance_s: Fraction
    first_s: Fraction
    end_s: Fraction

    def accepts(self, picture_s: Fraction) -> bool:
        """Return whether a picture at this time may stand for the target."""
        distance_s = abs(picture_s - self.source_s)
        if self.first_s == self.end_s:
            return distance_s <= _MAX_TOLERANCE_S
        return distance_s <= min(self.tolerance_s, _MAX_TOLERANCE_S) and self.covers(picture_s)

    def covers(self, picture_s: Fraction) -> bool:
        """Return whether the timeline uses the media at this time."""
        return self.first_s <= picture_s < self.end_s


class Movie:
    """An open movie file; close it after use.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, precision: Precision) -> None:
        """Open the file.

        Raises:
            NotFound: there is no such file.
            InvalidRequest: the path is a folder, or the file holds sound only.
            Forbidden: the file may not be read.
            Corrupt: the file is empty, cut off before its index, or not media.
            Unavailable: the disk or share failed.
        """
        self.path = path
        self._container = open_media(path)
        stream = picture_stream(self._container)
        if stream is None:
            self._container.close()
            raise InvalidRequest(
                f"'{path}' has no picture.",
                reason="NO_PICTURE",
                hint="It holds sound only; nothing is looked at there.",
                metadata={"path": str(path)},
            )
        stream.thread_type = "AUTO"
        read_only(self._container, stream)
        self._sample_aspect = stream.sample_aspect_ratio
        self._presentation: Presentation | None = None
        self._seek_ahead_s = min(_SEEK_AHEAD_S, _SEEK_AHEAD_BYTES * 8 / max(self._container.bit_rate or 0, 1))
        self._groups = GroupReader(self._container, stream)
        self._decoder = PictureDecoder(path, stream, self._groups)
        self._precision = precision
        self._decoder.skip(precision.value)
        self._group: Group | None = None
        self._fed = 0
        self._from_s = Fraction(0)
        self._needed: tuple[Group | None, Fraction, int] = (None, Fraction(0), 0)
        self._drained_s: Fraction | None = None
        self._ended = False
        self._previous: av.VideoFrame | None = None
        self._ahead: deque[av.VideoFrame] = deque()
        self._keys: dict[Fraction, av.VideoFrame] = {}

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def presentation(self, frame: av.VideoFrame) -> Presentation:
        """Return how the pictures of this file are shown, given any one of them."""
        self._presentation = self._presentation or Presentation.of(frame, self._sample_aspect)
        return self._presentation

    def take_warnings(self) -> tuple[MediaWarning, ...]:
        """Return what went wrong since the last call."""
        if self._groups.read_error:
            self._decoder.warn("cut", self._groups.read_end_s, "The file cannot be read any further.")
        warnings = tuple(self._decoder.warnings.values())
        self._decoder.warnings.clear()
        return warnings

    def pictures(
        self, targets: Sequence[Target], upcoming_s: Fraction | None = None
    ) -> Iterator[tuple[Target, av.VideoFrame | None]]:
        """Yield the picture for each target, or None with a warning where there is none.

        Args:
            targets: what to find, by ascending time.
            upcoming_s: the time that will be asked for next after these, if known: decoding then goes on
                where it stopped rather than starting over at the last keyframe.
        """
        if self._precision is Precision.KEYFRAMES:
            yield from self._keyframes(targets)
            return
        for number, target in enumerate(targets):
            following_s = targets[number + 1].source_s if number + 1 < len(targets) else upcoming_s
            yield target, self._picture(target, following_s)

    def _picture(self, target: Target, following_s: Fraction | None) -> av.VideoFrame | None:
        frame = self._find(target, following_s)
        while self._precision in _FINER and not (frame and target.accepts(self._decoder.time_s(frame))):
            if self._ended and target.source_s >= self._groups.read_end_s - _MAX_TOLERANCE_S:
                break
            # The pictures left out were too many here: look closer in this file from now on.
            self._precision = _FINER[self._precision]
            self._decoder.skip(self._precision.value)
            self._enter(self._groups.seek(target.source_s), contiguous=False)
            frame = self._find(target, following_s)
        if frame is None:
            end = (
                f"Its picture ends at {float(self._groups.read_end_s):.2f} s"
                if self._ended
                else "No picture here"
            )
            self._decoder.warn("none", target.source_s, f"{end}; this moment was left out.")
        return frame

    def _find(self, target: Target, following_s: Fraction | None) -> av.VideoFrame | None:
        wanted_s = target.source_s + self._groups.tick_s
        self._approach(wanted_s)
        while True:
            while self._ahead and self._decoder.time_s(self._ahead[0]) <= wanted_s:
                self._previous = self._ahead.popleft()
            if self._ahead or not self._decode_more(wanted_s, following_s):
                return self._choose(target)

    def _approach(self, wanted_s: Fraction) -> None:
        """Bring the current group to the one that holds a time, decoding nothing on the way."""
        group = self._group
        passed = self._previous is not None and self._decoder.time_s(self._previous) > wanted_s
        given_up = self._drained_s is not None and not self._ended and wanted_s > self._drained_s
        at_hand = bool(self._ahead) and self._decoder.time_s(self._ahead[-1]) > wanted_s
        if group is None:
            start = self._groups.seek(wanted_s) if wanted_s > self._seek_ahead_s else self._groups.next()
            self._enter(start, contiguous=False)
        elif passed or wanted_s < self._from_s:
            self._enter(self._groups.seek(wanted_s), contiguous=False)
        elif group.end_s is None or wanted_s < group.end_s:
            if given_up and not at_hand:
                self._enter(self._groups.seek(wanted_s), contiguous=False)
            return
        elif wanted_s - group.end_s > self._seek_ahead_s:
            self._enter(self._groups.seek(wanted_s), contiguous=False)
        while self._group and self._group.end_s is not None and wanted_s >= self._group.end_s:
            contiguous = self._drained_s is None and self._fed == len(self._group.packets)
            self._enter(self._groups.next(), contiguous=contiguous)

    def _enter(self, group: Group | None, *, contiguous: bool) -> None:
        if not contiguous:
            self._from_s = group.start_s if group else Fraction(0)
            self._decoder.restart(self._from_s)
            self._previous = None
            self._ahead.clear()
            self._drained_s = None
            self._ended = False
        self._group, self._fed = group, 0

    def _decode_more(self, wanted_s: Fraction, following_s: Fraction | None) -> bool:
        """Decode one step towards a time; return False when nothing more can come for it."""
        group = self._group
        if group is None or self._drained_s is not None:
            return False
        if self._fed > self._last_needed(wanted_s) and not self._goes_on(group, wanted_s, following_s):
            return self._drain(wanted_s)
        if self._fed < len(group.packets):
            self._ahead.extend(self._decoder.feed(group.packets[self._fed]))
            self._fed += 1
            return True
        following = self._groups.next()
        if following is None:
            self._ended = True
            return self._drain(wanted_s)
        self._enter(following, contiguous=True)
        return True

    def _goes_on(self, group: Group, wanted_s: Fraction, following_s: Fraction | None) -> bool:
        """Say whether feeding on serves the next time too, so that the decoder need not be emptied now."""
        if self._precision is Precision.EXACT:
            return True
        if following_s is None or following_s < wanted_s:
            return False
        if group.end_s is None or following_s < group.end_s:
            return True
        return self._fed == len(group.packets) and following_s < group.end_s + 1

    def _drain(self, wanted_s: Fraction) -> bool:
        self._ahead.extend(self._decoder.feed(None))
        self._drained_s = wanted_s
        return True

    def _last_needed(self, wanted_s: Fraction) -> int:
        """Return the index of the last packet of the group that can hold the picture shown at a time."""
        group, asked_s, index = self._needed
        if group is not self._group or asked_s != wanted_s:
            times = [self._groups.packet_s(packet) for packet in self._group.packets] if self._group else []
            index = max((i for i, at_s in enumerate(times) if at_s is None or at_s <= wanted_s), default=0)
            self._needed = (self._group, wanted_s, index)
        return index

    def _choose(self, target: Target) -> av.VideoFrame | None:
        before, after = self._previous, self._ahead[0] if self._ahead else None
        if self._ended and after is None and target.source_s > self._groups.read_end_s + _PAST_END_S:
            return None
        if after is None:
            return before
        after_in_s = self._decoder.time_s(after) - target.source_s
        if before is None:
            return after if after_in_s <= _PAST_END_S else None
        if self._precision is Precision.EXACT:
            return before
        return min(before, after, key=lambda f: self._rank(target, self._decoder.time_s(f)))

    def _keyframes(self, targets: Sequence[Target]) -> Iterator[tuple[Target, av.VideoFrame | None]]:
        chosen = [(target, self._nearest_key(target)) for target in targets]
        packets = {at_s: packet for _, key in chosen if key for at_s, packet in [key]}
        self._keys = {at_s: frame for at_s, frame in self._keys.items() if at_s in packets}
        self._decoder.restart(None)
        frames = [
            f for at_s in sorted(packets.keys() - self._keys) for f in self._decoder.feed(packets[at_s])
        ]
        frames.extend(self._decoder.feed(None))
        self._keys |= {self._decoder.time_s(frame): frame for frame in frames}
        for target, key in chosen:
            frame = self._keys.get(key[0]) if key else None
            if frame is None:
                self._decoder.warn("none", target.source_s, "No keyframe could be decoded; left out.")
            yield target, frame

    def _nearest_key(self, target: Target) -> tuple[Fraction, VideoPacket] | None:
        self._approach(target.source_s + self._groups.tick_s)
        group = self._group
        if group is None:
            return None
        while group.end_s is None and (more := self._groups.next()):
            group = replace(group, end_s=more.end_s, following=more.following)
        self._group = group
        if group.following is None or group.end_s is None:
            ended = target.source_s > self._groups.read_end_s + _PAST_END_S
            return None if ended else (group.start_s, group.packets[0])
        keys = [(group.start_s, group.packets[0]), (group.end_s, group.following)]
        return min(keys, key=lambda key: self._rank(target, key[0]))

    @staticmethod
    def _rank(target: Target, picture_s: Fraction) -> tuple[bool, Fraction]:
        """Order pictures by use: those of the same shot first, then the nearest."""
        return not target.covers(picture_s), abs(picture_s - target.source_s)
